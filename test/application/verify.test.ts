import { isDeepStrictEqual } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { startConsumer } from '../../src/application/consumer-runner.ts';
import type { Owner } from '../../src/application/ports/consumers.ts';
import { Unavailable } from '../../src/application/ports/errors.ts';
import type { EventStore, Recorded, StreamId } from '../../src/application/ports/event-store.ts';
import type { ReadModel, Versioned } from '../../src/application/ports/read-models.ts';
import { verify } from '../../src/application/verify.ts';
import type { Verifiable, VerifyDeps } from '../../src/application/verify.ts';
import { createMemoryReadModels } from '../../src/infrastructure/read-models/memory.ts';
import { ordersProjection } from '../../src/projections/orders.ts';
import { projectionConsumer } from '../../src/projections/projection.ts';
import type { Projection } from '../../src/projections/projection.ts';
import { vouchersProjection } from '../../src/projections/vouchers.ts';
import { delivered, fulfilling } from './upstream.ts';
import type { Fulfilling } from './upstream.ts';

/** A read model filled from the feed to its end. */
const filled = async <Doc>(f: Fulfilling, projection: Projection<Doc>): Promise<Verifiable> => {
  const { model, sink } = await createMemoryReadModels().open(projection.definition);
  const stop = new AbortController();
  const deps = { ...f, ...f.deps, owner: 'one' as Owner, consumer: projectionConsumer(projection), sink };
  const running = startConsumer(deps, stop.signal);
  await f.clock.advance(0);
  stop.abort();
  await running.done;
  return {
    name: projection.definition.name,
    model,
    at: running.status().progress?.at ?? 'start',
    keys: (event) => projection.keys(event),
    evolve: (doc, event, key) => projection.evolve(doc as Doc | undefined, event, key),
  };
};

/** Two orders, one of them delivered, and their read models as they should be. */
const world = async () => {
  const f = await fulfilling();
  f.answers.create = () => ({ is: 'done', order: delivered });
  await f.look();
  const other = await f.placed('another key');
  const orders = await filled(f, ordersProjection);
  const vouchers = await filled(f, vouchersProjection);
  const verified = (over: Partial<VerifyDeps> = {}) =>
    verify({
      feed: f.feed,
      store: f.deps.store,
      codec: f.deps.codec,
      models: [orders, vouchers],
      same: isDeepStrictEqual,
      progress: () => undefined,
      ...over,
    });
  return { f, other, orders, vouchers, verified };
};

/** The model with some of its documents changed, added or (undefined) gone. */
const tampered = (
  verifiable: Verifiable,
  changes: Readonly<Record<string, (stored: Versioned<unknown> | undefined) => Versioned<unknown> | undefined>>,
): Verifiable => {
  const { model } = verifiable;
  const get: ReadModel<unknown>['get'] = async (key) => {
    const stored = await model.get(key);
    return changes[key] === undefined ? stored : changes[key](stored);
  };
  return {
    ...verifiable,
    model: {
      ...model,
      get,
      scan: async function* () {
        const keys = new Set(Object.keys(changes));
        for await (const { key } of model.scan()) keys.add(key);
        for (const key of [...keys].toSorted()) {
          const stored = await get(key);
          if (stored !== undefined) yield { key, version: stored.version, json: JSON.stringify(stored.doc) };
        }
      },
    },
  };
};

/** The store with what is read of one stream changed. */
const readingOf = (
  store: EventStore,
  stream: StreamId,
  change: (events: readonly Recorded[]) => readonly Recorded[],
): EventStore => ({
  ...store,
  read: async function* (of, after, until) {
    const events: Recorded[] = [];
    for await (const event of store.read(of, after, until)) events.push(event);
    yield* of === stream ? change(events) : events;
  },
});

