import type { CatalogEvent } from '../../domain/catalog-snapshot/events.ts';
import type { ContractEvent } from '../../domain/contract/events.ts';
import type { OrderEvent } from '../../domain/order/events.ts';
import type { StoreEvent } from './store-binding.ts';
import type { Envelope, EventId, Hash, NewEvent, Recorded, StreamId } from './event-store.ts';

export type DomainEvent = OrderEvent | CatalogEvent | ContractEvent | StoreEvent;

/** An event decoded: the fact, and where and how it was recorded. */
export interface Decoded<Event extends DomainEvent = DomainEvent> {
  readonly event: Event;
  readonly recorded: Recorded;
}

/** What goes round a new event before it is sealed; `occurredAt` is the event's own `at`. */
type EnvelopeDraft = Omit<Envelope, 'occurredAt' | 'prevHash' | 'hash'>;

export interface Draft {
  readonly stream: StreamId;
  readonly version: number;
  readonly id: EventId;
  readonly event: DomainEvent;
  readonly envelope: EnvelopeDraft;
}

/** Between domain events and stored ones: schema versions, upcasters, and the hash chain (design 3 and 4). */
export interface EventCodec {
  /** @throws Undecodable naming stream, version and type: a command stops on it, a consumer parks it. */
  decode(recorded: Recorded): Decoded;
  /** Writes the event in its newest schema, chained to the event before it. */
  seal(draft: Draft, prevHash: Hash): NewEvent;
  /** @throws BrokenChain when the event is not what was sealed, or does not follow `prevHash`. */
  verify(recorded: Recorded, prevHash: Hash): void;
  /** What the first event of a stream is chained to. */
  readonly genesis: Hash;
}
