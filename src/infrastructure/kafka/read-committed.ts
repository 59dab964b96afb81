import { randomUUID } from 'node:crypto';
import type { Consumer, Kafka, KafkaMessage } from 'kafkajs';
import { part, within } from './deadline.ts';

const OFFSETS_MS = 10_000;
const READ_MS = 20_000;

interface Reading {
  readonly topic: string;
  /** Before the name of a consumer group that is used once. */
  readonly group: string;
  /** How many of a partition's offsets, the last ones, are read; absent: all. Markers of transactions count. */
  readonly last?: bigint;
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

/** What of a partition is read. */
interface Range {
  readonly from: bigint;
  readonly end: bigint;
}

const rangeOf = ({ low, high }: Extent, last: bigint | undefined): Range => {
  const from = last === undefined ? low : high - last;
  return { from: from > low ? from : low, end: high };
};

/**
 * Shows the committed messages of a topic, each partition's in order, up to where the topic ends now. Never one that is
 * compacted: kafkajs stands still before an empty batch, which a cleaning may leave at its end.
 * @returns whether there are messages before those that were shown
 */
export const readCommitted = async (client: Kafka, reading: Reading): Promise<'all' | 'more before'> => {
  const extent = await extentOf(client, reading.topic);
  const filled = extent.filter(({ low, high }) => high > low);
  const ranges = new Map(filled.map((one) => [one.partition, rangeOf(one, reading.last)]));
  if (ranges.size > 0) await readRanges(client, ranges, reading);
  return filled.some(({ partition, low }) => ranges.get(partition)?.from !== low) ? 'more before' : 'all';
};

type Ranges = ReadonlyMap<number, Range>;

const readRanges = async (client: Kafka, ranges: Ranges, reading: Reading): Promise<void> => {
  const consumer = client.consumer({
    groupId: `${reading.group}-${randomUUID()}`,
    readUncommitted: false,
    allowAutoTopicCreation: false,
    maxWaitTimeInMs: 100,
  });
  try {
    await within(OFFSETS_MS, 'connecting', consumer.connect());
    await within(OFFSETS_MS, 'subscribing', consumer.subscribe({ topics: [reading.topic], fromBeginning: true }));
    await within(READ_MS, `reading ${reading.topic}`, untilRead(consumer, ranges, reading));
  } finally {
    await part(consumer);
  }
};

const untilRead = (consumer: Consumer, ranges: Ranges, { topic, see }: Reading): Promise<void> =>
  new Promise((resolve, reject) => {
    const left = new Map(ranges);
    consumer.on('consumer.crash', ({ payload }) => {
      reject(payload.error);
    });
    // The last offset of a transaction is a marker, never a message: only the end of a batch tells of it (kafka.md 8).
    consumer.on('consumer.end_batch_process', ({ payload }) => {
      const range = left.get(payload.partition);
      if (range !== undefined && BigInt(payload.lastOffset) + 1n >= range.end) left.delete(payload.partition);
      if (left.size === 0) resolve();
    });
    consumer
      .run({
        autoCommit: false,
        eachMessage: async ({ message, partition }) => {
          const range = ranges.get(partition);
          const offset = BigInt(message.offset);
          if (range !== undefined && (offset < range.from || offset >= range.end)) return;
          if (see(message, partition) === 'enough') resolve();
        },
      })
      .catch(reject);
    // `run` has begun but fetched nothing yet, which is when kafkajs takes a place to read from.
    for (const [partition, { from }] of ranges) consumer.seek({ topic, partition, offset: String(from) });
  });
