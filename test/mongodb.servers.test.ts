import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe } from '@jest/globals';
import { openMongo } from '../src/infrastructure/checkpoints/mongodb-connection.ts';
import type { Mongo } from '../src/infrastructure/checkpoints/mongodb-connection.ts';
import { createMongoRecords } from '../src/infrastructure/checkpoints/mongodb-records.ts';
import { openMongoDataKeys } from '../src/infrastructure/data-keys/mongodb.ts';
import { openMongoDueOrders } from '../src/infrastructure/due-orders/mongodb.ts';
import { openMongoReadModels } from '../src/infrastructure/read-models/mongodb.ts';
import { consumerRecordsContract } from './contracts/consumer-records.contract.ts';
import { dataKeysContract } from './contracts/data-keys.contract.ts';
import { dueOrdersContract } from './contracts/due-orders.contract.ts';
import { readModelsContract } from './contracts/read-models.contract.ts';
import { rebuildContract } from './contracts/rebuild.contract.ts';
import { sinkContract } from './contracts/sink.contract.ts';
import { given } from './servers/given.ts';
import { dueOrderSinks, readModelSinks } from './support/sink-stores.ts';

describe.each([
  ['a standalone node', 'TEST_MONGODB_STANDALONE_URI'],
  ['a replica set', 'TEST_MONGODB_URI'],
])('MongoDB, %s', (_what, variable) => {
  let mongo: Mongo;
  beforeAll(async () => {
    mongo = await openMongo(given(variable), { database: `contracts-${randomUUID()}` });
  });
  afterAll(async () => {
    await mongo.db.dropDatabase();
    await mongo.close();
  });
  /** A part of the database that no other test has. */
  const fresh = (): Mongo => ({ ...mongo, prefix: `${randomUUID()}_` });

  readModelsContract(async () => {
    const subject = openMongoReadModels(fresh());
    return { subject, close: () => subject.close() };
  });
  rebuildContract(async () => {
    const part = fresh();
    const subject = openMongoReadModels(part);
    return { subject, another: async () => openMongoReadModels(part), close: () => subject.close() };
  });
  consumerRecordsContract(async () => {
    const part = fresh();
    const readModels = openMongoReadModels(part);
    return {
      subject: createMongoRecords(part),
      readModels,
      another: async () => createMongoRecords(part),
      close: () => readModels.close(),
    };
  });
  describe('read models', () => {
    sinkContract(
      readModelSinks(async (leaseMs) => {
        const part = fresh();
        return async () => openMongoReadModels(part, { leaseMs });
      }),
    );
  });
  dueOrdersContract(async () => {
    const part = fresh();
    const subject = await openMongoDueOrders(part);
    return { subject, another: () => openMongoDueOrders(part), close: () => subject.close() };
  });
  describe('due orders', () => {
    sinkContract(
      dueOrderSinks(async (leaseMs) => {
        const { prefix } = fresh();
        return (name) => openMongoDueOrders({ ...mongo, prefix: `${prefix}${name}_` }, { lease: { leaseMs } });
      }),
    );
  });
  dataKeysContract(async () => {
    const part = fresh();
    const subject = await openMongoDataKeys(part);
    return { subject, reopen: () => openMongoDataKeys(part), close: () => subject.close() };
  });
});
