import type { OrderEvent } from '../../domain/order/events.ts';
import type { ExternalOrderId, OrderId, TenantId } from '../../domain/shared/ids.ts';
import type { Instant } from '../../domain/shared/instant.ts';
import { orderStream } from '../orders.ts';
import { Undecodable } from '../ports/errors.ts';
import type { Actor, Hash, Recorded } from '../ports/event-store.ts';
import { publicName } from '../public-messages/message.ts';
import type { Facts } from '../public-messages/message.ts';
import { orderFacts } from '../public-messages/order-facts.ts';
import type { FoldDeps } from './fold-documents.ts';
import { orderIdOf } from './read-order.ts';

/** One fact of an order's history, without secrets, ciphertexts and keyed hashes. */
export interface TimelineEntry {
  readonly version: number;
  readonly id: string;
  readonly type: string;
  readonly at: Instant;
  readonly actor: Actor;
  readonly correlationId: string;
  /** Absent where this version of the service cannot read the event. */
  readonly data?: Facts;
  readonly hash: Hash;
  readonly prevHash: Hash;
}

export interface TimelineQuery {
  readonly tenant: TenantId;
  readonly id: OrderId | ExternalOrderId;
  readonly after: number;
  readonly limit: number;
}

export interface Timeline {
  readonly data: readonly TimelineEntry[];
  /** The last version shown, where more follows. */
  readonly next?: number;
}

/**
 * An order's history, its hash chain verified from the first event on.
 * @returns `undefined` for an unknown order or another tenant's. @throws BrokenChain, Unavailable
 */
export const createOrderTimeline =
  (deps: FoldDeps) =>
  async ({ tenant, id, after, limit }: TimelineQuery): Promise<Timeline | undefined> => {
    const orderId = orderIdOf(id);
    if (orderId === undefined) return undefined;
    const entries: TimelineEntry[] = [];
    let prevHash = deps.codec.genesis;
    for await (const recorded of deps.store.read(orderStream(orderId), 0, after + limit + 1)) {
      deps.codec.verify(recorded, prevHash);
      prevHash = recorded.envelope.hash;
      if (!isAsked(recorded, tenant, id)) return undefined;
      if (recorded.version > after) entries.push(entryOf(deps, recorded));
    }
    if (prevHash === deps.codec.genesis) return undefined;
    const data = entries.slice(0, limit);
    const last = data.at(-1);
    return last === undefined || entries.length <= limit ? { data } : { data, next: last.version };
  };

const isAsked = ({ envelope }: Recorded, tenant: TenantId, id: OrderId | ExternalOrderId): boolean => {
  const external = envelope.order?.externalOrderId;
  return envelope.tenant === tenant && (orderIdOf(id) === id || external === id);
};

const entryOf = ({ codec }: FoldDeps, recorded: Recorded): TimelineEntry => {
  const { version, id, type, envelope } = recorded;
  const { occurredAt, actor, correlation, hash, prevHash } = envelope;
  const entry = { version, id, type: `order.${publicName(type)}`, at: occurredAt, actor };
  const facts = factsOf(codec, recorded);
  return { ...entry, correlationId: correlation, ...(facts === undefined ? {} : { data: facts }), hash, prevHash };
};

const factsOf = (codec: FoldDeps['codec'], recorded: Recorded): Facts | undefined => {
  try {
    return orderFacts(codec.decode(recorded).event as OrderEvent, recorded.envelope.actor);
  } catch (error) {
    if (error instanceof Undecodable) return undefined;
    throw error;
  }
};
