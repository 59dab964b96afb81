import { afterEach, describe, expect, test } from '@jest/globals';
import { createReadSync, createRequestSync } from '../../src/application/catalog/request-sync.ts';
import { createSyncSchedule } from '../../src/application/catalog/schedule.ts';
import type { SyncSchedule } from '../../src/application/catalog/schedule.ts';
import { syncCatalogue } from '../../src/application/catalog/sync-catalogue.ts';
import type { Amilon } from '../../src/application/ports/amilon.ts';
import type { Owner } from '../../src/application/ports/consumers.ts';
import { Unavailable } from '../../src/application/ports/errors.ts';
import type { Lease } from '../../src/application/ports/lease.ts';
import { Culture, TenantId } from '../../src/domain/shared/ids.ts';
import { MINUTE, SECOND } from '../../src/domain/shared/instant.ts';
import { createMemoryEventStore } from '../../src/infrastructure/event-store/memory.ts';
import { product, ptPT } from './fixtures.ts';
import { ok, world } from './world.ts';
import type { World } from './world.ts';

const provenance = {
  actor: { type: 'client', id: 'key-1' },
  tenant: TenantId('acme'),
  correlation: 'c',
  causation: 'c',
} as const;

const running: { readonly w: World; readonly done: Promise<void> }[] = [];
const start = (w: World, change: Partial<World['deps']> = {}): SyncSchedule => {
  const schedule = createSyncSchedule({ ...w.deps, ...change });
  running.push({ w, done: schedule.run() });
  return schedule;
};
afterEach(async () => {
  for (const { w, done } of running.splice(0)) {
    w.stop.abort();
    await done;
  }
});

/** Amilon that answers only once it is let. */
const held = (of: Amilon) => {
  const asked = Promise.withResolvers<undefined>();
  const go = Promise.withResolvers<undefined>();
  const merchants: Amilon['merchants'] = async (culture) => {
    asked.resolve(undefined);
    await go.promise;
    return of.merchants(culture);
  };
  return { amilon: { ...of, merchants }, asked: asked.promise, go: () => go.resolve(undefined) };
};

describe('one instance syncs at a time', () => {
  const leased = () => {
    const calls: string[] = [];
    let holder: Owner | undefined;
    const lease: Lease = {
      acquire: async (owner) => {
        holder ??= owner;
        calls.push(holder === owner ? 'acquired' : 'held');
        return holder === owner;
      },
      renew: async () => {
        calls.push('renewed');
        return true;
      },
      release: async () => {
        calls.push('released');
        holder = undefined;
      },
    };
    return { lease, calls, take: (owner: string) => (holder = owner as Owner), free: () => (holder = undefined) };
  };

  test('trap 38: while another has the lease nothing is asked of Amilon; then it goes on', async () => {
    const w = world();
    const { lease, take, free } = leased();
    take('another');
    start(w, { syncLease: lease });
    await w.clock.advance(MINUTE);
    expect(w.upstream.asked).toEqual([]);
    free();
    await w.clock.advance(MINUTE);
    expect(w.upstream.asked).toContain('products pt-PT');
  });

  test('the lease is renewed while a sync runs, and given back after it', async () => {
    const w = world();
    const { lease, calls } = leased();
    const slow = held(w.deps.amilon);
    start(w, { syncLease: lease, amilon: slow.amilon });
    await slow.asked;
    calls.length = 0;
    await w.clock.advance(6 * SECOND);
    expect(calls).toEqual(['renewed', 'renewed']);
    slow.go();
    await w.clock.advance(0);
    expect(calls.slice(2)).toEqual(['released', 'acquired', 'released']);
  });

  test('a lease that cannot be given back undoes no sync: it runs out', async () => {
    const w = world();
    const { lease } = leased();
    const release = (): Promise<never> => Promise.reject(new Unavailable('lease'));
    start(w, { syncLease: { ...lease, release } });
    await w.clock.advance(2 * MINUTE);
    expect(w.upstream.asked.filter((what) => what === 'products pt-PT')).toHaveLength(1);
  });

  test('a lease that cannot be asked for is tried again', async () => {
    const w = world();
    let out = true;
    const { lease } = leased();
    const acquire: Lease['acquire'] = async (owner) => {
      if (out) throw new Unavailable('lease');
      return lease.acquire(owner);
    };
    start(w, { syncLease: { ...lease, acquire } });
    await w.clock.advance(SECOND);
    out = false;
    await w.clock.advance(2 * MINUTE);
    expect(w.upstream.asked).toContain('products pt-PT');
  });
});

