import { describe, expect, test } from '@jest/globals';
import { syncCatalogue } from '../../src/application/catalog/sync-catalogue.ts';
import type { Amilon } from '../../src/application/ports/amilon.ts';
import { Unavailable } from '../../src/application/ports/errors.ts';
import type { EventStore } from '../../src/application/ports/event-store.ts';
import { defaultSyncPolicy } from '../../src/domain/catalog-snapshot/commands.ts';
import { Culture } from '../../src/domain/shared/ids.ts';
import { MINUTE } from '../../src/domain/shared/instant.ts';
import { createMemoryEventStore } from '../../src/infrastructure/event-store/memory.ts';
import { frFR, merchant, product, products, ptPT, shop } from './fixtures.ts';
import { current, failed, ok, typesOf, world } from './world.ts';

const firstSync = ['CatalogSyncRequested', 'MerchantsListed', 'ProductsListed', 'CatalogSyncCompleted'];

describe('syncing a culture', () => {
  test('records what Amilon lists, one event per append, all of one sync', async () => {
    const appended: number[] = [];
    const { events: store } = createMemoryEventStore();
    const counting: EventStore = {
      read: (...where) => store.read(...where),
      append: (stream, version, events) => {
        appended.push(events.length);
        return store.append(stream, version, events);
      },
    };
    const w = world(counting);
    const { is, syncId } = await syncCatalogue(w.deps)(ptPT, 'on_demand');
    expect(is).toBe('completed');
    expect(await typesOf(w)).toEqual(firstSync);
    expect(appended).toEqual([1, 1, 1, 1]);
    const events = await w.decoded('catalog-pt-PT');
    expect(new Set(events.map(({ recorded }) => recorded.envelope.correlation))).toEqual(new Set([syncId]));
    expect((await current(w)).snapshot.products).toEqual(new Map([[product(1).productCode, product(1)]]));
  });

  test('trap 38: an unchanged second sync records only that it was, and is a generation', async () => {
    const w = world();
    await syncCatalogue(w.deps)(ptPT, 'start');
    await syncCatalogue(w.deps)(ptPT, 'daily');
    expect(await typesOf(w)).toEqual([...firstSync, 'CatalogSyncCompleted']);
    expect((await current(w)).snapshot.lastCompleted).toMatchObject({ number: 2, products: 1, merchants: 1 });
  });

  test('trap 38: fr-FR never retires pt-PT', async () => {
    const w = world();
    await syncCatalogue(w.deps)(ptPT, 'start');
    w.upstream.products = () => ok([product('french')]);
    await syncCatalogue(w.deps)(frFR, 'start');
    expect([...(await current(w)).snapshot.products.keys()]).toEqual(['P-1']);
    expect([...(await current(w, frFR)).snapshot.products.keys()]).toEqual(['P-french']);
  });

  test('trap 38: a shrunk list is rejected with an alert, and the one before stays', async () => {
    const w = world();
    w.upstream.products = () => ok(products(10));
    await syncCatalogue(w.deps)(ptPT, 'start');
    w.upstream.products = () => ok(products(1));
    expect((await syncCatalogue(w.deps)(ptPT, 'daily')).is).toBe('rejected');
    expect((await current(w)).snapshot.products.size).toBe(10);
    expect(w.log.filter(({ level }) => level === 'error').map(({ message }) => message)).toEqual([
      'catalogue rejected, the one before stays',
    ]);
  });

  test('trap 38: quarantined rows of both lists are recorded and told', async () => {
    const w = world();
    const quarantined = [{ index: 3, reason: 'no price' }];
    w.upstream.products = () => ({ is: 'ok', value: [product(1)], quarantined });
    w.upstream.merchants = () => ({ is: 'ok', value: [shop], quarantined });
    await syncCatalogue(w.deps)(ptPT, 'start');
    expect((await w.events('catalog-pt-PT')).at(-1)).toMatchObject({
      quarantined: [
        { list: 'merchants', index: 3, reason: 'no price' },
        { list: 'products', index: 3, reason: 'no price' },
      ],
      quarantinedCount: 2,
    });
    expect(w.log.filter(({ level }) => level === 'warn').map(({ message }) => message)).toEqual(['rows were left out']);
  });

  test('trap 33, trap 39 and trap 40: what was not understood is reported', async () => {
    const w = world();
    w.upstream.products = () => ok([product(1, { stock: 'Beaucoup' })]);
    w.upstream.merchants = () =>
      ok([
        { ...shop, country: 'unknown', countryRaw: 'Atlantis' },
        { ...merchant(2), otherId: 'x-1' },
      ]);
    await syncCatalogue(w.deps)(ptPT, 'start');
    expect(w.log.filter(({ level }) => level === 'warn').map(({ fields }) => fields)).toMatchObject([
      {
        oddities: [
          { merchantId: 'm-1', countryRaw: 'Atlantis' },
          { merchantId: 'm-2', otherId: 'x-1' },
          { productCode: 'P-1', stock: 'Beaucoup' },
        ],
      },
    ]);
  });

  test('what Amilon does not answer after its retries is recorded as failed', async () => {
    const w = world();
    w.upstream.products = () => failed('server_error');
    const syncing = syncCatalogue(w.deps)(ptPT, 'start');
    await w.clock.advance(MINUTE);
    expect((await syncing).is).toBe('failed');
    expect(await typesOf(w)).toEqual(['CatalogSyncFailed']);
    expect(w.upstream.asked).toEqual(['merchants pt-PT', ...Array<string>(4).fill('products pt-PT')]);
  });

  test('an answer that comes with a retry is as good as the first', async () => {
    const w = world();
    const answers = [failed('unreadable'), ok([product(1)])];
    w.upstream.products = () => answers.shift() ?? failed('refused');
    const syncing = syncCatalogue(w.deps)(ptPT, 'start');
    await w.clock.advance(MINUTE);
    expect((await syncing).is).toBe('completed');
  });

  test('once the service stops nothing is asked again', async () => {
    const w = world();
    w.upstream.merchants = () => failed('timeout');
    w.stop.abort();
    expect((await syncCatalogue(w.deps)(ptPT, 'start')).is).toBe('failed');
    expect(w.upstream.asked).toEqual(['merchants pt-PT']);
  });

  test('a culture that is not configured is refused before anything is asked', async () => {
    const w = world();
    await expect(syncCatalogue(w.deps)(Culture('it-IT'), 'on_demand')).rejects.toThrow(RangeError);
    expect(w.upstream.asked).toEqual([]);
  });
});

