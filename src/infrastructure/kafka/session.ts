import { type Kafka, Partitioners, type Producer, type TopicMessages } from 'kafkajs';
import { Unavailable } from '../../application/ports/errors.ts';
import { part, within } from './deadline.ts';

/** A fenced producer. After any error it is thrown away: kafkajs loses messages when one is used again (kafka.md 1). */
export interface Session {
  /** Commits all that is in the steps, each sent after the one before, as one transaction. */
  commit(steps: readonly TopicMessages[][]): Promise<void>;
  discard(): Promise<void>;
}

const CONNECT_MS = 10_000;
const FENCE_MS = 20_000;
const COMMIT_MS = 20_000;

/** Takes the transactional id: whoever had it before can write nothing more, and what he left open is undone. */
export const openSession = async (client: Kafka, transactionalId: string): Promise<Session> => {
  const producer = client.producer({
    idempotent: true,
    maxInFlightRequests: 1,
    allowAutoTopicCreation: false,
    transactionalId,
    transactionTimeout: 60_000,
    createPartitioner: Partitioners.DefaultPartitioner,
    // About ten seconds of trying. With endless retries a producer that was thrown away would connect again and go on.
    retry: { initialRetryTime: 10, multiplier: 1.5, maxRetryTime: 1_000, retries: 18 },
  });
  let discarded = false;
  const discard = async (): Promise<void> => {
    discarded = true;
    await part(producer);
  };
  // What outlives its deadline may connect again after the discard: it is disconnected when it ends.
  const limited = async (ms: number, what: string, work: Promise<void>): Promise<void> => {
    const late = (): void => {
      if (discarded) void part(producer);
    };
    work.then(late, late);
    await within(ms, what, work);
  };
  try {
    await limited(CONNECT_MS, 'connecting', producer.connect());
    // `connect` does not fence, the first transaction does; its abort sends nothing (kafka.md 4).
    await limited(FENCE_MS, 'fencing', fence(producer));
  } catch (error) {
    await discard();
    throw error;
  }
  const transact = async (steps: readonly TopicMessages[][]): Promise<void> => {
    const transaction = await producer.transaction();
    for (const topicMessages of steps) await transaction.sendBatch({ acks: -1, topicMessages });
    if (discarded) throw new Unavailable('Kafka', { detail: 'the producer was given up before its commit' });
    await transaction.commit();
  };
  return { commit: (steps) => limited(COMMIT_MS, 'a transaction', transact(steps)), discard };
};

const fence = async (producer: Producer): Promise<void> => {
  const transaction = await producer.transaction();
  await transaction.abort();
};

/**
 * Whether another producer took the transactional id (47). A lone relay sees it too, after an outage longer than the
 * transaction's timeout (kafka.md 11), so it is a reason to hold anew, never to give up for good.
 */
export const isFenced = (error: unknown): boolean => {
  if (!(error instanceof Error)) return false;
  if ('type' in error && error.type === 'INVALID_PRODUCER_EPOCH') return true;
  return error.cause !== error && isFenced(error.cause);
};
