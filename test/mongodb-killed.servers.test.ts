import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { startConsumer } from '../src/application/consumer-runner.ts';
import type { Owner } from '../src/application/ports/consumers.ts';
import type { NewEvent, NonEmpty, StoreId } from '../src/application/ports/event-store.ts';
import type { OrderDocument } from '../src/application/ports/order-documents.ts';
import type { Versioned } from '../src/application/ports/read-models.ts';
import { openMongo } from '../src/infrastructure/checkpoints/mongodb-connection.ts';
import { createSystemClock } from '../src/infrastructure/clock/system.ts';
import { createCodec } from '../src/infrastructure/codec/codec.ts';
import { createMemoryEventStore } from '../src/infrastructure/event-store/memory.ts';
import { openMongoReadModels } from '../src/infrastructure/read-models/mongodb.ts';
import { ordersProjection } from '../src/projections/orders.ts';
import { projectionConsumer } from '../src/projections/projection.ts';
import { startMongo } from './servers/programs/mongodb.ts';
import { applied } from './support/applied.ts';
import { EVENTS_PER_ORDER, eventsOfOrder } from './support/order-life.ts';
import { noLog } from './support/no-log.ts';

const ORDERS = 400;
const codec = createCodec();

/** A store where every order has had its first event before any has its second, and so on. */
const storeOfOrders = async () => {
  const store = createMemoryEventStore();
  const orders = Array.from({ length: ORDERS }, () => eventsOfOrder());
  for (let step = 0; step < EVENTS_PER_ORDER; step += 1) {
    for (const events of orders) {
      const event = events[step] as NewEvent;
      await store.events.append(event.stream, step, [event] as NonEmpty<NewEvent>);
    }
  }
  return store.feed('killed' as StoreId);
};

const owner = 'owner' as Owner;

const until = async (holds: () => boolean): Promise<void> => {
  while (!holds()) await pause(5);
};

describe('a projection into a MongoDB that is killed again and again', () => {
  it.each([
    ['a standalone node', false],
    ['a replica set', true],
  ])('ends as the fold of its events, over the same connection: %s', async (_what, replicaSet) => {
    const server = await startMongo({ replicaSet });
    const mongo = await openMongo(server.uri);
    const stop = new AbortController();
    try {
      const feed = await storeOfOrders();
      const { model, sink } = await openMongoReadModels(mongo).open(ordersProjection.definition);
      const consumer = projectionConsumer(ordersProjection);
      const clock = createSystemClock();
      const running = startConsumer({ feed, codec, clock, log: noLog, owner, consumer, sink, batch: 40 }, stop.signal);
      const read = () => running.status().progress?.counts.read ?? 0;
      const all = ORDERS * EVENTS_PER_ORDER;
      for (const share of [0.2, 0.4, 0.6, 0.8]) {
        await until(() => read() >= all * share);
        await server.kill('SIGKILL');
        await until(() => running.status().state === 'waiting');
        await server.restart();
      }
      await until(() => running.status().caughtUp && read() === all);

      const expected = new Map<string, Versioned<OrderDocument>>();
      const { events } = await feed.read('start', all);
      for (const recorded of events) applied(consumer, codec.decode(recorded), expected);
      const kept = new Map<string, Versioned<OrderDocument>>();
      for await (const { key, version, json } of model.scan())
        kept.set(key, { version, doc: JSON.parse(json) as OrderDocument });
      expect(kept).toEqual(expected);
      expect(running.status().progress?.counts).toEqual({ read: all, applied: all, ignored: 0, parked: 0 });
      stop.abort();
      await running.done;
    } finally {
      stop.abort();
      await mongo.close();
      await server.stop();
    }
  });
});
