import type { ExternalOrderId, Reference, TenantId, UserId } from '../../domain/shared/ids.ts';
import type { Instant } from '../../domain/shared/instant.ts';
import type { Mode, Purchase } from '../../domain/order/values.ts';
import type { OrderStatus } from '../../domain/order/state.ts';

declare const portBrand: unique symbol;
type Branded<Name extends string> = string & { readonly [portBrand]: Name };

/** `{category}-{rest}`: `order-…`, `catalog-…`, `contract-…`, `store-…`. */
export type StreamId = Branded<'StreamId'>;
/** Where an event stands in the feed. Opaque; only the feed that made it compares it. Begins with its store's id. */
export type Position = Branded<'Position'>;
export type StoreId = Branded<'StoreId'>;
export type EventId = Branded<'EventId'>;
/** SHA-256, lower-case hex. */
export type Hash = Branded<'Hash'>;

/** The categories whose streams this service writes; a feed shows these and nothing else. */
export const streamCategories = ['order', 'catalog', 'contract', 'store'] as const;

export interface Actor {
  readonly type: 'client' | 'service' | 'operator';
  /** The API key's id, or which part of the service acted. */
  readonly id: string;
}

/** The order's state after the event, so that a message needs no fold (design 4). */
export interface Stamp {
  readonly externalOrderId: ExternalOrderId;
  readonly reference?: Reference;
  readonly userId?: UserId;
  readonly status: OrderStatus;
  readonly purchase: Purchase;
}

export interface Envelope {
  /** Never before the stream's last. */
  readonly occurredAt: Instant;
  readonly mode: Mode;
  readonly actor: Actor;
  readonly tenant?: TenantId;
  readonly correlation: string;
  readonly causation: string;
  readonly traceparent?: string;
  readonly order?: Stamp;
  /** The hash of the stream's event before; 64 zeros for the first. */
  readonly prevHash: Hash;
  /** SHA-256 over the canonical JSON (RFC 8785) of stream, version, id, type, schema, envelope without it, and data. */
  readonly hash: Hash;
}

/** An event as it is written. `version` is its place in the stream, from 1 on. */
export interface NewEvent {
  readonly stream: StreamId;
  readonly version: number;
  readonly id: EventId;
  readonly type: string;
  readonly schema: number;
  readonly envelope: Envelope;
  readonly data: unknown;
}

export interface Recorded extends NewEvent {
  readonly position: Position;
}

export type NonEmpty<T> = readonly [T, ...T[]];

export interface EventStore {
  /**
   * The events of a stream with `after < version ≤ until`, in order; none for an unknown stream.
   * @throws Unavailable when the store cannot be read.
   */
  read(stream: StreamId, after: number, until?: number): AsyncIterable<Recorded>;
  /**
   * Appends all events or none. `at` is the version the stream must have (0: it must not exist);
   * the events' own versions follow it. Written durably before the answer.
   * @returns `conflict` when the stream is at another version: nothing was written.
   * @throws Unavailable when the outcome stays unknown after re-sending the same bytes and ids:
   *   the caller forgets any cached fold.
   */
  append(stream: StreamId, at: number, events: NonEmpty<NewEvent>): Promise<'appended' | 'conflict'>;
}

export interface FeedBatch {
  readonly events: readonly Recorded[];
  /** Where to go on; the same as asked where nothing followed. */
  readonly to: Position | 'start';
  /** No event was there behind `to` when this was read. */
  readonly atHead: boolean;
}

/** All events of all streams in one order that never changes; an event's stream-mates keep theirs. */
export interface Feed {
  readonly storeId: StoreId;
  /** The position of the newest event; `start` for an empty store. @throws Unavailable */
  head(): Promise<Position | 'start'>;
  /** The position of one event; `undefined` where the stream has no such version. */
  find(stream: StreamId, version: number): Promise<Position | undefined>;
  /**
   * At most `max` events after a position, at once; none at the head.
   * @throws ForeignPosition for a position of another store, Unavailable.
   */
  read(after: Position | 'start', max: number): Promise<FeedBatch>;
  /**
   * How many events are behind a position; `unknown` where only reading them all would tell.
   * @throws ForeignPosition for a position of another store, Unavailable.
   */
  behind(after: Position | 'start'): Promise<number | 'unknown'>;
  /**
   * Waits until there may be an event after the position (it may also return early), or until `stop`.
   * Never rejects for an unavailable store: the next `read` tells.
   */
  changed(after: Position | 'start', stop: AbortSignal): Promise<void>;
  /**
   * At most `max` events behind a position that the store has sent of its own accord, in order and without a gap: more
   * may be there. None where only `read` tells. Absent: a store that sends nothing.
   */
  told?(after: Position | 'start', max: number): readonly Recorded[];
}
