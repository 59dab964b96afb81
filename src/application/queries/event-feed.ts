import type { TenantId } from '../../domain/shared/ids.ts';
import type { EventCodec } from '../ports/codec.ts';
import { ForeignPosition, Undecodable } from '../ports/errors.ts';
import type { EventStore, Feed, Position, Recorded, StoreId, StreamId } from '../ports/event-store.ts';
import { unreadableMessage } from '../public-messages/message.ts';
import type { Naming, PublicMessage } from '../public-messages/message.ts';
import { publicMessage } from '../public-messages/public-message.ts';

/** Where a reader of the public feed is; `seen` finds the place again in another store (design 16). */
export interface FeedCursor {
  readonly store: StoreId;
  readonly at: Position | 'start';
  /** The last message that the reader was shown. */
  readonly seen?: { readonly stream: StreamId; readonly version: number };
}

export interface FeedQuery {
  readonly tenant: TenantId;
  readonly after?: FeedCursor;
  readonly limit: number;
}

export type FeedPage =
  | { readonly is: 'page'; readonly messages: readonly PublicMessage[]; readonly next: FeedCursor }
  /** The cursor is another store's, and this one does not know the event it stands behind. */
  | { readonly is: 'gone' };

export interface EventFeedDeps {
  readonly feed: Feed;
  readonly store: Pick<EventStore, 'read'>;
  readonly codec: EventCodec;
  readonly naming: Naming;
}

/** Events looked at for one page, whoever they belong to: bounds a request, and the cursor goes on from there. */
const LOOKED_AT = 5_000;
const BATCH = 500;

/** The public messages of a tenant's orders, the catalogue and the contract, resumable for ever. @throws Unavailable */
export const createEventFeed =
  (deps: EventFeedDeps) =>
  async (query: FeedQuery): Promise<FeedPage> => {
    const start = query.after ?? { store: deps.feed.storeId, at: 'start' };
    if (start.store !== deps.feed.storeId) return moved(deps, query, start);
    try {
      return await collect(deps, query, start);
    } catch (error) {
      if (error instanceof ForeignPosition) return moved(deps, query, start);
      throw error;
    }
  };

const moved = async (deps: EventFeedDeps, query: FeedQuery, { seen }: FeedCursor): Promise<FeedPage> => {
  const store = deps.feed.storeId;
  // A reader who was shown nothing misses nothing from the start.
  if (seen === undefined) return collect(deps, query, { store, at: 'start' });
  if (!(await wasShown(deps, query.tenant, seen))) return { is: 'gone' };
  const at = await deps.feed.find(seen.stream, seen.version);
  return at === undefined ? { is: 'gone' } : collect(deps, query, { store, at, seen });
};

/** Cursors are not signed: one that was made up tells nobody which orders others have. */
const wasShown = async (
  { store }: EventFeedDeps,
  tenant: TenantId,
  { stream, version }: NonNullable<FeedCursor['seen']>,
): Promise<boolean> => {
  let shown = false;
  for await (const event of store.read(stream, version - 1, version)) shown = isVisible(event, tenant);
  return shown;
};

const collect = async (deps: EventFeedDeps, query: FeedQuery, from: FeedCursor): Promise<FeedPage> => {
  const messages: PublicMessage[] = [];
  let next = from;
  for (let looked = 0; looked < LOOKED_AT; looked += BATCH) {
    const batch = await deps.feed.read(next.at, BATCH);
    for (const recorded of batch.events) {
      next = { ...next, at: recorded.position };
      const message = isVisible(recorded, query.tenant) ? messageOf(deps, recorded) : undefined;
      if (message === undefined) continue;
      messages.push(message);
      next = { ...next, seen: { stream: recorded.stream, version: recorded.version } };
      if (messages.length === query.limit) return { is: 'page', messages, next };
    }
    next = { ...next, at: batch.to };
    if (batch.atHead) break;
  }
  return { is: 'page', messages, next };
};

/** Orders are their tenant's; the catalogue and the contract are everybody's. */
const isVisible = ({ stream, envelope }: Recorded, tenant: TenantId): boolean =>
  !stream.startsWith('order-') || envelope.tenant === tenant;

const messageOf = ({ codec, naming }: EventFeedDeps, recorded: Recorded): PublicMessage | undefined => {
  try {
    return publicMessage(codec.decode(recorded), naming);
  } catch (error) {
    if (error instanceof Undecodable) return unreadableMessage(recorded, naming);
    throw error;
  }
};
