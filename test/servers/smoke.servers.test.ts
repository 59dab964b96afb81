import { randomUUID } from 'node:crypto';

import { describe, expect, test } from '@jest/globals';
import { Kafka, logLevel, Partitioners } from 'kafkajs';
import { MongoClient } from 'mongodb';

import { consoleConsumer } from './programs/console-consumer.ts';

const given = (variable: string): string => {
  const value = process.env[variable];
  if (value === undefined) throw new Error(`${variable} is not set: run this through npm run test:servers.`);
  return value;
};

const withDatabase = async <T>(
  variable: string,
  use: (client: MongoClient, name: string) => Promise<T>,
): Promise<T> => {
  const client = await MongoClient.connect(given(variable));
  const name = `smoke-${randomUUID()}`;
  try {
    return await use(client, name);
  } finally {
    await client.db(name).dropDatabase();
    await client.close();
  }
};

const documents = [
  { _id: 'a', amount: 2500 },
  { _id: 'b', amount: 1000 },
];

describe('the servers of this run', () => {
  test.each(['TEST_MONGODB_STANDALONE_URI', 'TEST_MONGODB_URI'])('%s finds what was inserted', async (variable) => {
    const found = await withDatabase(variable, async (client, name) => {
      const collection = client.db(name).collection<{ _id: string; amount: number }>('documents');
      await collection.insertMany(documents);
      return collection.find().sort({ _id: 1 }).toArray();
    });
    expect(found).toEqual(documents);
  });

  test.each([
    ['TEST_MONGODB_STANDALONE_URI', false],
    ['TEST_MONGODB_URI', true],
  ])('%s takes writes, and only a replica set has a name', async (variable, hasName) => {
    const hello = await withDatabase(variable, (client) => client.db('admin').command({ hello: 1 }));
    expect({ writable: hello['isWritablePrimary'] as unknown, hasName: 'setName' in hello }).toEqual({
      writable: true,
      hasName,
    });
  });

  test('a replica set undoes an aborted transaction as a whole', async () => {
    const left = await withDatabase('TEST_MONGODB_URI', async (client, name) => {
      const collection = client.db(name).collection<{ _id: string; amount: number }>('documents');
      await collection.insertOne({ _id: 'before', amount: 1 });
      const session = client.startSession();
      session.startTransaction();
      await collection.insertMany(documents, { session });
      await session.abortTransaction();
      await session.endSession();
      return collection.find().toArray();
    });
    expect(left).toEqual([{ _id: 'before', amount: 1 }]);
  });

  test('Kafka gives the messages of a committed transaction, in order, and none of an aborted one', async () => {
    const { values, seen, expected } = await aTransactionOnKafka();
    expect(values).toEqual(expected);
    expect(seen.map(({ key, value, headers }) => ({ key, value, headers }))).toEqual(
      expected.map((value) => ({ key: 'order-1', value, headers: 'ce_type:order.requested' })),
    );
  });
});

const aTransactionOnKafka = async () => {
  const brokers = given('TEST_KAFKA_BROKERS').split(',');
  const client = new Kafka({ brokers, logLevel: logLevel.NOTHING, retry: { initialRetryTime: 100, retries: 15 } });
  const topic = `smoke-${randomUUID()}`;
  const admin = client.admin();
  const producer = client.producer({
    idempotent: true,
    maxInFlightRequests: 1,
    transactionalId: topic,
    createPartitioner: Partitioners.DefaultPartitioner,
    retry: { initialRetryTime: 10, multiplier: 1.5, maxRetryTime: 1000, retries: 100 },
  });
  const consumer = client.consumer({ groupId: topic });
  const message = (value: string) => ({ key: 'order-1', value, headers: { ce_type: 'order.requested' } });
  const expected = Array.from({ length: 100 }, (_, at) => JSON.stringify({ sequence: at + 1 }));
  try {
    await Promise.all([admin.connect(), producer.connect(), consumer.connect()]);
    await admin.createTopics({ topics: [{ topic, numPartitions: 3, replicationFactor: 1 }], waitForLeaders: true });
    const aborted = await producer.transaction();
    await aborted.send({ topic, messages: [message('aborted')] });
    await aborted.abort();
    const committed = await producer.transaction();
    await committed.send({ topic, messages: expected.map(message) });
    await committed.commit();
    await consumer.subscribe({ topic, fromBeginning: true });
    const values = await new Promise<string[]>((resolve, reject) => {
      const read: string[] = [];
      consumer.on('consumer.crash', ({ payload }) => {
        if (!payload.restart) reject(payload.error); // A young broker's coordinators load for a moment; kafkajs restarts.
      });
      void consumer.run({
        eachMessage: async ({ message: { value } }) => {
          read.push(String(value));
          if (read.length === expected.length) resolve(read);
        },
      });
    });
    return { values, expected, seen: await consoleConsumer({ brokers, topic, atMost: expected.length }) };
  } finally {
    await Promise.all([consumer.disconnect(), producer.disconnect()]);
    await admin.deleteTopics({ topics: [topic] });
    await admin.disconnect();
  }
};
