import { describe } from '@jest/globals';
import type { Position, StoreId } from '../src/application/ports/event-store.ts';
import { openEventStoreDb } from '../src/infrastructure/event-store/eventstoredb/open.ts';
import { eventStoreContract } from './contracts/event-store.contract.ts';
import { feedContract } from './contracts/feed.contract.ts';
import { startEventStoreDbDouble } from './support/eventstoredb-double/double.ts';

const beyondHead = (storeId: StoreId) => `${storeId}:999999999999/999999999999` as Position;

describe('EventStoreDB adapters', () => {
  const eventStore = async () => {
    const double = await startEventStoreDbDouble();
    const subject = await openEventStoreDb(double.connectionString);
    const close = async () => {
      await subject.close();
      await double.close();
    };
    return { subject, beyondHead, close };
  };
  eventStoreContract(eventStore);
  feedContract(eventStore);
});
