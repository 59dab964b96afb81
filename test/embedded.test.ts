import { describe } from '@jest/globals';
import type { Position, StoreId } from '../src/application/ports/event-store.ts';
import { openSqliteRecords } from '../src/infrastructure/checkpoints/sqlite-records.ts';
import { openSqliteDataKeys } from '../src/infrastructure/data-keys/sqlite.ts';
import { openSqliteDueOrders } from '../src/infrastructure/due-orders/sqlite.ts';
import { openSqliteEventStore } from '../src/infrastructure/event-store/sqlite.ts';
import { openSqliteReadModels } from '../src/infrastructure/read-models/sqlite.ts';
import { consumerRecordsContract } from './contracts/consumer-records.contract.ts';
import { dataKeysContract } from './contracts/data-keys.contract.ts';
import { dueOrdersContract } from './contracts/due-orders.contract.ts';
import { eventStoreContract } from './contracts/event-store.contract.ts';
import { feedContract } from './contracts/feed.contract.ts';
import { readModelsContract } from './contracts/read-models.contract.ts';
import { rebuildContract } from './contracts/rebuild.contract.ts';
import { sinkContract } from './contracts/sink.contract.ts';
import { scratchFiles } from './support/scratch.ts';
import { dueOrderSinks, readModelSinks } from './support/sink-stores.ts';

const scratch = scratchFiles();
const now = () => Date.now();

const beyondHead = (storeId: StoreId) => `${storeId}:999999` as Position;

describe('embedded adapters', () => {
  const eventStore = async () => {
    const subject = openSqliteEventStore(scratch('events.sqlite'));
    return { subject, beyondHead, close: () => subject.close() };
  };
  eventStoreContract(eventStore);
  feedContract(eventStore);
  readModelsContract(async () => {
    const subject = openSqliteReadModels(scratch('read-models.sqlite'));
    return { subject, close: () => subject.close() };
  });
  rebuildContract(async () => {
    const file = scratch('read-models.sqlite');
    const opened = [openSqliteReadModels(file)];
    return {
      subject: openSqliteReadModels(file),
      another: async () => {
        const other = openSqliteReadModels(file);
        opened.push(other);
        return other;
      },
      close: async () => {
        for (const each of opened) await each.close();
      },
    };
  });
  consumerRecordsContract(async () => {
    const file = scratch('read-models.sqlite');
    const readModels = openSqliteReadModels(file);
    const opened = [openSqliteRecords(file), openSqliteRecords(file)] as const;
    return {
      subject: opened[0],
      readModels,
      another: async () => opened[1],
      close: async () => {
        for (const part of [...opened, readModels]) await part.close();
      },
    };
  });
  describe('read models', () => {
    sinkContract(
      readModelSinks(async (leaseMs) => {
        const file = scratch('read-models.sqlite');
        return async () => openSqliteReadModels(file, { lease: { leaseMs, now } });
      }),
    );
  });
  dueOrdersContract(async () => {
    const file = scratch('due-orders.sqlite');
    const subject = openSqliteDueOrders(file);
    return { subject, another: async () => openSqliteDueOrders(file), close: () => subject.close() };
  });
  describe('due orders', () => {
    sinkContract(
      dueOrderSinks(async (leaseMs) => {
        const file = scratch('due-orders');
        return async (name) => openSqliteDueOrders(`${file}-${name}.sqlite`, { lease: { leaseMs, now } });
      }),
    );
  });
  dataKeysContract(async () => {
    const file = scratch('data-keys.sqlite');
    const subject = openSqliteDataKeys(file);
    return { subject, reopen: async () => openSqliteDataKeys(file), close: () => subject.close() };
  });
});
