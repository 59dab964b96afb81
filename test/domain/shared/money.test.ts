import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  Currency,
  add,
  decimalOf,
  decimalsOf,
  money,
  parseMoney,
  sameMoney,
  times,
} from '../../../src/domain/shared/money.ts';

const [EUR, JPY, KWD] = ['EUR', 'JPY', 'KWD'].map(Currency) as [Currency, Currency, Currency];
const RUNS = { seed: 42 };

const currency = fc.constantFrom(EUR, JPY, KWD);
const amount = fc.record({ minor: fc.maxSafeNat(), currency });
const small = fc.record({ minor: fc.nat({ max: 1_000_000 }), currency });

describe('reading an amount', () => {
  it.each([
    ['50', 5_000],
    ['50.0', 5_000],
    ['50.00', 5_000],
    ['50.000', 5_000],
    ['0.1', 10],
    ['0', 0],
    ['007.50', 750],
    [' 12.50 ', 1_250],
    ['5e1', 5_000],
    ['5E+1', 5_000],
    ['1250e-2', 1_250],
    ['0e-99', 0],
    ['90071992547409.91', 9_007_199_254_740_991],
  ])('trap 35: takes %s exactly', (text, minor) => {
    expect(parseMoney(text, EUR)).toEqual({ minor, currency: 'EUR' });
  });

  it.each(['', ' ', '-1', '+1', '1,50', '.5', '5.', '1.2.3', 'NaN', 'Infinity', '0x10', '1e', '1_000', '１２'])(
    'refuses %p: it is no decimal',
    (text) => {
      expect(parseMoney(text, EUR)).toBe('not_a_decimal');
    },
  );

  it.each([
    ['0.001', EUR],
    ['10.005', EUR],
    ['1e-3', EUR],
    ['5e-20', EUR],
    ['1.5', JPY],
    ['1.0001', KWD],
  ])('trap 35: refuses %s %s: it has too many decimals', (text, of) => {
    expect(parseMoney(text, of)).toBe('too_many_decimals');
  });

  it.each(['90071992547409.92', '999999999999999', '1e99'])('refuses %s: it is too large to be exact', (text) => {
    expect(parseMoney(text, EUR)).toBe('too_large');
  });

  it('gives back what was written, for every amount and currency', () => {
    fc.assert(
      fc.property(amount, (value) => {
        expect(parseMoney(decimalOf(value), value.currency)).toEqual(value);
      }),
      RUNS,
    );
  });

  it('makes no float error, however it is written', () => {
    fc.assert(
      fc.property(fc.nat({ max: 999_999_999 }), fc.nat({ max: 99 }), (whole, cents) => {
        const minor = whole * 100 + cents;
        const written = [
          `${String(whole)}.${String(cents).padStart(2, '0')}`,
          `${String(minor)}e-2`,
          `${String(minor)}0E-3`,
        ];
        expect(written.map((text) => parseMoney(text, EUR))).toEqual(written.map(() => ({ minor, currency: 'EUR' })));
      }),
      RUNS,
    );
  });
});

describe('writing an amount', () => {
  it.each([
    [0, EUR, '0.00'],
    [5, EUR, '0.05'],
    [5_000, EUR, '50.00'],
    [50, JPY, '50'],
    [1_500, KWD, '1.500'],
  ])('of %i %s is %s: all the currency’s decimals', (minor, of, text) => {
    expect(decimalOf(money(minor, of))).toBe(text);
  });

  it('knows the decimals of a currency', () => {
    expect([EUR, JPY, KWD].map(decimalsOf)).toEqual([2, 0, 3]);
    expect(['CLF', 'GBP', 'HUF', 'IQD', 'RSD'].map((code) => decimalsOf(Currency(code)))).toEqual([4, 2, 2, 3, 2]);
  });
});

describe('calculating', () => {
  it('adds and multiplies exactly', () => {
    expect(add(money(10, EUR), money(20, EUR))).toEqual(money(30, EUR));
    expect(times(money(2_500, EUR), 3)).toEqual(money(7_500, EUR));
  });

  it('multiplying is adding as often', () => {
    fc.assert(
      fc.property(small, fc.integer({ min: 1, max: 20 }), (value, quantity) => {
        expect(Array.from({ length: quantity }, () => value).reduce(add)).toEqual(times(value, quantity));
      }),
      RUNS,
    );
  });

  it('trap 34: refuses to add two currencies', () => {
    expect(() => add(money(1, EUR), money(1, JPY))).toThrow('cannot add JPY to EUR');
  });

  it.each([-1, 1.5, Number.NaN, Number.MAX_SAFE_INTEGER + 1])('has no amount of %d minor units', (minor) => {
    expect(() => money(minor, EUR)).toThrow(RangeError);
  });

  it('refuses what is no longer exact', () => {
    expect(() => add(money(Number.MAX_SAFE_INTEGER, EUR), money(1, EUR))).toThrow(RangeError);
    expect(() => times(money(Number.MAX_SAFE_INTEGER, EUR), 2)).toThrow(RangeError);
  });

  it('takes two amounts for the same only in the same currency', () => {
    const equal = [
      sameMoney(money(1, EUR), money(1, EUR)),
      sameMoney(money(1, EUR), money(2, EUR)),
      sameMoney(money(1, EUR), money(1, JPY)),
    ];
    expect(equal).toEqual([true, false, false]);
  });

  it.each(['eur', 'EURO', 'Euro', '', 'E1R'])('%p is no currency', (text) => {
    expect(() => Currency(text)).toThrow('not an ISO 4217 currency');
  });
});
