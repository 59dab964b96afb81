import type { EventStore, Feed, StoreId } from '../../application/ports/event-store.ts';

/** A store of streams and the feed over all of them. */
export interface OpenEventStore {
  readonly events: EventStore;
  /** `storeId` begins every position from then on, those of `events` too: it is known once the binding was read. */
  feed(storeId: StoreId): Feed;
  /** Ends every wait of the feed. What was answered `appended` stays. */
  close(): Promise<void>;
}
