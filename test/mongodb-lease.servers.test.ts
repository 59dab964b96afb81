import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Owner } from '../src/application/ports/consumers.ts';
import type { Lease } from '../src/application/ports/lease.ts';
import { openMongo } from '../src/infrastructure/checkpoints/mongodb-connection.ts';
import type { Mongo } from '../src/infrastructure/checkpoints/mongodb-connection.ts';
import { createMongoLease } from '../src/infrastructure/checkpoints/mongodb-lease.ts';
import { given } from './servers/given.ts';

const [a, b] = ['a' as Owner, 'b' as Owner];

describe('a lease in MongoDB', () => {
  let mongo: Mongo;
  beforeAll(async () => {
    mongo = await openMongo(given('TEST_MONGODB_URI'), { database: `lease-${randomUUID()}` });
  });
  afterAll(async () => {
    await mongo.db.dropDatabase();
    await mongo.close();
  });
  const lease = (leaseMs = 60_000): Lease => createMongoLease(mongo, randomUUID(), { leaseMs });

  test('a free one is taken by exactly one of those who ask at once', async () => {
    const one = lease();
    const owners = Array.from({ length: 8 }, (_, n) => `owner-${String(n)}` as Owner);
    const taken = await Promise.all(owners.map((owner) => one.acquire(owner)));
    expect(taken.filter(Boolean)).toEqual([true]);
  });

  test('its holder takes and renews it again, another does neither', async () => {
    const one = lease();
    expect([await one.acquire(a), await one.acquire(a), await one.renew(a)]).toEqual([true, true, true]);
    expect([await one.acquire(b), await one.renew(b)]).toEqual([false, false]);
  });

  test('given back it is free; who does not hold it gives nothing back', async () => {
    const one = lease();
    await one.acquire(a);
    await one.release(b);
    expect(await one.acquire(b)).toBe(false);
    await one.release(a);
    expect(await one.acquire(b)).toBe(true);
  });

  test('one that ran out is taken over, and its former holder learns it', async () => {
    const one = lease(20);
    await one.acquire(a);
    let taken = false;
    while (!taken) taken = await one.acquire(b);
    expect(await one.renew(a)).toBe(false);
  });

  test('two of different names do not mix', async () => {
    expect([await lease().acquire(a), await lease().acquire(b)]).toEqual([true, true]);
  });
});
