import { describe, expect, it } from '@jest/globals';
import type { Kafka } from 'kafkajs';
import { noProgress } from '../src/application/ports/consumers.ts';
import type { Hold, Owner, Progress } from '../src/application/ports/consumers.ts';
import type { Position, StoreId } from '../src/application/ports/event-store.ts';
import type { OpenKafka } from '../src/infrastructure/kafka/open-kafka.ts';
import { createKafkaSink, type KafkaSink } from '../src/infrastructure/kafka/sink.ts';
import { sinkContract } from './contracts/sink.contract.ts';
import { given } from './servers/given.ts';
import { freshKafkas, kafkaSinks, seenOf, testMessage, testStore } from './support/kafka-sinks.ts';

const fresh = freshKafkas(() => given('TEST_KAFKA_BROKERS').split(','));
const consumer = 'kafka-relay';
const A = 'owner-a' as Owner;
const B = 'owner-b' as Owner;

const progressAt = (n: number): Progress => ({
  at: `position-${String(n)}` as Position,
  parked: {},
  counts: { read: n, applied: n, ignored: 0, parked: 0 },
});

const versionOf = (version: number) => ({ order: 'order-1', version });
const message = (version: number) => testMessage(consumer, versionOf(version));

const using = async (kafka: OpenKafka, use: (sink: KafkaSink) => Promise<void>, storeId = testStore): Promise<void> => {
  const sink = createKafkaSink(kafka, { consumer, storeId });
  try {
    await use(sink);
  } finally {
    await sink.close();
  }
};

const held = async (sink: KafkaSink, owner = A): Promise<Hold> => {
  const hold = await sink.hold(owner);
  if (hold === 'held') throw new Error('another owner has the relay');
  return hold;
};

/** The same Kafka, where something happens to every commit. */
const withCommits = (kafka: OpenKafka, around: (commit: () => Promise<void>) => Promise<void>): OpenKafka => {
  const client = Object.create(kafka.client) as Kafka;
  client.producer = (config) => {
    const producer = kafka.client.producer(config);
    const transaction: typeof producer.transaction = async () => {
      const real = await producer.transaction();
      return { ...real, commit: () => around(() => real.commit()) };
    };
    return { ...producer, transaction };
  };
  return { ...kafka, client };
};

