import { describe } from '@jest/globals';
import type { OpenDueOrders } from '../src/application/ports/due-orders.ts';
import { createSharedFeed } from '../src/application/shared-feed.ts';
import type { Position, StoreId } from '../src/application/ports/event-store.ts';
import { soleHolder } from '../src/infrastructure/checkpoints/checkpoint.ts';
import { createMemoryRecords } from '../src/infrastructure/checkpoints/memory-records.ts';
import type { MemoryProgress } from '../src/infrastructure/checkpoints/memory.ts';
import { createMemoryDataKeys } from '../src/infrastructure/data-keys/memory.ts';
import { createMemoryDueOrders } from '../src/infrastructure/due-orders/memory.ts';
import { createMemoryEventStore } from '../src/infrastructure/event-store/memory.ts';
import { createMemoryReadModels } from '../src/infrastructure/read-models/memory.ts';
import { consumerRecordsContract } from './contracts/consumer-records.contract.ts';
import { dataKeysContract } from './contracts/data-keys.contract.ts';
import { dueOrdersContract } from './contracts/due-orders.contract.ts';
import { eventStoreContract } from './contracts/event-store.contract.ts';
import { feedContract } from './contracts/feed.contract.ts';
import { readModelsContract } from './contracts/read-models.contract.ts';
import { rebuildContract } from './contracts/rebuild.contract.ts';
import { sinkContract } from './contracts/sink.contract.ts';
import { dueOrderSinks, readModelSinks } from './support/sink-stores.ts';

const now = () => Date.now();

const beyondHead = (storeId: StoreId) => `${storeId}:999999` as Position;

describe('memory adapters', () => {
  const eventStore = async () => {
    const subject = createMemoryEventStore();
    return { subject, beyondHead, close: () => subject.close() };
  };
  eventStoreContract(eventStore);
  feedContract(eventStore);
  describe('shared by all who follow it', () => {
    feedContract(async () => {
      const { subject, ...rest } = await eventStore();
      return { subject: { ...subject, feed: (id) => createSharedFeed(subject.feed(id)) }, ...rest };
    });
  });
  readModelsContract(async () => {
    const subject = createMemoryReadModels();
    return { subject, close: () => subject.close() };
  });
  rebuildContract(async () => {
    const subject = createMemoryReadModels();
    return { subject, another: async () => subject, close: () => subject.close() };
  });
  consumerRecordsContract(async () => {
    const progress: MemoryProgress = new Map();
    const subject = createMemoryRecords(progress);
    const readModels = createMemoryReadModels(soleHolder, progress);
    return { subject, readModels, another: async () => subject, close: () => readModels.close() };
  });
  describe('read models', () => {
    sinkContract(
      readModelSinks(async (leaseMs) => {
        const models = createMemoryReadModels({ leaseMs, now });
        return async () => models;
      }),
    );
  });
  dueOrdersContract(async () => {
    const subject = createMemoryDueOrders();
    return {
      subject,
      another: async () => ({ ...subject, close: async () => undefined }),
      close: () => subject.close(),
    };
  });
  describe('due orders', () => {
    sinkContract(
      dueOrderSinks(async (leaseMs) => {
        const queues = new Map<string, OpenDueOrders>();
        return async (name) => {
          const queue = queues.get(name) ?? createMemoryDueOrders({ leaseMs, now });
          queues.set(name, queue);
          return queue;
        };
      }),
    );
  });
  dataKeysContract(async () => {
    const subject = createMemoryDataKeys();
    return { subject, reopen: async () => subject, close: () => subject.close() };
  });
});
