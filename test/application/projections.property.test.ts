import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { startConsumer } from '../../src/application/consumer-runner.ts';
import { orderStream } from '../../src/application/orders.ts';
import { noProgress } from '../../src/application/ports/consumers.ts';
import type { Consumer, Owner, Sink } from '../../src/application/ports/consumers.ts';
import type { DueOrder } from '../../src/application/ports/due-orders.ts';
import { Unavailable } from '../../src/application/ports/errors.ts';
import type { EventStore, StoreId } from '../../src/application/ports/event-store.ts';
import { foldDocuments } from '../../src/application/queries/fold-documents.ts';
import type { OrderEvent } from '../../src/domain/order/events.ts';
import { defaultPolicy } from '../../src/domain/order/policy.ts';
import { OrderId } from '../../src/domain/shared/ids.ts';
import { MINUTE } from '../../src/domain/shared/instant.ts';
import { createVirtualClock } from '../../src/infrastructure/clock/virtual.ts';
import { createCodec } from '../../src/infrastructure/codec/codec.ts';
import { createMemoryDueOrders } from '../../src/infrastructure/due-orders/memory.ts';
import { createMemoryEventStore } from '../../src/infrastructure/event-store/memory.ts';
import { createMemoryReadModels } from '../../src/infrastructure/read-models/memory.ts';
import { createSeededIdentifiers } from '../../src/infrastructure/ids/seeded.ts';
import { dueOrdersProjection } from '../../src/projections/due-orders.ts';
import { ordersProjection } from '../../src/projections/orders.ts';
import { projectionConsumer } from '../../src/projections/projection.ts';
import type { Projection } from '../../src/projections/projection.ts';
import { vouchersProjection } from '../../src/projections/vouchers.ts';
import { orderId as fixtureId } from '../domain/order/fixtures.ts';
import { anySteps, play } from '../domain/order/histories.ts';
import { sampleDraft } from '../support/sample-events.ts';
import { logInto, today } from './world.ts';

const codec = createCodec();
const ids = [1, 2].map((n) => OrderId(`${String(n).repeat(8)}-0000-5000-8000-000000000000`));

/** A legal history, told of another order than the fixtures' own. */
const historyOf = (id: OrderId) =>
  anySteps.map((steps): readonly OrderEvent[] => {
    const events = play(steps).flatMap((move) => move.events);
    return JSON.parse(JSON.stringify(events).replaceAll(fixtureId, id)) as OrderEvent[];
  });

/** Appends all histories, one event of each in turn. */
const stored = async (histories: readonly (readonly OrderEvent[])[]) => {
  const memory = createMemoryEventStore();
  const identifiers = createSeededIdentifiers(1);
  const heads = new Map(ids.map((id) => [id, codec.genesis]));
  const longest = Math.max(...histories.map(({ length }) => length));
  for (let at = 0; at < longest; at += 1) {
    for (const [index, id] of ids.entries()) {
      const event = histories[index]?.[at];
      if (event === undefined) continue;
      const { envelope } = sampleDraft(event);
      const draft = { stream: orderStream(id), version: at + 1, id: identifiers.eventId(), event, envelope };
      const sealed = codec.seal(draft, heads.get(id) ?? codec.genesis);
      heads.set(id, sealed.envelope.hash);
      await memory.events.append(orderStream(id), at, [sealed]);
    }
  }
  return { store: memory.events, feed: memory.feed('store-1' as StoreId) };
};

type Crash = 'before' | 'torn' | 'after' | 'none';

/**
 * A sink whose process dies before it keeps, between the documents and the place (where a store cannot keep both at
 * once), or after: each time the runner begins again at the place that was kept.
 */
const crashing = <Doc, Out>(sink: Sink<Doc, Out>, crashes: readonly Crash[]): Sink<Doc, Out> => {
  const left = [...crashes];
  let place = noProgress;
  return {
    ...sink,
    keep: async (hold, next, out) => {
      const crash = left.shift() ?? 'none';
      if (crash !== 'before') await sink.keep(hold, crash === 'torn' ? place : next, out);
      if (crash === 'none' || crash === 'after') place = next;
      if (crash !== 'none') throw new Unavailable('process');
      return 'kept';
    },
  };
};

