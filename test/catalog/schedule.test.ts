import { afterEach, describe, expect, test } from '@jest/globals';
import { createRequestSync } from '../../src/application/catalog/request-sync.ts';
import { createSyncSchedule } from '../../src/application/catalog/schedule.ts';
import type { SyncSchedule } from '../../src/application/catalog/schedule.ts';
import { syncCatalogue } from '../../src/application/catalog/sync-catalogue.ts';
import { Unavailable } from '../../src/application/ports/errors.ts';
import { DAY, HOUR, MINUTE, plus } from '../../src/domain/shared/instant.ts';
import { createMemoryEventStore } from '../../src/infrastructure/event-store/memory.ts';
import { frFR, product, ptPT, terms } from './fixtures.ts';
import { failed, ok, world } from './world.ts';
import type { World } from './world.ts';
import type { EventStore } from '../../src/application/ports/event-store.ts';

const everything = ['contract', 'categories', 'merchants pt-PT', 'products pt-PT', 'merchants fr-FR', 'products fr-FR'];

const provenance = { actor: { type: 'client', id: 'key-1' }, correlation: 'c', causation: 'c' } as const;

const running: { readonly w: World; readonly done: Promise<void> }[] = [];
const start = (w: World): SyncSchedule => {
  const schedule = createSyncSchedule(w.deps);
  running.push({ w, done: schedule.run() });
  return schedule;
};
/** What was asked within this time. */
const askedIn = async (w: World, ms: number): Promise<readonly string[]> => {
  w.upstream.asked.length = 0;
  await w.clock.advance(ms);
  return [...w.upstream.asked];
};

afterEach(async () => {
  for (const { w, done } of running.splice(0)) {
    w.stop.abort();
    await done;
  }
});

describe('the schedule of syncs', () => {
  test('trap 31: contract, categories and every culture are synced at the start, one after the other', async () => {
    const w = world();
    start(w);
    await w.clock.advance(MINUTE);
    expect(w.upstream.asked).toEqual(everything);
  });

  test('trap 31: and then daily', async () => {
    const w = world();
    start(w);
    await w.clock.advance(MINUTE);
    expect(await askedIn(w, DAY - 2 * MINUTE)).toEqual([]);
    w.upstream.products = () => ok([product(1), product(2)]);
    expect(await askedIn(w, 2 * MINUTE)).toEqual(everything);
    const triggers = (await w.events('catalog-pt-PT')).flatMap((event) =>
      event.type === 'CatalogSyncRequested' ? [event.trigger] : [],
    );
    expect(triggers).toEqual(['start', 'daily']);
  });

  test('what another instance synced meanwhile is not synced again', async () => {
    const { events: store } = createMemoryEventStore();
    const [a, b] = [world(store, 1), world(store, 2)];
    start(a);
    await a.clock.advance(MINUTE);
    await b.clock.advance(DAY - HOUR / 2);
    await syncCatalogue(b.deps)(ptPT, 'daily');
    expect(await askedIn(a, DAY)).toEqual(['contract', 'categories', 'merchants fr-FR', 'products fr-FR']);
  });

  test('trap 38: nor is it left open where another instance has asked for one since, and died', async () => {
    const { events: store } = createMemoryEventStore();
    const [a, b] = [world(store, 1), world(store, 2)];
    start(a);
    await a.clock.advance(MINUTE);
    await b.clock.advance(DAY - HOUR / 2);
    await syncCatalogue(b.deps)(ptPT, 'daily');
    await createRequestSync({ ...b.deps, schedule: { request: () => undefined } })(ptPT, provenance);
    expect(await askedIn(a, DAY)).toEqual(everything);
    expect((await a.events('catalog-pt-PT')).at(-1)).toMatchObject({ type: 'CatalogSyncCompleted' });
  });

  test('one that failed is tried again soon, then less and less often; the others are not held up', async () => {
    const w = world();
    w.upstream.merchants = (culture) => (culture === ptPT ? failed('refused') : ok([]));
    w.upstream.contract = failed('refused');
    start(w);
    await w.clock.advance(0);
    const hourly = (asked: readonly string[]) => asked.filter((what) => what === 'contract').length;
    const first = hourly(await askedIn(w, HOUR));
    const later = hourly(await askedIn(w, HOUR));
    expect(first).toBeGreaterThan(later);
    expect(later).toBeGreaterThan(0);
    expect(hourly(await askedIn(w, 10 * HOUR))).toBeGreaterThanOrEqual(9);
  });

  test('one that recovers is daily again', async () => {
    const w = world();
    w.upstream.contract = failed('refused');
    start(w);
    await w.clock.advance(MINUTE);
    w.upstream.contract = ok(terms);
    expect(await askedIn(w, HOUR)).toEqual(['contract']);
    expect(await askedIn(w, 20 * HOUR)).toEqual([]);
  });

  test('a broken event store stops nothing: it is tried again', async () => {
    const { events: store } = createMemoryEventStore();
    let out = true;
    const flaky: EventStore = {
      read: (...where) => store.read(...where),
      append: async (...what) => {
        if (out) throw new Unavailable('event store');
        return store.append(...what);
      },
    };
    const w = world(flaky);
    start(w);
    await w.clock.advance(MINUTE / 4);
    expect(w.log.filter(({ level }) => level === 'error').map(({ message }) => message)).toEqual(
      Array<string>(3).fill('sync broke off, it is tried again'),
    );
    out = false;
    await w.clock.advance(2 * MINUTE);
    const view = await w.deps.catalogue.current(frFR);
    expect(view).toMatchObject({ snapshot: { lastCompleted: { number: 1 } } });
  });

  test('trap 38: a clock that is set back lets no sync wait longer than a day', async () => {
    const w = world();
    let ahead = 30 * DAY;
    const clock = { ...w.deps.clock, now: () => plus(w.clock.now(), ahead) };
    running.push({ w, done: createSyncSchedule({ ...w.deps, clock }).run() });
    await w.clock.advance(HOUR);
    ahead = 0;
    expect(await askedIn(w, DAY)).toEqual(everything);
    expect(await askedIn(w, DAY)).toEqual(everything);
  });

  test('trap 40: a refusal at order time brings the sync of its culture forward', async () => {
    const w = world();
    const schedule = start(w);
    await w.clock.advance(HOUR);
    schedule.wake(ptPT);
    w.upstream.products = () => ok([product(1), product(2)]);
    expect(await askedIn(w, MINUTE)).toEqual(['merchants pt-PT', 'products pt-PT']);
    expect((await w.events('catalog-pt-PT')).findLast((event) => event.type === 'CatalogSyncRequested')).toMatchObject({
      trigger: 'order_refused',
    });
  });

  test('trap 40: many refusals are one sync in five minutes', async () => {
    const w = world();
    const schedule = start(w);
    await w.clock.advance(MINUTE);
    schedule.wake(ptPT);
    schedule.wake(ptPT);
    expect(await askedIn(w, 3 * MINUTE)).toEqual([]);
    schedule.wake(ptPT);
    expect(await askedIn(w, 2 * MINUTE)).toEqual(['merchants pt-PT', 'products pt-PT']);
  });

  test('it ends when the service stops, in the middle of a wait', async () => {
    const w = world();
    const done = createSyncSchedule(w.deps).run();
    await w.clock.advance(HOUR);
    w.stop.abort();
    await expect(done).resolves.toBe(undefined);
  });
});
