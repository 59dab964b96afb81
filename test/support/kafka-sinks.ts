import { randomUUID } from 'node:crypto';
import { afterAll } from '@jest/globals';
import type { Owner } from '../../src/application/ports/consumers.ts';
import type { StoreId } from '../../src/application/ports/event-store.ts';
import type { Lease } from '../../src/application/ports/lease.ts';
import type { PublicMessage } from '../../src/application/public-messages/message.ts';
import { instant } from '../../src/domain/shared/instant.ts';
import { createClient } from '../../src/infrastructure/kafka/client.ts';
import { openKafka, type OpenKafka } from '../../src/infrastructure/kafka/open-kafka.ts';
import { createKafkaSink } from '../../src/infrastructure/kafka/sink.ts';
import type { Result, SinkFactory, SinkStore } from '../contracts/sink.contract.ts';
import { committed } from './kafka-reader.ts';
import { noLog } from './no-log.ts';

export const testStore = 'store-1' as StoreId;

/** Opens Kafkas with topics of their own, which are gone when the tests of the file are over. */
export const freshKafkas = (brokers: () => readonly string[]): (() => Promise<OpenKafka>) => {
  const opened: OpenKafka[] = [];
  afterAll(async () => {
    const admin = createClient({ brokers: brokers(), clientId: 'tests', log: noLog }).admin();
    await admin.connect();
    const topics = opened.flatMap((kafka) => [kafka.topics.positions, ...Object.values(kafka.topics.messages)]);
    await admin.deleteTopics({ topics: [...new Set(topics)] }).catch(() => undefined);
    await admin.disconnect();
  });
  return async () => {
    const topicPrefix = `test-${randomUUID()}`;
    const kafka = await openKafka({ brokers: brokers(), clientId: 'tests', topicPrefix, partitions: 3, log: noLog });
    opened.push(kafka);
    return kafka;
  };
};

/** A message of a consumer about a version of an order. */
export const testMessage = (consumer: string, { order, version }: Result): PublicMessage => ({
  id: `${order}-${String(version)}`,
  source: `urn:voucher-orders:test:order:${order}`,
  type: `test.${consumer}.order.told.v1`,
  subject: order,
  sequence: String(version).padStart(20, '0'),
  time: instant('2026-03-01T10:00:00.000Z'),
  correlationid: 'correlation-1',
  causationid: 'causation-1',
  data: { version },
});

/** What a reader of committed messages sees of a consumer's. */
export const seenOf = async ({ client, topics }: OpenKafka, consumer: string): Promise<readonly Result[]> =>
  (await committed(client, topics.messages.order))
    .filter(({ headers }) => String(headers?.['ce_type']).startsWith(`test.${consumer}.`))
    .map(({ key, headers }) => ({ order: String(key), version: Number(headers?.['ce_sequence']) }));

const leaseOf = (leaseMs: number): Lease => {
  let by: Owner | undefined;
  let until = 0;
  const extend = (owner: Owner): boolean => {
    by = owner;
    until = Date.now() + leaseMs;
    return true;
  };
  return {
    acquire: async (owner) => (by === owner || until <= Date.now() ? extend(owner) : false),
    renew: async (owner) => by === owner && extend(owner),
    release: async (owner) => {
      if (by === owner) until = 0;
    },
  };
};

/** The relay's sink, for the contract of sinks: all consumers of a store on the same topics. */
export const kafkaSinks = (fresh: () => Promise<OpenKafka>): SinkFactory<never, PublicMessage> => {
  const storeOf = (kafka: OpenKafka, lease: (name: string) => Lease): SinkStore<never, PublicMessage> => {
    const sinks = new Map<string, ReturnType<typeof createKafkaSink>>();
    return {
      consumer: async (name) => {
        const sink = createKafkaSink(kafka, { consumer: name, storeId: testStore, lease: lease(name) });
        sinks.set(name, sink);
        return { sink, makeOut: (result) => testMessage(name, result), observe: () => seenOf(kafka, name) };
      },
      reopen: async () => storeOf(kafka, lease),
      close: async () => {
        for (const sink of sinks.values()) await sink.close();
      },
    };
  };
  return {
    open: async (leaseMs) => {
      const leases = new Map<string, Lease>();
      const lease = (name: string): Lease => {
        const known = leases.get(name) ?? leaseOf(leaseMs);
        leases.set(name, known);
        return known;
      };
      return storeOf(await fresh(), lease);
    },
  };
};
