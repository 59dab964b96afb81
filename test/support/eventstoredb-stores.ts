import { EventStoreDBClient } from '@eventstore/db-client';
import { afterEach } from '@jest/globals';
import type { StoreId, StreamId } from '../../src/application/ports/event-store.ts';
import { type EventStoreDbOptions, openEventStoreDb } from '../../src/infrastructure/event-store/eventstoredb/open.ts';
import { startEventStoreDbDouble } from './eventstoredb-double/double.ts';
import { eventOf } from './stored-events.ts';

type Close = () => Promise<void>;

/** Stores on doubles of their own, gone after each test. */
export const openedStores = () => {
  let closes: Close[] = [];
  const closing = (close: Close): void => void closes.push(close);
  afterEach(async () => {
    for (const close of closes.toReversed()) await close();
    closes = [];
  });

  const open = async (options: EventStoreDbOptions = {}) => {
    const double = await startEventStoreDbDouble();
    closing(() => double.close());
    const store = await openEventStoreDb(double.connectionString, { deadlineMs: 1_000, ...options });
    closing(() => store.close());
    const raw = EventStoreDBClient.connectionString(double.connectionString);
    closing(() => raw.dispose());
    const { events } = store;
    const first = async (stream: StreamId) => events.append(stream, 0, [eventOf(stream, 1)]);
    const feed = store.feed('store-1' as StoreId);
    return { double, faults: double.faults, store, events, feed, raw, first };
  };

  return { open, closing };
};
