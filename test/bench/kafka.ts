// The relay (read the feed, decode, map, send, keep the position) beside raw transactional kafkajs batches of the same
// records, built beforehand, with the same producer settings; and how long an event takes to a reader of Kafka.
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import kafkajs from 'kafkajs';
import { startConsumer } from '../../src/application/consumer-runner.ts';
import type { Owner } from '../../src/application/ports/consumers.ts';
import type { Feed, NewEvent, StoreId } from '../../src/application/ports/event-store.ts';
import { relayConsumer } from '../../src/application/public-messages/relay.ts';
import { createSharedFeed } from '../../src/application/shared-feed.ts';
import { createSystemClock } from '../../src/infrastructure/clock/system.ts';
import { createCodec } from '../../src/infrastructure/codec/codec.ts';
import { BETWEEN_READINGS } from '../../src/infrastructure/composition/service.ts';
import { createMemoryEventStore } from '../../src/infrastructure/event-store/memory.ts';
import { openKafka, type OpenKafka } from '../../src/infrastructure/kafka/open-kafka.ts';
import { recordOf } from '../../src/infrastructure/kafka/record.ts';
import { createKafkaSink } from '../../src/infrastructure/kafka/sink.ts';
import { startKafka } from '../servers/programs/kafka.ts';
import { applied } from '../support/applied.ts';
import { EVENTS_PER_ORDER, eventsOfOrder } from '../support/order-life.ts';
import { noLog } from '../support/no-log.ts';
import { steadily } from './load.ts';
import { median, reportLatency, reportThroughput } from './report.ts';

const ORDERS = 2_000;
const BATCH = 1_000;
const ROUNDS = 7;
const RATE = { ordersPerSecond: 200, warmUp: 5, seconds: 10 };

const codec = createCodec();
const naming = { typePrefix: 'com.example.voucherorders', environment: 'bench' };
const storeId = 'bench' as StoreId;

type Relay = Awaited<ReturnType<typeof openRelay>>;

const openRelay = async (kafka: OpenKafka, rest = 0) => {
  const store = createMemoryEventStore();
  const stop = new AbortController();
  const sink = createKafkaSink(kafka, { consumer: 'kafka-relay', storeId });
  const feed = store.feed(storeId);
  let open: Promise<unknown> = Promise.resolve();
  const gated: Feed = { ...feed, read: (after, max) => open.then(() => feed.read(after, max)) };
  const clock = createSystemClock();
  const shared = createSharedFeed(gated, () => clock.sleep(rest));
  const deps = { codec, log: noLog, clock, owner: 'bench' as Owner, feed: shared, sink };
  const consumer = relayConsumer(naming, kafka.maxMessageBytes);
  const running = startConsumer({ ...deps, consumer, batch: BATCH }, stop.signal);
  return {
    append: async (order: [NewEvent, ...NewEvent[]]) => store.events.append(order[0].stream, 0, order),
    /** Nothing is relayed until the answer is called. */
    shut: () => {
      const gate = Promise.withResolvers<undefined>();
      open = gate.promise;
      return () => gate.resolve(undefined);
    },
    read: () => running.status().progress?.counts.read ?? 0,
    close: async () => {
      stop.abort();
      await running.done;
    },
  };
};

const reached = async (holds: () => boolean): Promise<void> => {
  while (!holds()) await pause(1);
};

/** Seconds until the relay has sent a round's orders. */
const relayed = async (relay: Relay): Promise<number> => {
  const orders = Array.from({ length: ORDERS }, eventsOfOrder);
  const target = relay.read() + ORDERS * EVENTS_PER_ORDER;
  const release = relay.shut();
  for (const order of orders) await relay.append(order);
  const before = performance.now();
  release();
  await reached(() => relay.read() === target);
  return (performance.now() - before) / 1_000;
};

const openRaw = async ({ client, topics }: OpenKafka) => {
  const producer = client.producer({
    idempotent: true,
    maxInFlightRequests: 1,
    transactionalId: randomUUID(),
    createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
    retry: { initialRetryTime: 10, multiplier: 1.5, maxRetryTime: 1_000, retries: Number.MAX_SAFE_INTEGER },
  });
  await producer.connect();
  const consumer = relayConsumer(naming);
  return {
    /** Seconds until a round's records are committed. */
    sent: async (): Promise<number> => {
      const records = Array.from({ length: ORDERS }, eventsOfOrder)
        .flat()
        .flatMap((event) => applied(consumer, codec.decode({ ...event, position: 'bench:1' as never })) ?? [])
        .map(recordOf);
      const before = performance.now();
      for (let at = 0; at < records.length; at += BATCH) {
        const transaction = await producer.transaction();
        const messages = records.slice(at, at + BATCH);
        await transaction.sendBatch({ acks: -1, topicMessages: [{ topic: topics.messages.order, messages }] });
        await transaction.commit();
      }
      return (performance.now() - before) / 1_000;
    },
    close: () => producer.disconnect(),
  };
};

/** Milliseconds from append to a reader of committed messages, for every event, at a steady rate. */
const latencies = async (relay: Relay, { client, topics }: OpenKafka): Promise<readonly number[]> => {
  const appended = new Map<string, number>();
  let taken: number[] = [];
  const reader = client.consumer({ groupId: randomUUID(), maxWaitTimeInMs: 100 });
  await reader.connect();
  await reader.subscribe({ topics: [topics.messages.order], fromBeginning: true });
  await reader.run({
    autoCommit: false, // A reader that stores its place after every batch reads late, and measures that.
    eachMessage: async ({ message }) => {
      const at = appended.get(String(message.headers?.['ce_id']));
      if (at !== undefined) taken.push(performance.now() - at);
    },
  });
  const run = async (many: number): Promise<void> => {
    taken = [];
    const orders = Array.from({ length: many }, eventsOfOrder);
    await steadily(RATE.ordersPerSecond, orders, async (order) => {
      for (const { id } of order) appended.set(id, performance.now());
      await relay.append(order);
    });
    await reached(() => taken.length === many * EVENTS_PER_ORDER);
  };
  await run(RATE.ordersPerSecond * RATE.warmUp); // The first transactions on new topics take some 100 ms each.
  await run(RATE.ordersPerSecond * RATE.seconds);
  await reader.disconnect();
  return taken;
};

const server = await startKafka();
const open = (topicPrefix: string) =>
  openKafka({ brokers: server.brokers, clientId: 'bench', topicPrefix, log: noLog });
const raw = await openRaw(await open('raw'));
const relay = await openRelay(await open('relay'));
const seconds: { raw: number[]; relay: number[] } = { raw: [], relay: [] };
for (let round = 0; round < ROUNDS; round += 1) {
  const [one, two] = [await raw.sent(), await relayed(relay)];
  if (round === 0) continue; // Warm-up.
  seconds.raw.push(one);
  seconds.relay.push(two);
}
await raw.close();
await relay.close();
const perSecond = (taken: readonly number[]): number => (ORDERS * EVENTS_PER_ORDER) / median(taken);
reportThroughput({
  what: 'Kafka relay / raw transactions',
  unit: 'messages',
  ours: perSecond(seconds.relay),
  baseline: perSecond(seconds.raw),
  aim: 80,
});

const paced = await open('paced');
const steady = await openRelay(paced, BETWEEN_READINGS);
const taken = await latencies(steady, paced);
reportLatency(`relay alone, append → on Kafka, ${String(RATE.ordersPerSecond)} orders/s`, taken, 100);
await steady.close();
await server.stop();
