import { describe, expect, it } from '@jest/globals';
import { readContract, readList, readMerchant, readProduct } from '../../src/infrastructure/amilon/client/catalogue.ts';
import type { Drift } from '../../src/application/ports/amilon-watch.ts';
import { eur, wire } from './support.ts';

const drifts: Drift[] = [];
const note = (drift: Drift) => void drifts.push(drift);

describe('the catalogue', () => {
  const product = (fields: string) =>
    readProduct(wire(`{"ProductCode":"P","Name":"P","Currency":"EUR",${fields}}`), note);
  const priceOf = (written: string) => {
    const reading = product(`"Price":${written}`);
    return reading.ok ? reading.value.price.minor : reading.field;
  };

  it.each([
    ['50.00', 5_000],
    ['"12.50"', 1_250],
    ['0.29', 29],
    ['1.1e1', 1_100],
    ['90071992547409.91', 9_007_199_254_740_991],
    ['50.005', 'price: too_many_decimals'],
    ['50.000', 5_000],
    ['-1', 'price: not_a_decimal'],
    ['"12,50"', 'price: not_a_decimal'],
    ['90071992547409.92', 'price: too_large'],
    ['1e400', 'price: not_a_decimal'],
    ['null', 'price'],
    ['true', 'price'],
  ])('trap 35: the price %s is %s, exactly', (written, read) => {
    expect(priceOf(written)).toBe(read);
  });

  it('trap 35: a net price that cannot be read exactly is no price', () => {
    expect(product('"Price":50,"NetPrice":47.505')).toEqual({ ok: false, field: 'netprice: too_many_decimals' });
  });

  it('trap 38: a bad row, such as one with a price too exact (trap 35), is left out and named, the others count', () => {
    const row = { ProductCode: 'P', Name: 'P', Currency: 'EUR', Price: 1 };
    const rows = [
      row,
      { ...row, Price: 1.005 },
      null,
      { ...row, ProductCode: null },
      'x',
      { ...row, ProductCode: 'Q' },
    ];
    expect(readList(wire(JSON.stringify(rows)), readProduct, note)).toMatchObject({
      ok: true,
      value: {
        rows: [{ productCode: 'P' }, { productCode: 'Q' }],
        quarantined: [
          { index: 1, reason: 'unreadable: price: too_many_decimals' },
          { index: 2, reason: 'unreadable: product' },
          { index: 3, reason: 'unreadable: productcode' },
          { index: 4, reason: 'unreadable: product' },
        ],
      },
    });
  });

  it('trap 30: the contract is read with its status and both ends of its time', () => {
    const [startDate, endDate] = ['2026-01-01T00:00:00Z', '2026-12-31T23:59:59Z'];
    const row = { name: 'C', status: 'Inactive', startDate, endDate, currency: 'EUR' };
    expect(readContract(wire(JSON.stringify(row)), note)).toMatchObject({
      ok: true,
      value: {
        status: 'Inactive',
        validFrom: '2026-01-01T00:00:00.000Z',
        validUntil: '2026-12-31T23:59:59.000Z',
      },
    });
  });

  it('trap 38: an answer that is no list is not an empty one', () => {
    expect(readList(wire('{"products":[]}'), readProduct, note)).toEqual({ ok: false, field: 'the list' });
  });

  it('trap 33: a country in no table is unknown, with its words kept; none is none', () => {
    const country = (value: unknown) => {
      const reading = readMerchant(wire(JSON.stringify({ RetailerId: 'x', Name: 'X', Country: value })), note);
      return reading.ok ? [reading.value.country, reading.value.countryRaw] : reading.field;
    };
    expect(['PT', 'PRT', 'prt', 'Portugal', 'Atlantis', null].map(country)).toEqual([
      ['PT', 'PT'],
      ['PT', 'PRT'],
      ['PT', 'prt'],
      ['PT', 'Portugal'],
      ['unknown', 'Atlantis'],
      [undefined, undefined],
    ]);
  });

  it('trap 34: a price whose currency nobody knows is not a price in another one', () => {
    expect(readProduct(wire('{"ProductCode":"P","Name":"P","Price":1}'), note)).toEqual({
      ok: false,
      field: 'currency',
    });
    const florins = '{"ProductCode":"P","Name":"P","Price":1,"Currency":"Florin"}';
    expect(readProduct(wire(florins), note)).toEqual({ ok: false, field: 'currency' });
  });

  it('trap 39: RetailerId is trusted, another id is kept beside it and reported', () => {
    drifts.splice(0);
    const row = { id: 'OTHER', RetailerId: 'A4322514-36F1-401E-AF3D-6A1784A3DA7A', Name: 'Twitch' };
    expect(readMerchant(wire(JSON.stringify(row)), note)).toEqual({
      ok: true,
      value: { merchantId: 'a4322514-36f1-401e-af3d-6a1784a3da7a', otherId: 'other', name: 'Twitch' },
    });
    expect(drifts).toEqual([
      { kind: 'missing_field', where: 'merchant', what: 'country' },
      { kind: 'contradiction', where: 'merchant', what: 'id is not RetailerId' },
    ]);
  });

  it('trap 40: active and stock stay absent where they are absent', () => {
    const reading = product('"Price":1');
    expect(reading.ok ? Object.keys(reading.value).toSorted() : []).toEqual(['name', 'price', 'productCode']);
  });

  const contract = (fields: object) =>
    readContract(wire(JSON.stringify({ name: 'C', currency: 'EUR', ...fields })), note);

  it('trap 30: the status of a contract stays absent where it is', () => {
    expect(contract({})).toEqual({ ok: true, value: { name: 'C', currency: 'EUR' } });
  });

  it('trap 32: a limit that cannot be read is no missing limit, and 0 is one', () => {
    expect(contract({ maxOrderAmount: 'none' })).toEqual({ ok: false, field: 'maxorderamount: not_a_decimal' });
    expect(contract({ maxOrderAmount: 0 })).toMatchObject({ ok: true, value: { maxOrderAmount: eur(0) } });
  });
});
