import { describe, expect, it } from '@jest/globals';
import { TenantId } from '../src/domain/shared/ids.ts';
import { createSeededIdentifiers } from '../src/infrastructure/ids/seeded.ts';
import { createSystemIdentifiers } from '../src/infrastructure/ids/system.ts';

const acme = TenantId('acme');
const v4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

describe.each([
  ['system', createSystemIdentifiers],
  ['seeded', () => createSeededIdentifiers(7)],
] as const)('%s identifiers', (_name, create) => {
  it('gives fresh v4 uuids', () => {
    const ids = create();
    const drawn = Array.from({ length: 500 }, () => [ids.eventId(), ids.unique()]).flat();
    expect(drawn.filter((id) => !v4.test(id))).toEqual([]);
    expect(new Set(drawn).size).toBe(1000);
  });

  it('draws numbers from 0 to below 1, not always the same', () => {
    const ids = create();
    const drawn = Array.from({ length: 500 }, () => ids.random());
    expect(drawn.filter((x) => x < 0 || x >= 1)).toEqual([]);
    expect(new Set(drawn).size).toBeGreaterThan(400);
  });

  it('derives the order id that every version of the service derived before', () => {
    expect(create().orderId(acme, 'key-1')).toBe('dadce95f-c41b-5cd2-8f0b-db13d98c729d');
  });

  it('gives each tenant and each key an order of its own, however the two are cut', () => {
    const ids = create();
    const orders = [
      ids.orderId(acme, 'key-1'),
      ids.orderId(acme, 'key-2'),
      ids.orderId(TenantId('acme-2'), 'key-1'),
      ids.orderId(TenantId('a'), 'cmekey-1'),
      ids.orderId(acme, 'key-1","'),
    ];
    expect(new Set(orders).size).toBe(5);
  });
});

describe('seeded identifiers', () => {
  const draw = (seed: number, jitters: number) => {
    const ids = createSeededIdentifiers(seed);
    for (let n = 0; n < jitters; n += 1) ids.random();
    return [ids.eventId(), ids.unique()];
  };

  it('are the same in every run with the same seed, and others with another', () => {
    expect(draw(1, 0)).toEqual(draw(1, 0));
    expect(draw(1, 0)).not.toEqual(draw(2, 0));
  });

  it('do not change with how much jitter was drawn', () => {
    expect(draw(1, 3)).toEqual(draw(1, 0));
  });
});
