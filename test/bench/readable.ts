// How long a new order takes to be readable in MongoDB where the projection of orders has the machine to itself: an
// event store in memory, the consumer as the service runs it, and the list as GET /v1/orders asks for it.
import { startConsumer } from '../../src/application/consumer-runner.ts';
import type { Owner } from '../../src/application/ports/consumers.ts';
import type { NewEvent, StoreId } from '../../src/application/ports/event-store.ts';
import { createSharedFeed } from '../../src/application/shared-feed.ts';
import type { Mongo } from '../../src/infrastructure/checkpoints/mongodb-connection.ts';
import { createSystemClock } from '../../src/infrastructure/clock/system.ts';
import { createCodec } from '../../src/infrastructure/codec/codec.ts';
import { BETWEEN_READINGS } from '../../src/infrastructure/composition/service.ts';
import { createMemoryEventStore } from '../../src/infrastructure/event-store/memory.ts';
import { openMongoReadModels } from '../../src/infrastructure/read-models/mongodb.ts';
import { ordersProjection } from '../../src/projections/orders.ts';
import { projectionConsumer } from '../../src/projections/projection.ts';
import { eventually } from '../end-to-end/client.ts';
import { noLog } from '../support/no-log.ts';
import { appendLife, steadily } from './load.ts';
import { lifeOf } from './orders-to-come.ts';
import { watchList } from './readers.ts';
import type { Seen } from './readers.ts';
import { reportLatency } from './report.ts';

const RATE = 200;
const WARM_UP_S = 5;
const SECONDS = 10;

const ordersFrom = (first: number, seconds: number) =>
  Array.from({ length: RATE * seconds }, (_, n) => lifeOf(first + n));

export const measureReadable = async (what: string, mongo: Mongo): Promise<void> => {
  const clock = createSystemClock();
  const store = createMemoryEventStore();
  const feed = createSharedFeed(store.feed('bench' as StoreId), () => clock.sleep(BETWEEN_READINGS));
  const { model, sink } = await openMongoReadModels(mongo).open(ordersProjection.definition);
  const stop = new AbortController();
  const consumer = projectionConsumer(ordersProjection);
  const owner = 'bench' as Owner;
  const running = startConsumer({ feed, codec: createCodec(), clock, log: noLog, owner, consumer, sink }, stop.signal);
  const seen: Seen = new Map();
  const appended = new Map<string, number>();
  const watching = watchList(model, 'acme', seen, stop.signal);
  const append = async (life: readonly [NewEvent, ...NewEvent[]]): Promise<void> => {
    appended.set(life[0].stream.slice('order-'.length), Date.now());
    await appendLife(store.events, life);
  };
  const run = async (lives: ReturnType<typeof ordersFrom>): Promise<void> => {
    appended.clear();
    await steadily(RATE, lives, append);
    await eventually(
      async () => [...appended.keys()].every((order) => seen.has(order)),
      (all) => all,
      60_000,
    );
  };
  await run(ordersFrom(0, WARM_UP_S));
  await run(ordersFrom(RATE * WARM_UP_S, SECONDS));
  stop.abort();
  await Promise.all([watching, running.done]);
  const taken = [...appended].map(([order, at]) => (seen.get(order) ?? NaN) - at);
  reportLatency(`projection alone, append → readable in MongoDB (${what}), ${String(RATE)} orders/s`, taken, 50);
};