describe('a sync on demand', () => {
  test('is recorded, runs at once, and tells what it changed', async () => {
    const w = world();
    const schedule = start(w);
    await w.clock.advance(MINUTE);
    w.upstream.products = () => ok([product(1), product(2)]);
    const asked = await createRequestSync({ ...w.deps, schedule })(ptPT, provenance);
    if ('is' in asked) throw new Error(asked.is);
    expect(asked).toMatchObject({ culture: ptPT, summary: { trigger: 'on_demand', end: { is: 'open' } } });
    await w.clock.advance(SECOND);
    expect(await createReadSync(w.deps.catalogue)(asked.summary.syncId)).toMatchObject({
      culture: ptPT,
      summary: { changes: { productsListed: 1 }, end: { is: 'completed', products: 2 } },
    });
    const requested = (await w.decoded('catalog-pt-PT')).findLast(({ event }) => event.type === 'CatalogSyncRequested');
    expect(requested?.recorded.envelope.actor).toEqual(provenance.actor);
    expect(requested?.recorded.envelope).not.toHaveProperty('tenant');
  });

  test('while one is open that one is the answer', async () => {
    const w = world();
    const request = createRequestSync({ ...w.deps, schedule: { request: () => undefined } });
    expect(await request(ptPT, provenance)).toEqual(await request(ptPT, provenance));
    expect((await w.events('catalog-pt-PT')).map(({ type }) => type)).toEqual(['CatalogSyncRequested']);
  });

  test('one that is at its end before its request is read back is the answer all the same', async () => {
    const w = world();
    const { identifiers, catalogue } = w.deps;
    const id = 'the-first';
    let folds = 0;
    const request = createRequestSync({
      ...w.deps,
      identifiers: { ...identifiers, unique: () => id },
      catalogue: {
        ...catalogue,
        snapshot: async (culture) => {
          folds += 1;
          if (folds === 2)
            for (const next of ['on_demand', 'daily'] as const) await syncCatalogue(w.deps)(culture, next);
          return catalogue.snapshot(culture);
        },
      },
      schedule: { request: () => undefined },
    });
    expect(await request(ptPT, provenance)).toMatchObject({ summary: { syncId: id, end: { is: 'completed' } } });
    const types = (await w.events('catalog-pt-PT')).map(({ type }) => type);
    expect(types.filter((type) => type === 'CatalogSyncRequested')).toHaveLength(1);
  });

  test('asked for in the middle of another sync it is not lost', async () => {
    const w = world();
    const slow = held(w.deps.amilon);
    const schedule = start(w, { amilon: slow.amilon });
    await slow.asked;
    const asked = await createRequestSync({ ...w.deps, schedule })(ptPT, provenance);
    if ('is' in asked) throw new Error(asked.is);
    slow.go();
    await w.clock.advance(SECOND);
    const known = await createReadSync(w.deps.catalogue)(asked.summary.syncId);
    expect(known?.summary.end).toMatchObject({ is: 'completed', products: 1 });
  });

  test('one whose instance died is brought to its end by whoever syncs next', async () => {
    const { events: store } = createMemoryEventStore();
    const [a, b] = [world(store, 1), world(store, 2)];
    const asked = await createRequestSync({ ...a.deps, schedule: { request: () => undefined } })(ptPT, provenance);
    if ('is' in asked) throw new Error(asked.is);
    start(b);
    await b.clock.advance(MINUTE);
    const known = await createReadSync(a.deps.catalogue)(asked.summary.syncId);
    expect(known?.summary).toMatchObject({ trigger: 'on_demand', end: { is: 'completed' } });
  });

  test('a culture that is not configured is unknown, and so is a sync that nobody asked for', async () => {
    const w = world();
    const request = createRequestSync({ ...w.deps, schedule: { request: () => undefined } });
    expect(await request(Culture('it-IT'), provenance)).toEqual({
      is: 'unknown_culture',
      known: w.deps.catalogue.cultures,
    });
    expect(await createReadSync(w.deps.catalogue)('nobody')).toBeUndefined();
  });
});
