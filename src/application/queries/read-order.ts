import { orderOfExternalId } from '../../domain/shared/ids.ts';
import { Undecodable } from '../ports/errors.ts';
import type { ExternalOrderId, OrderId, TenantId } from '../../domain/shared/ids.ts';
import type { Instant } from '../../domain/shared/instant.ts';
import { orderStream } from '../orders.ts';
import type { Encryption } from '../ports/encryption.ts';
import type { Evolution, OrderDocument } from '../ports/order-documents.ts';
import { foldDocuments } from './fold-documents.ts';
import type { FoldDeps, Prefix } from './fold-documents.ts';

/** Which order, and as of when: now, at a version, or at a time. */
export interface OrderQuery {
  readonly tenant: TenantId;
  readonly id: OrderId | ExternalOrderId;
  readonly version?: number;
  readonly asOf?: Instant;
}

export interface ReadOrderDeps extends FoldDeps {
  readonly evolution: Evolution<OrderDocument>;
}

/** The order behind either of its ids. */
export const orderIdOf = (id: OrderId | ExternalOrderId): OrderId | undefined =>
  id.length === UUID_LENGTH ? (id as OrderId) : orderOfExternalId(id as ExternalOrderId);

const UUID_LENGTH = 36;

/**
 * One order, always from its own stream (design 8).
 * @returns `undefined` for an unknown order, another tenant's, and a version or time before or beyond its history.
 * @throws Undecodable, BrokenChain, Unavailable
 */
export const createReadOrder =
  (deps: ReadOrderDeps) =>
  async (query: OrderQuery): Promise<OrderDocument | undefined> => {
    const orderId = orderIdOf(query.id);
    if (orderId === undefined) return undefined;
    const docs = await foldDocuments(deps, orderStream(orderId), deps.evolution, prefixOf(query));
    const doc = docs.get(orderId);
    return doc !== undefined && isAsked(doc, query) ? doc : undefined;
  };

const prefixOf = ({ version, asOf }: OrderQuery): Prefix => ({
  ...(version === undefined ? {} : { version }),
  ...(asOf === undefined ? {} : { goOn: ({ recorded }) => recorded.envelope.occurredAt <= asOf }),
});

/** An external id of another year or prefix leads to the same stream, but names no order. */
const isAsked = (doc: OrderDocument, { tenant, id, version }: OrderQuery): boolean =>
  doc.tenant === tenant &&
  (id === doc.orderId || id === doc.order.request.externalOrderId) &&
  (version === undefined || version === doc.version);

/** The client's own metadata in clear; `undefined` where there is none, or after an erasure. @throws Unavailable, Undecodable */
export const createReadMetadata =
  (encryption: Encryption) =>
  async ({ orderId, order }: OrderDocument): Promise<unknown> => {
    const { metadata } = order.request;
    if (metadata === undefined) return undefined;
    const cipher = await encryption.open(orderId);
    if (cipher === 'absent') throw new Undecodable(`order ${orderId} has no data key: the store of keys is older`);
    return cipher === 'destroyed' ? undefined : cipher.decryptMetadata(metadata);
  };
