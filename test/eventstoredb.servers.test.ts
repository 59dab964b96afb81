import type { Position, StoreId } from '../src/application/ports/event-store.ts';
import { openEventStoreDb } from '../src/infrastructure/event-store/eventstoredb/open.ts';
import { describe } from '@jest/globals';
import { eventStoreContract } from './contracts/event-store.contract.ts';
import { feedContract } from './contracts/feed.contract.ts';

const url = process.env['TEST_EVENTSTOREDB_URL'];
if (url === undefined) throw new Error('TEST_EVENTSTOREDB_URL is not set: run this by npm run test:servers');

describe('the EventStoreDB adapter, on the server of this run,', () => {
  const open = async () => {
    const subject = await openEventStoreDb(url);
    const beyondHead = (id: StoreId) => `${id}:999999999999999/999999999999999` as Position;
    return { subject, beyondHead, close: () => subject.close() };
  };
  eventStoreContract(open);
  feedContract(open);
});
