import type { EventStoreDBClient } from '@eventstore/db-client';
import { setTimeout as pause } from 'node:timers/promises';
import { Kafka, logLevel } from 'kafkajs';
import type { OrderDocument } from '../../src/application/ports/order-documents.ts';
import type { ReadModel } from '../../src/application/ports/read-models.ts';

const BETWEEN_LOOKS_MS = 10;
const PAGE = 5;
const LOOKS_UNTIL_FURTHER = 100;
const PAGES_FURTHER = 60;

/** When each was seen first, in milliseconds since 1970. */
export type Seen = Map<string, number>;

/** Looks at the newest orders of the list again and again. Seldom further: an order may come behind many newer ones. */
export const watchList = async (
  model: ReadModel<OrderDocument>,
  tenant: string,
  seen: Seen,
  stop: AbortSignal,
): Promise<void> => {
  const look = async (pages: number, after?: { readonly sort: string; readonly key: string }): Promise<void> => {
    const { found: page } = await model.find({ where: { tenant }, ...(after && { after }), limit: PAGE });
    const now = Date.now();
    const fresh = page.filter(({ key }) => !seen.has(key));
    for (const { key } of fresh) seen.set(key, now);
    const last = page.at(-1);
    const goesOn = fresh.length > 0 || pages > 1;
    if (goesOn && last !== undefined) await look(pages - 1, { sort: last.doc.createdAt, key: last.key });
  };
  for (let n = 1; !stop.aborted; n += 1) {
    await look(n % LOOKS_UNTIL_FURTHER === 0 ? PAGES_FURTHER : 1);
    await pause(BETWEEN_LOOKS_MS);
  }
};

/** Hears every message; the orders that are told to be completed are kept besides. */
export const watchKafka = async (from: { brokers: string[]; topic: string }, seen: Seen, completed: Set<string>) => {
  const client = new Kafka({ brokers: from.brokers, logLevel: logLevel.NOTHING });
  const consumer = client.consumer({ groupId: 'latency', maxWaitTimeInMs: 100 });
  await consumer.connect();
  await consumer.subscribe({ topics: [from.topic], fromBeginning: true });
  await consumer.run({
    autoCommit: false,
    eachMessage: async ({ message }) => {
      seen.set(String(message.headers?.['ce_id']), Date.now());
      if (String(message.headers?.['ce_type']).includes('order.completed')) completed.add(String(message.key));
    },
  });
  return consumer;
};

export interface Appended {
  readonly id: string;
  readonly order: string;
  readonly isFirst: boolean;
  readonly at: number;
}

/** Every event of orders, and when the store took it. */
export const appendedTo = async (store: EventStoreDBClient): Promise<readonly Appended[]> => {
  const appended: Appended[] = [];
  for await (const { event } of store.readAll()) {
    if (event?.streamId.startsWith('order-') !== true) continue;
    appended.push({
      id: (event.metadata as { readonly id: string }).id,
      order: event.streamId.slice('order-'.length),
      isFirst: event.revision === 0n,
      at: event.created.getTime(),
    });
  }
  return appended;
};