describe('verifying a store', () => {
  it('finds no fault where every document is what its stream says', async () => {
    const { verified } = await world();
    const told: number[] = [];
    const result = await verified({ progress: (events) => told.push(events) });
    expect([result, told]).toEqual([{ events: 6, streams: 2, documents: 4, lagging: 0, faults: [] }, [6]]);
  });

  it('finds a document that was changed', async () => {
    const { f, orders, vouchers, verified } = await world();
    const changed = tampered(orders, {
      [f.orderId]: (stored) => stored && { ...stored, doc: { ...Object(stored.doc), tenant: 'other' } as unknown },
    });
    expect((await verified({ models: [changed, vouchers] })).faults).toEqual([
      `orders ${f.orderId} is not what order-${f.orderId} says`,
    ]);
  });

  it('finds a document that claims a version which its stream does not have', async () => {
    const { f, orders, verified } = await world();
    const ahead = tampered(orders, { [f.orderId]: (stored) => stored && { ...stored, version: 99 } });
    expect((await verified({ models: [ahead] })).faults).toEqual([
      `orders ${f.orderId} is not what order-${f.orderId} says`,
    ]);
  });

  it('finds a missing document', async () => {
    const { other, orders, verified } = await world();
    const missing = tampered(orders, { [other]: () => undefined });
    const result = await verified({ models: [missing] });
    expect([result.faults, result.lagging]).toEqual([[`orders ${other} has missed an event of order-${other}`], 0]);
  });

  it('finds a document that stayed behind though its consumer went on', async () => {
    const { f, verified } = await world();
    const before = await filled(f, ordersProjection);
    await f.orders.handle(f.orderId, (at) => ({ type: 'RequestReconciliation', at }), {
      actor: { type: 'operator', id: 'key-1' },
      correlation: 'c',
      causation: 'c',
    });
    const stale = { ...before, at: await f.feed.head() };
    expect((await verified({ models: [stale] })).faults).toEqual([
      `orders ${f.orderId} has missed an event of order-${f.orderId}`,
    ]);
  });

  it('finds a stray: a document that no stream accounts for', async () => {
    const { orders, verified } = await world();
    const stray = tampered(orders, { nobody: () => ({ version: 1, doc: {} }) });
    expect((await verified({ models: [stray] })).faults).toEqual([
      'orders holds 1 documents that no stream accounts for',
    ]);
  });

  it('finds a stray also where another document is missing', async () => {
    const { other, orders, verified } = await world();
    const both = tampered(orders, { [other]: () => undefined, nobody: () => ({ version: 1, doc: {} }) });
    expect((await verified({ models: [both] })).faults).toHaveLength(2);
  });

  it('accepts that documents wait for a consumer that has not come to their events yet', async () => {
    const { f, orders, vouchers, verified } = await world();
    const late = await f.placed('a third key');
    const result = await verified();
    expect(result).toEqual({ events: 7, streams: 3, documents: 4, lagging: 1, faults: [] });
    const nothing = tampered(
      { ...orders, at: 'start' },
      {
        [f.orderId]: () => undefined,
        [late]: () => undefined,
      },
    );
    expect(await verified({ models: [nothing, vouchers] })).toMatchObject({ lagging: 2, faults: [] });
  });
});

describe('verifying what is parked', () => {
  it('names the stream whose events a projection cannot apply, and goes on', async () => {
    const { f, other, orders, vouchers, verified } = await world();
    const poisoned: Verifiable = {
      ...orders,
      evolve: (doc, event, key) => {
        if (key === f.orderId && event.recorded.version > 1) throw new TypeError('poison');
        return orders.evolve(doc, event, key);
      },
    };
    const missing = tampered(poisoned, { [other]: () => undefined });
    expect((await verified({ models: [missing, vouchers] })).faults).toEqual([
      `orders cannot follow order-${f.orderId}: an event of it cannot be applied, see what is parked`,
      `orders ${other} has missed an event of order-${other}`,
    ]);
  });
});

describe('verifying while the service goes on', () => {
  it('reads a stream again that went on before its document was read', async () => {
    const { f, verified } = await world();
    let reads = 0;
    const store = readingOf(f.deps.store, `order-${f.orderId}` as StreamId, (events) => {
      reads += 1;
      return reads === 1 ? events.slice(0, -1) : events;
    });
    expect([await verified({ store }), reads]).toEqual([
      { events: 6, streams: 2, documents: 4, lagging: 0, faults: [] },
      2,
    ]);
  });

  it('accuses nobody of what came meanwhile: it lags', async () => {
    const { f, other, orders, verified } = await world();
    const heads = [await f.feed.head(), 'another' as Awaited<ReturnType<typeof f.feed.head>>];
    const feed = { ...f.feed, head: async () => heads.shift() ?? 'start' };
    const missing = tampered(orders, { [other]: () => undefined, nobody: () => ({ version: 1, doc: {} }) });
    const { to } = await f.feed.read('start', 1);
    expect(await verified({ feed, models: [{ ...missing, at: to }] })).toMatchObject({ lagging: 1, faults: [] });
  });

  it('finds what its consumer has passed, also where it is not at the end of the history', async () => {
    const { f, other, orders, verified } = await world();
    const missing = tampered(orders, { [other]: () => undefined });
    const late = await f.placed('a third key');
    expect(await verified({ models: [missing] })).toMatchObject({
      lagging: 1,
      faults: [`orders ${other} has missed an event of order-${other}`],
    });
    expect(late).not.toBe(other);
  });
});

describe('verifying a broken chain', () => {
  it('finds an event that was changed, and accuses no document for it', async () => {
    const { f, verified } = await world();
    const stream = `order-${f.orderId}` as StreamId;
    const store = readingOf(f.deps.store, stream, (events) =>
      events.map((event) =>
        event.version === 2 ? { ...event, data: { ...Object(event.data), attempt: 2 } as unknown } : event,
      ),
    );
    const { faults, streams } = await verified({ store });
    expect([faults, streams]).toEqual([[`${stream} version 2 is not what was written`], 2]);
  });

  it('finds an event that was removed', async () => {
    const { f, verified } = await world();
    const stream = `order-${f.orderId}` as StreamId;
    const store = readingOf(f.deps.store, stream, (events) => events.filter(({ version }) => version !== 2));
    expect((await verified({ store })).faults).toEqual([`${stream} version 3 does not follow the event before it`]);
  });

  it('is no fault where the store cannot be read: that is told to the caller', async () => {
    const { f, verified } = await world();
    const store = readingOf(f.deps.store, `order-${f.orderId}` as StreamId, () => {
      throw new Unavailable('event store');
    });
    await expect(verified({ store })).rejects.toThrow(Unavailable);
  });
});
