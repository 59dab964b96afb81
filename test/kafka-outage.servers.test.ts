import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { startConsumer, type RunningConsumer } from '../src/application/consumer-runner.ts';
import type { Owner } from '../src/application/ports/consumers.ts';
import type { NewEvent, StreamId } from '../src/application/ports/event-store.ts';
import { relayConsumer } from '../src/application/public-messages/relay.ts';
import { createSystemClock } from '../src/infrastructure/clock/system.ts';
import { createCodec } from '../src/infrastructure/codec/codec.ts';
import { createMemoryEventStore } from '../src/infrastructure/event-store/memory.ts';
import { openKafka, type OpenKafka } from '../src/infrastructure/kafka/open-kafka.ts';
import { createKafkaSink } from '../src/infrastructure/kafka/sink.ts';
import { consoleConsumer } from './servers/programs/console-consumer.ts';
import { type KafkaServer, startKafka } from './servers/programs/kafka.ts';
import { committed } from './support/kafka-reader.ts';
import { testStore } from './support/kafka-sinks.ts';
import { noLog } from './support/no-log.ts';
import { eventsOf, freshStream } from './support/stored-events.ts';

const ORDERS = 20;
const codec = createCodec();
const naming = { typePrefix: 'test', environment: 'test' };

/** `sequence id`, by order: what readers see, and what was written. */
type Told = Record<string, readonly string[]>;

const gathered = (messages: readonly { key: string; sequence: string; id: string }[]): Told => {
  const told: Record<string, string[]> = {};
  for (const { key, sequence, id } of messages) (told[key] ??= []).push(`${sequence} ${id}`);
  return told;
};

/** A store whose orders grow, and a relay that tells of them. */
const relaying = (kafka: OpenKafka) => {
  const store = createMemoryEventStore();
  const written = new Map<StreamId, NewEvent[]>(Array.from({ length: ORDERS }, () => [freshStream(), []]));
  const stop = new AbortController();
  const sink = createKafkaSink(kafka, { consumer: 'kafka-relay', storeId: testStore });
  const running: RunningConsumer = startConsumer(
    {
      feed: store.feed(testStore),
      codec,
      clock: createSystemClock(),
      log: noLog,
      owner: randomUUID() as string as Owner,
      consumer: relayConsumer(naming),
      sink,
      batch: 20,
    },
    stop.signal,
  );
  return {
    status: () => running.status(),
    read: () => running.status().progress?.counts.read ?? 0,
    grow: async (by: number): Promise<void> => {
      for (const [stream, events] of written) {
        const more = eventsOf(stream, events.length, by);
        await store.events.append(stream, events.length, more);
        events.push(...more);
      }
    },
    written: (): Told =>
      gathered(
        [...written.values()].flat().map(({ stream, version, id }) => ({
          key: stream.slice('order-'.length),
          sequence: String(version).padStart(20, '0'),
          id,
        })),
      ),
    close: async (): Promise<void> => {
      stop.abort();
      await running.done;
      await sink.close();
    },
  };
};

const reached = async (holds: () => boolean): Promise<void> => {
  while (!holds()) await pause(5);
};

describe('the relay through an outage of its broker', () => {
  let broker: KafkaServer;
  let kafka: OpenKafka;
  let relay: ReturnType<typeof relaying>;

  beforeAll(async () => {
    broker = await startKafka();
  });

  afterAll(async () => {
    await broker.stop();
  });

  beforeEach(async () => {
    const topicPrefix = `test-${randomUUID()}`;
    kafka = await openKafka({ brokers: broker.brokers, clientId: 'tests', topicPrefix, log: noLog });
    relay = relaying(kafka);
  });

  afterEach(async () => {
    await relay.close();
  });

  /** What two readers that share no code see, each order's messages in the order they came. */
  const seen = async (): Promise<{ byConsole: Told; byKafkajs: Told }> => {
    const topic = kafka.topics.messages.order;
    const printed = await consoleConsumer({ brokers: broker.brokers, topic });
    const headerOf = (headers: string, name: string) => new RegExp(`(?:^|,)${name}:([^,]*)`).exec(headers)?.[1];
    const read = await committed(kafka.client, topic);
    return {
      byConsole: gathered(
        printed.map(({ key, headers }) => ({
          key,
          sequence: String(headerOf(headers, 'ce_sequence')),
          id: String(headerOf(headers, 'ce_id')),
        })),
      ),
      byKafkajs: gathered(
        read.map(({ key, headers }) => ({
          key: String(key),
          sequence: String(headers?.['ce_sequence']),
          id: String(headers?.['ce_id']),
        })),
      ),
    };
  };

  it('loses nothing and doubles nothing when the broker is killed under it, again and again', async () => {
    for (const round of [1, 2]) {
      const before = relay.read();
      await relay.grow(40);
      await reached(() => relay.read() >= before + 150 * round);
      await broker.kill('SIGKILL');
      await relay.grow(10);
      await broker.restart();
      await relay.grow(10);
      await reached(() => relay.read() === ORDERS * 60 * round);
    }
    const { byConsole, byKafkajs } = await seen();
    expect(byConsole).toEqual(relay.written());
    expect(byKafkajs).toEqual(relay.written());
  });

  it('loses nothing and doubles nothing when the broker freezes until it is given up, and wakes', async () => {
    await relay.grow(40);
    await reached(() => relay.read() >= 150);
    await broker.kill('SIGSTOP');
    await reached(() => relay.status().state === 'waiting');
    await broker.kill('SIGCONT');
    await reached(() => relay.read() === ORDERS * 40);
    const { byConsole, byKafkajs } = await seen();
    expect(byConsole).toEqual(relay.written());
    expect(byKafkajs).toEqual(relay.written());
  });
});
