import { attentionOf } from '../../domain/order/attention.ts';
import type { Attention } from '../../domain/order/attention.ts';
import type { OrderStatus } from '../../domain/order/state.ts';
import { orderOfExternalId } from '../../domain/shared/ids.ts';
import type { ExternalOrderId, MerchantId, ProductCode, Reference, TenantId, UserId } from '../../domain/shared/ids.ts';
import type { Instant } from '../../domain/shared/instant.ts';
import { orderSearches } from '../ports/order-documents.ts';
import type { OrderDocument } from '../ports/order-documents.ts';
import type { Finding, Found, ReadModel } from '../ports/read-models.ts';
import { pageOf } from './pages.ts';
import type { Page, PageQuery, Part } from './pages.ts';

export interface OrdersQuery extends PageQuery {
  readonly tenant: TenantId;
  readonly status?: OrderStatus;
  readonly reference?: Reference;
  readonly userId?: UserId;
  readonly productCode?: ProductCode;
  readonly merchantId?: MerchantId;
  readonly attention?: Attention;
  readonly externalOrderId?: ExternalOrderId;
  /** Both inclusive. */
  readonly createdAfter?: Instant;
  readonly createdBefore?: Instant;
  /** What a reference, an external order id or a user id is or begins with, in any case. */
  readonly q?: string;
}

/**
 * A tenant's orders, the newest first. With `q` in the order of what was found: by reference, then by external order
 * id, then by user id, the equal ones first; other filters are asked of each of these, so that a page may hold fewer
 * than asked for and still go on.
 * @throws Unavailable
 */
export const createListOrders =
  (orders: ReadModel<OrderDocument>) =>
  async (query: OrdersQuery): Promise<Page<OrderDocument>> => {
    const { externalOrderId, q } = query;
    const accepts = (found: Found<OrderDocument>): boolean => matches(found.doc, query);
    if (externalOrderId !== undefined) return pageOf(findOne(orders, externalOrderId), query, accepts);
    if (q === undefined) return pageOf(findByIndex(orders, query), query);
    const asked = q.toLowerCase();
    return pageOf(
      search(orders, query.tenant, asked),
      query,
      (found) => accepts(found) && found.sort === firstMatch(found.doc, asked),
    );
  };

const findByIndex = (orders: ReadModel<OrderDocument>, query: OrdersQuery) => {
  const { createdAfter, createdBefore, sort, after: _after, limit: _limit, ...where } = query;
  const list = {
    where,
    ...(sort === undefined ? {} : { sort }),
    ...(createdAfter === undefined ? {} : { from: createdAfter }),
    ...(createdBefore === undefined ? {} : { to: createdBefore }),
  };
  return (part: Part): Promise<Finding<OrderDocument>> => orders.find({ ...list, ...part });
};

/** An external order id holds the order's own: no index is needed. */
const findOne =
  (orders: ReadModel<OrderDocument>, externalOrderId: ExternalOrderId) => async (): Promise<Finding<OrderDocument>> => {
    const key = orderOfExternalId(externalOrderId);
    const kept = key === undefined ? undefined : await orders.get(key);
    return { found: key === undefined || kept === undefined ? [] : [{ key, sort: kept.doc.createdAt, ...kept }] };
  };

/** The greatest code point: what begins with a text lies between the text and the text with this behind it. */
const LAST = '\u{10ffff}';

/** One searched field after the other; a place begins with the number of its field. */
const search =
  (orders: ReadModel<OrderDocument>, tenant: TenantId, asked: string) =>
  async ({ after, limit }: Part): Promise<Finding<OrderDocument>> => {
    const found: Found<OrderDocument>[] = [];
    const [at, text] = after === undefined ? [0, undefined] : splitPlace(String(after.sort));
    for (const [n, field] of Object.keys(orderSearches).entries()) {
      if (n < at || found.length === limit) continue;
      const run = await orders.find({
        where: { tenant },
        sort: { field, direction: 'asc' },
        from: asked,
        to: `${asked}${LAST}`,
        ...(after === undefined || text === undefined || n > at ? {} : { after: { sort: text, key: after.key } }),
        limit: limit - found.length,
      });
      found.push(...run.found.map((one) => ({ ...one, sort: `${String(n)}${String(one.sort)}` })));
    }
    return { found };
  };

const splitPlace = (sort: string): readonly [field: number, text: string] => [Number(sort[0]), sort.slice(1)];

/** An order that more than one field finds is shown where the first of them finds it. */
const firstMatch = (doc: OrderDocument, asked: string): string | undefined => {
  const texts = Object.values(orderSearches).map((textOf, n) => ({ n, text: textOf(doc) }));
  const match = texts.find(({ text }) => text?.startsWith(asked) === true);
  return match?.text === undefined ? undefined : `${String(match.n)}${match.text}`;
};

const matches = (doc: OrderDocument, query: OrdersQuery): boolean => {
  const { createdAfter, createdBefore, q } = query;
  const { request, status } = doc.order;
  const asked: readonly (readonly [wanted: string | undefined, values: readonly (string | undefined)[]])[] = [
    [query.tenant, [doc.tenant]],
    [query.externalOrderId, [request.externalOrderId]],
    [query.status, [status]],
    [query.reference, [request.reference]],
    [query.userId, [request.userId]],
    [query.productCode, request.lines.map((line) => line.productCode)],
    [query.merchantId, request.lines.map((line) => line.merchantId)],
    [query.attention, attentionOf(doc.order)],
  ];
  return (
    asked.every(([wanted, values]) => wanted === undefined || values.includes(wanted)) &&
    (createdAfter === undefined || doc.createdAt >= createdAfter) &&
    (createdBefore === undefined || doc.createdAt <= createdBefore) &&
    (q === undefined || firstMatch(doc, q.toLowerCase()) !== undefined)
  );
};