describe('another instance syncs', () => {
  test('trap 38: a list that is older than what another instance recorded never overwrites it', async () => {
    const { events: store } = createMemoryEventStore();
    const [a, b] = [world(store, 1), world(store, 2)];
    const asked = Promise.withResolvers<undefined>();
    const go = Promise.withResolvers<undefined>();
    const slow: Amilon = {
      ...a.deps.amilon,
      merchants: async (culture) => {
        asked.resolve(undefined);
        await go.promise;
        return a.deps.amilon.merchants(culture);
      },
    };
    const first = syncCatalogue({ ...a.deps, amilon: slow })(ptPT, 'start');
    await asked.promise;
    expect((await syncCatalogue(b.deps)(ptPT, 'start')).is).toBe('completed');
    go.resolve(undefined);
    expect((await first).is).toBe('superseded');
    expect(await typesOf(a)).toEqual(firstSync);
    expect(a.log.filter(({ level }) => level === 'error')).toEqual([]);
  });

  test('a conflict on an append means that another one writes', async () => {
    const { events: store } = createMemoryEventStore();
    const w = world({ read: (...where) => store.read(...where), append: async () => 'conflict' });
    expect((await syncCatalogue(w.deps)(ptPT, 'start')).is).toBe('superseded');
  });
});

describe('a sync that breaks off needs no repair', () => {
  const rows = products(30);
  const policy = { ...defaultSyncPolicy, chunkBytes: 500 };

  test.each([1, 2, 3, 5, 8, 10])(
    'killed at append %i, the next sync ends like an undisturbed one',
    async (killedAt) => {
      const { events: store } = createMemoryEventStore();
      let appends = 0;
      const dying: EventStore = {
        read: (...where) => store.read(...where),
        append: async (...what) => {
          appends += 1;
          if (appends === killedAt) throw new Unavailable('event store');
          return store.append(...what);
        },
      };
      const w = world(dying);
      w.upstream.products = () => ok(rows);
      const deps = { ...w.deps, syncPolicy: policy };
      await expect(syncCatalogue(deps)(ptPT, 'start')).rejects.toThrow(Unavailable);
      expect((await syncCatalogue(deps)(ptPT, 'start')).is).toBe('completed');
      const { snapshot } = await current(w);
      expect([...snapshot.products.values()]).toEqual(rows);
      expect([...snapshot.merchants.values()]).toEqual([shop]);
      expect(snapshot.lastCompleted).toMatchObject({ number: 1, products: 30, merchants: 1 });
      const listed = (await w.events('catalog-pt-PT')).flatMap((event) =>
        event.type === 'ProductsListed' ? event.products : [],
      );
      expect(listed.length).toBe(30);
    },
  );
});

test('trap 38: a list that is rejected because its rows cannot be read says which and why', async () => {
  const w = world();
  await syncCatalogue(w.deps)(ptPT, 'daily');
  const row = { index: 0, reason: 'price: too_many_decimals' };
  w.upstream.products = () => ({ is: 'ok', value: [], quarantined: [row] });
  expect((await syncCatalogue(w.deps)(ptPT, 'on_demand')).is).toBe('rejected');
  const rows = [{ list: 'products', ...row }];
  expect((await w.events('catalog-pt-PT')).at(-1)).toMatchObject({
    type: 'CatalogSyncRejected',
    reason: 'empty',
    quarantined: rows,
    quarantinedCount: 1,
  });
  expect(w.log.map(({ level, message }) => [level, message])).toEqual(
    expect.arrayContaining([
      ['error', 'catalogue rejected, the one before stays'],
      ['warn', 'rows were left out'],
    ]),
  );
});
