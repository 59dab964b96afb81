import type { EventStoreDBClient } from '@eventstore/db-client';
import { setTimeout as pause } from 'node:timers/promises';
import { Kafka, logLevel } from 'kafkajs';
import type { OrderDocument } from '../../src/application/ports/order-documents.ts';
import type { ReadModel } from '../../src/application/ports/read-models.ts';

const NEAR = { limit: 10, every: 10 };
/** An order may come behind many newer ones. Seldom, and not in the way of those who look at the newest. */
const FAR = { limit: 200, every: 15_000 };

/** When each was seen first, in milliseconds since 1970. */
export type Seen = Map<string, number>;

/** Looks at the newest orders of the list again and again. */
export const watchList = async (
  model: ReadModel<OrderDocument>,
  tenant: string,
  seen: Seen,
  stop: AbortSignal,
): Promise<void> => {
  const look = async (limit: number, after?: { readonly sort: string; readonly key: string }): Promise<void> => {
    const { found: page } = await model.find({ where: { tenant }, ...(after && { after }), limit });
    const now = Date.now();
    const fresh = page.filter(({ key }) => !seen.has(key));
    for (const { key } of fresh) seen.set(key, now);
    const last = page.at(-1);
    if (fresh.length > 0 && last !== undefined) await look(limit, { sort: last.doc.createdAt, key: last.key });
  };
  const watch = async ({ limit, every }: typeof NEAR): Promise<void> => {
    while (!stop.aborted) {
      await look(limit);
      await pause(every);
    }
  };
  await Promise.all([watch(NEAR), watch(FAR)]);
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