interface Plan {
  readonly batch: number;
  readonly crashes: readonly Crash[];
}

const anyPlan: fc.Arbitrary<Plan> = fc.record({
  batch: fc.integer({ min: 1, max: 9 }),
  crashes: fc.array(fc.constantFrom<Crash>('before', 'torn', 'after', 'none'), { maxLength: 6 }),
});

/** Runs a consumer to the head of the feed, and answers its status. */
const run = async <Doc, Out>(
  feed: Awaited<ReturnType<typeof stored>>['feed'],
  consumer: Consumer<Doc, Out>,
  sink: Sink<Doc, Out>,
  { batch, crashes }: Plan,
) => {
  const clock = createVirtualClock(today);
  const stop = new AbortController();
  const deps = { feed, codec, clock, log: logInto([]), owner: 'one' as Owner, consumer, batch };
  const running = startConsumer({ ...deps, sink: crashing(sink, crashes) }, stop.signal);
  await clock.advance(MINUTE);
  stop.abort();
  await running.done;
  return running.status();
};

/** The documents of all streams by the plain fold, as they would be stored. */
const folded = async <Doc>(store: EventStore, projection: Projection<Doc>): Promise<ReadonlyMap<string, Doc>> => {
  const docs = new Map<string, Doc>();
  for (const id of ids) {
    const own = await foldDocuments({ store, codec }, orderStream(id), projection);
    for (const [key, doc] of own) docs.set(key, JSON.parse(JSON.stringify(doc)) as Doc);
  }
  return docs;
};

const histories = fc.tuple(...ids.map(historyOf));
const settings = { numRuns: 40 };

describe('a read model is the fold of its events, however they were batched and whatever crashed', () => {
  const same = <Doc>(projection: Projection<Doc>) =>
    fc.asyncProperty(histories, anyPlan, async (told, plan) => {
      const { store, feed } = await stored(told);
      const { model, sink } = await createMemoryReadModels().open(projection.definition);
      const status = await run(feed, projectionConsumer(projection), sink, plan);
      const kept = new Map<string, Doc>();
      for await (const { key, json } of model.scan()) kept.set(key, JSON.parse(json) as Doc);
      expect(status.progress).toMatchObject({ at: await feed.head(), parked: {} });
      expect(kept).toEqual(await folded(store, projection));
    });

  it('orders', () => fc.assert(same(ordersProjection), settings));
  it('vouchers', () => fc.assert(same(vouchersProjection), settings));

  it('due orders', () => {
    const projection = dueOrdersProjection(defaultPolicy);
    const property = fc.asyncProperty(histories, anyPlan, async (told, plan) => {
      const { store, feed } = await stored(told);
      const { sink, dueOrders } = createMemoryDueOrders();
      await run(feed, projectionConsumer(projection), sink, plan);
      const hold = await sink.hold('reader' as Owner);
      if (hold === 'held') throw new TypeError('nobody else is there');
      const rows = [...(await sink.load(hold, ids))].map(([key, { doc }]): [string, DueOrder] => [key, doc]);
      const expected = await folded(store, projection);
      expect(new Map(rows)).toEqual(expected);
      const times = [...expected.values()].flatMap(({ nextAt }) => (nextAt === 'never' ? [] : [nextAt]));
      expect(await dueOrders.earliest()).toBe(times.toSorted()[0]);
    });
    return fc.assert(property, settings);
  });
});

describe('documents of vouchers', () => {
  it('hold neither a secret nor its ciphertext or keyed hash', async () => {
    const property = fc.asyncProperty(histories, async (told) => {
      const { store } = await stored(told);
      const text = JSON.stringify([...(await folded(store, vouchersProjection)).values()]);
      expect(text).not.toMatch(/"(mac|macs|box|secrets)"|mac [A-Z]\d/);
    });
    await fc.assert(property, settings);
  });
});