describe('the relay on Kafka', () => {
  sinkContract(kafkaSinks(fresh));

  it('fences off another process in the middle of its transaction, of which nothing is seen', async () => {
    const kafka = await fresh();
    await using(kafka, async (second) => {
      const taken = Promise.withResolvers<Hold>();
      const slow = withCommits(kafka, async (commit) => {
        taken.resolve(await held(second, B));
        await commit();
      });
      await using(slow, async (first) => {
        expect(await first.keep(await held(first), progressAt(1), [message(1)])).toBe('fenced');
      });
      const hold = await taken.promise;
      expect(hold.progress).toEqual(noProgress);
      expect(await second.keep(hold, progressAt(2), [message(1), message(2)])).toBe('kept');
      expect(await seenOf(kafka, consumer)).toEqual([versionOf(1), versionOf(2)]);
    });
  });

  it('reads back what was committed where the answer was lost', async () => {
    const kafka = await fresh();
    const lost = withCommits(kafka, async (commit) => {
      await commit();
      throw new Error('Connection error: read ECONNRESET');
    });
    await using(lost, async (sink) => {
      const hold = await held(sink);
      await expect(sink.keep(hold, progressAt(1), [message(1)])).rejects.toMatchObject({ name: 'Unavailable' });
      expect((await held(sink)).progress).toEqual(progressAt(1));
      expect(await seenOf(kafka, consumer)).toEqual([versionOf(1)]);
    });
  });

  it('reads back nothing where the commit never arrived', async () => {
    const kafka = await fresh();
    const lost = withCommits(kafka, () => Promise.reject(new Error('Connection error: read ECONNRESET')));
    await using(lost, async (sink) => {
      const hold = await held(sink);
      await expect(sink.keep(hold, progressAt(1), [message(1)])).rejects.toMatchObject({ name: 'Unavailable' });
      expect((await held(sink)).progress).toEqual(noProgress);
      expect(await seenOf(kafka, consumer)).toEqual([]);
    });
  });

  it('never uses a hold again that ended with an error', async () => {
    const lost = withCommits(await fresh(), () => Promise.reject(new Error('no answer')));
    await using(lost, async (sink) => {
      const hold = await held(sink);
      await expect(sink.keep(hold, progressAt(1), [])).rejects.toThrow('Kafka is not available: no answer');
      await expect(sink.keep(hold, progressAt(1), [])).rejects.toThrow('Kafka is not available: this hold has ended');
    });
  });

  it('takes no failed transaction for messages: a relay that never committed begins at the start', async () => {
    const kafka = await fresh();
    const failing = withCommits(kafka, () => Promise.reject(new Error('no answer')));
    await using(failing, async (sink) => {
      await expect(sink.keep(await held(sink), progressAt(1), [message(1)])).rejects.toThrow('no answer');
    });
    await using(kafka, async (sink) => {
      expect((await held(sink)).progress).toEqual(noProgress);
    });
  });

  it('reads back a position that stands far before the end, behind many that were never committed', async () => {
    const kafka = await fresh();
    const failing = withCommits(kafka, () => Promise.reject(new Error('no answer')));
    await using(kafka, async (sink) => {
      for (const n of [1, 2]) await sink.keep(await held(sink), progressAt(n), [message(n)]);
    });
    await using(failing, async (sink) => {
      for (let n = 3; n <= 23; n += 1) {
        await expect(sink.keep(await held(sink), progressAt(n), [message(3)])).rejects.toThrow('no answer');
      }
    });
    await using(kafka, async (sink) => {
      expect((await held(sink)).progress).toEqual(progressAt(2));
    });
  });

  it('stops beside messages without a position', async () => {
    const kafka = await fresh();
    await using(kafka, async (sink) => {
      await sink.keep(await held(sink), progressAt(1), [message(1)]);
    });
    const another = createKafkaSink(kafka, { consumer: 'another-relay', storeId: testStore });
    const { messages, positions } = kafka.topics;
    await expect(another.hold(A)).rejects.toMatchObject({
      retryable: false,
      message: `${messages.order} holds messages, but ${positions} has no position of another-relay: restore that topic, or use topics of another prefix.`,
    });
    await another.close();
  });

  it('stops at the position of another store', async () => {
    const kafka = await fresh();
    await using(kafka, async (sink) => {
      await sink.keep(await held(sink), progressAt(1), []);
    });
    const stopped = async (sink: KafkaSink): Promise<void> => {
      await expect(sink.hold(A)).rejects.toMatchObject({
        retryable: false,
        message: `The position of kafka-relay in ${kafka.topics.positions} is one of another store (store-1): use topics of another prefix.`,
      });
    };
    await using(kafka, stopped, 'store-2' as StoreId);
  });

  it('keeps a batch that weighs more than the broker takes at once', async () => {
    const kafka = await fresh();
    const large = (version: number) => ({ ...message(version), data: { text: 'x'.repeat(900_000) } });
    await using(kafka, async (sink) => {
      const versions = [1, 2, 3, 4, 5, 6];
      expect(await sink.keep(await held(sink), progressAt(6), versions.map(large))).toBe('kept');
      expect(await seenOf(kafka, consumer)).toEqual(versions.map(versionOf));
      expect((await held(sink)).progress).toEqual(progressAt(6));
    });
  });

  it('keeps a position that names ten thousand parked streams', async () => {
    const parked = Object.fromEntries(
      Array.from({ length: 10_000 }, (_, n) => [
        `order-00000000-0000-5000-8000-${String(n).padStart(12, '0')}`,
        {
          version: 12,
          reason: `order-00000000-0000-5000-8000-${String(n).padStart(12, '0')}@12: not what it should be`,
          last: 14,
        },
      ]),
    );
    await using(await fresh(), async (sink) => {
      const progress = { ...progressAt(1), parked };
      expect(await sink.keep(await held(sink), progress, [])).toBe('kept');
      expect((await held(sink)).progress).toEqual(progress);
    });
  });
});
