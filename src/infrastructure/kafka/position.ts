import type { Kafka } from 'kafkajs';
import { z } from 'zod';
import { noProgress } from '../../application/ports/consumers.ts';
import type { Progress } from '../../application/ports/consumers.ts';
import { ForeignPosition, MachineryError } from '../../application/ports/errors.ts';
import type { StoreId } from '../../application/ports/event-store.ts';
import type { OpenKafka } from './open-kafka.ts';
import { extentOf, readCommitted } from './read-committed.ts';

/** A relay without a position does not know what was sent: it stops rather than send everything again. */
class PositionLost extends MachineryError {
  override readonly name = 'PositionLost';
  readonly retryable = false;
}

/** Which position: a consumer's, in the topic of positions, of one store. */
export interface PositionKey {
  readonly consumer: string;
  readonly storeId: StoreId;
}

/** What stands in the topic of positions: where the relay is, in which store, and its how many-eth holder it was. */
export interface KeptPosition {
  readonly epoch: number;
  readonly progress: Progress;
}

const counted = z.number().int().nonnegative();
const stored = z.object({
  storeId: z.string(),
  epoch: counted,
  progress: z.object({
    at: z.string(),
    parked: z.record(z.string(), z.object({ version: counted, reason: z.string(), last: counted })),
    counts: z.object({ read: counted, applied: counted, ignored: counted, parked: counted }),
  }),
});

export const writtenPosition = ({ storeId }: PositionKey, position: KeptPosition): string =>
  JSON.stringify({ storeId, ...position });

const parsed = (topic: string, { consumer, storeId }: PositionKey, value: string): KeptPosition => {
  const position = readable(value);
  if (position === undefined) {
    throw new PositionLost(`The position of ${consumer} in ${topic} cannot be read: restore that topic.`);
  }
  if (position.storeId !== storeId) {
    throw new ForeignPosition(
      `The position of ${consumer} in ${topic} is one of another store (${position.storeId}): use topics of another prefix.`,
    );
  }
  return { epoch: position.epoch, progress: position.progress as Progress };
};

const readable = (value: string): z.output<typeof stored> | undefined => {
  try {
    return stored.parse(JSON.parse(value));
  } catch {
    return undefined;
  }
};

/** Offsets from the end. A transaction takes two, and a relay that dies may leave one that is undone. */
const FIRST_LOOK = 16n;
const WIDER = 16n;

/**
 * The last position that was committed: only right after a fence is it sure that none will follow (kafka.md 7). The
 * topic is read from its end, so it may be as long as it likes.
 * @throws PositionLost beside messages without a position, ForeignPosition
 */
export const readPosition = async (kafka: OpenKafka, key: PositionKey): Promise<KeptPosition> => {
  const { client, topics } = kafka;
  const value = await lastWritten(kafka, key.consumer);
  if (value !== undefined) return parsed(topics.positions, key, value);
  for (const topic of Object.values(topics.messages)) {
    if (!(await hasMessages(client, topic))) continue;
    throw new PositionLost(
      `${topic} holds messages, but ${topics.positions} has no position of ${key.consumer}: restore that topic, or use topics of another prefix.`,
    );
  }
  return { epoch: 0, progress: noProgress };
};

const lastWritten = async ({ client, topics }: OpenKafka, consumer: string): Promise<string | undefined> => {
  const topic = topics.positions;
  let value: string | undefined;
  for (let last = FIRST_LOOK; ; last *= WIDER) {
    const seen = await readCommitted(client, {
      topic,
      group: topic,
      last,
      see: (message) => {
        if (message.key?.toString() === consumer) value = message.value?.toString();
        return 'more';
      },
    });
    if (value !== undefined || seen === 'all') return value;
  }
};

/** Transactions that failed leave markers, which are no messages; what was deleted may have been one. */
const hasMessages = async (client: Kafka, topic: string): Promise<boolean> => {
  const extent = await extentOf(client, topic);
  if (extent.some(({ low }) => low > 0n)) return true;
  let found = false;
  await readCommitted(client, {
    topic,
    group: topic,
    see: () => {
      found = true;
      return 'enough';
    },
  });
  return found;
};
