import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  DAY,
  elapsed,
  fromEpochMs,
  instant,
  isInstant,
  later,
  plus,
  toEpochMs,
} from '../../../src/domain/shared/instant.ts';

// Years 1970 to 9999: four digits, so that text order is time order.
const moment = fc.integer({ min: 0, max: Date.UTC(9999, 11, 31) }).map(fromEpochMs);
const RUNS = { seed: 42 };

describe('an instant', () => {
  it.each(['2026-03-01T10:00:00.000Z', '2024-02-29T23:59:59.999Z'])('%s is one', (text) => {
    expect(instant(text)).toBe(text);
  });

  it.each([
    ['without a zone', '2025-08-07T17:47:55.517'],
    ['with another zone', '2026-03-01T10:00:00.000+01:00'],
    ['without milliseconds', '2026-03-01T10:00:00Z'],
    ['of a day that does not exist', '2025-02-29T00:00:00.000Z'],
    ['of 30 February', '2026-02-30T00:00:00.000Z'],
    ['of hour 24', '2026-03-01T24:00:00.000Z'],
    ['of month 13', '2026-13-01T00:00:00.000Z'],
    ['with anything around it', ' 2026-03-01T10:00:00.000Z\n'],
    ['that is a date', '2026-03-01'],
  ])('is no text %s', (_what, text) => {
    expect(isInstant(text)).toBe(false);
    expect(() => instant(text)).toThrow('not a UTC time with milliseconds');
  });

  it('has a text order that is its time order', () => {
    fc.assert(
      fc.property(moment, moment, (a, b) => {
        expect([a < b, later(a, b)]).toEqual([toEpochMs(a) < toEpochMs(b), toEpochMs(a) < toEpochMs(b) ? b : a]);
      }),
      RUNS,
    );
  });

  it('moves by what elapsed', () => {
    fc.assert(
      fc.property(moment, moment, (a, b) => {
        expect([plus(a, elapsed(a, b)), fromEpochMs(toEpochMs(a)), elapsed(b, a)]).toEqual([b, a, 0 - elapsed(a, b)]);
      }),
      RUNS,
    );
  });

  it('ends with the year 9999', () => {
    expect(() => plus(instant('9999-12-31T23:59:59.999Z'), DAY)).toThrow('not a UTC time');
  });
});
