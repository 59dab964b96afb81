import { describe, expect, test } from '@jest/globals';
import { getContract } from '../../src/application/catalog/queries.ts';
import { Country } from '../../src/domain/shared/ids.ts';
import { DAY, plus } from '../../src/domain/shared/instant.ts';
import { at, euro, terms } from './fixtures.ts';
import { readSide } from './read-side.ts';
import type { ReadSide } from './read-side.ts';
import { ok } from './world.ts';

const told = async (): Promise<ReadSide> => {
  const side = await readSide();
  await side.sync();
  return side;
};

describe('the contract', () => {
  test('has its limits, its date and its warnings, never its id', async () => {
    const s = await told();
    s.world.upstream.contract = ok({ ...terms, countries: [Country('PT'), 'unknown'], maxOrderAmount: euro(500_000) });
    await s.sync();
    expect(await getContract(s.queries)()).toEqual({
      name: 'Frame contract',
      validFrom: terms.validFrom,
      validUntil: terms.validUntil,
      countries: ['PT'],
      maxOrderAmount: { amount: '5000.00', currency: 'EUR' },
      currency: 'EUR',
      asOf: at,
      version: 2,
      warnings: [],
    });
  });

  test('trap 31: whoever asks for it is warned of its end', async () => {
    const s = await told();
    s.world.upstream.contract = ok({ ...terms, validUntil: plus(at, 5 * DAY) });
    await s.sync();
    expect(await getContract(s.queries)()).toMatchObject({ warnings: ['ends_within_7_days'] });
  });

  test('trap 31: its date is when Amilon told it last, also where it told the same', async () => {
    const s = await told();
    await s.world.clock.advance(DAY);
    await s.sync();
    expect(await getContract(s.queries)()).toMatchObject({ asOf: s.world.clock.now(), version: 1 });
  });
});
