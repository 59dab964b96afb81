import { randomUUID } from 'node:crypto';
import type { Consumer, Kafka, KafkaMessage } from 'kafkajs';
import { part, within } from './deadline.ts';

const OFFSETS_MS = 10_000;
const READ_MS = 60_000;

interface Reading {
  readonly topic: string;
  /** Before the name of a consumer group that is used once. */
  readonly group: string;
  /** `enough` ends the reading. */
  readonly see: (message: KafkaMessage, partition: number) => 'more' | 'enough';
}

/** A partition's end, as a reader of committed messages sees it: an open transaction holds it back (kafka.md 7). */
export interface Extent {
  readonly partition: number;
  readonly low: bigint;
  readonly high: bigint;
}

export const extentOf = async (client: Kafka, topic: string): Promise<readonly Extent[]> => {
  const admin = client.admin();
  try {
    await within(OFFSETS_MS, 'connecting', admin.connect());
    const offsets = await within(OFFSETS_MS, 'asking for offsets', admin.fetchTopicOffsets(topic));
    return offsets.map(({ partition, low, high }) => ({ partition, low: BigInt(low), high: BigInt(high) }));
  } finally {
    await part(admin);
  }
};

/** Shows every committed message of a topic, each partition's in order, up to where the topic ends now. */
export const readCommitted = async (client: Kafka, reading: Reading): Promise<void> => {
  const extent = await extentOf(client, reading.topic);
  const ends = new Map(extent.filter(({ low, high }) => high > low).map(({ partition, high }) => [partition, high]));
  if (ends.size === 0) return;
  const consumer = client.consumer({
    groupId: `${reading.group}-${randomUUID()}`,
    readUncommitted: false,
    allowAutoTopicCreation: false,
    maxWaitTimeInMs: 100,
  });
  try {
    await within(OFFSETS_MS, 'connecting', consumer.connect());
    await within(OFFSETS_MS, 'subscribing', consumer.subscribe({ topics: [reading.topic], fromBeginning: true }));
    await within(READ_MS, `reading ${reading.topic}`, untilRead(consumer, ends, reading));
  } finally {
    await part(consumer);
  }
};

const untilRead = (consumer: Consumer, ends: Map<number, bigint>, { see }: Reading): Promise<void> =>
  new Promise((resolve, reject) => {
    consumer.on('consumer.crash', ({ payload }) => {
      reject(payload.error);
    });
    // The last offset of a transaction is a marker, never a message: only the end of a batch tells of it (kafka.md 8).
    consumer.on('consumer.end_batch_process', ({ payload }) => {
      const end = ends.get(payload.partition);
      if (end !== undefined && BigInt(payload.lastOffset) + 1n >= end) ends.delete(payload.partition);
      if (ends.size === 0) resolve();
    });
    consumer
      .run({
        autoCommit: false,
        eachMessage: async ({ message, partition }) => {
          const end = ends.get(partition);
          if (end !== undefined && BigInt(message.offset) >= end) return;
          if (see(message, partition) === 'enough') resolve();
        },
      })
      .catch(reject);
  });
