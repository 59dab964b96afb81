import { orderOfVoucher } from '../../domain/shared/ids.ts';
import type { OrderId, ProductCode, TenantId, UserId, VoucherId } from '../../domain/shared/ids.ts';
import { plus } from '../../domain/shared/instant.ts';
import type { Instant } from '../../domain/shared/instant.ts';
import { orderStream } from '../orders.ts';
import type { Clock } from '../ports/clock.ts';
import { NEVER } from '../ports/order-documents.ts';
import type { Evolution, OrderDocument, VoucherDocument } from '../ports/order-documents.ts';
import type { Found, Place, Query, ReadModel, Scalar, Sort } from '../ports/read-models.ts';
import type { VoucherStatus } from '../views/voucher-view.ts';
import { foldDocuments } from './fold-documents.ts';
import type { FoldDeps } from './fold-documents.ts';
import { pageOf } from './pages.ts';
import type { Page, PageQuery } from './pages.ts';

export interface VouchersQuery extends PageQuery {
  readonly tenant: TenantId;
  readonly orderId?: OrderId;
  readonly userId?: UserId;
  readonly productCode?: ProductCode;
  /** `active` and `expired` are told by the end of a voucher: they are listed by `expiresAt`. */
  readonly status?: VoucherStatus;
  /** Inclusive; listed by `expiresAt`. */
  readonly expiresBefore?: Instant;
}

export interface VouchersDeps extends FoldDeps {
  readonly clock: Clock;
  readonly vouchers: ReadModel<VoucherDocument>;
  readonly evolution: Evolution<VoucherDocument>;
}

/** One voucher, masked, from its order's own stream. `undefined`: unknown, or another tenant's. @throws Unavailable */
export const createReadVoucher =
  (deps: VouchersDeps) =>
  async (tenant: TenantId, id: VoucherId): Promise<VoucherDocument | undefined> => {
    const docs = await foldDocuments(deps, orderStream(orderOfVoucher(id)), deps.evolution);
    const doc = docs.get(id);
    return doc?.tenant === tenant ? doc : undefined;
  };

/** The vouchers of an order as they were at the document's version, in the order of their delivery. @throws Unavailable */
export const createVouchersOf =
  (deps: VouchersDeps) =>
  async ({ orderId, version }: OrderDocument): Promise<readonly VoucherDocument[]> => [
    ...(await foldDocuments(deps, orderStream(orderId), deps.evolution, { version })).values(),
  ];

/** Whether the list is asked for by when vouchers end, so that this is its order too. */
export const endsMatter = ({ status, expiresBefore }: Pick<VouchersQuery, 'status' | 'expiresBefore'>): boolean =>
  status === 'active' || status === 'expired' || expiresBefore !== undefined;

/**
 * A tenant's vouchers, masked: the newest first, or the next to end first where `endsMatter`. Those of one order come
 * from its own stream, so that a client who saw the order completed finds them.
 * @throws TypeError for another order than `expiresAt` where `endsMatter`. @throws Unavailable
 */
export const createListVouchers =
  (deps: VouchersDeps) =>
  async (query: VouchersQuery): Promise<Page<VoucherDocument>> => {
    const list = listOf(query, deps.clock.now());
    const { orderId } = query;
    if (orderId === undefined) return pageOf((part) => deps.vouchers.find({ ...list, ...part }), query);
    const docs = await foldDocuments(deps, orderStream(orderId), deps.evolution);
    const found = [...docs].map(([key, doc]) => ({ key, doc, version: 0, sort: placeIn[list.sort.field](doc) }));
    return pageOf(async (part) => ({ found: findAmong(found, { ...list, ...part }) }), query);
  };

type Order = 'deliveredAt' | 'expiresAt';

interface List extends Pick<Query, 'from' | 'to'> {
  readonly where: { readonly tenant: TenantId } & Partial<Pick<VoucherDocument, 'userId' | 'productCode' | 'revoked'>>;
  readonly sort: Sort & { readonly field: Order };
}

const listOf = (query: VouchersQuery, now: Instant): List => {
  const { tenant, userId, productCode, status } = query;
  return {
    where: {
      tenant,
      ...(userId === undefined ? {} : { userId }),
      ...(productCode === undefined ? {} : { productCode }),
      ...(status === undefined ? {} : { revoked: status === 'revoked' }),
    },
    sort: sortOf(query),
    ...boundsOf(query, now),
  };
};

const sortOf = (query: VouchersQuery): List['sort'] => {
  const { field, direction } =
    query.sort ??
    (endsMatter(query) ? { field: 'expiresAt', direction: 'asc' } : { field: 'deliveredAt', direction: 'desc' });
  if (field === 'expiresAt' || (field === 'deliveredAt' && !endsMatter(query))) return { field, direction };
  throw new TypeError(`these vouchers cannot be listed by ${field}`);
};

/** What has expired, or has not, is a stretch of the order by `expiresAt` (amilon.md trap 23). */
const boundsOf = ({ status, expiresBefore }: VouchersQuery, now: Instant): Pick<Query, 'from' | 'to'> => {
  const ends = [status === 'expired' ? plus(now, -1) : undefined, expiresBefore].filter((end) => end !== undefined);
  return {
    ...(status === 'active' ? { from: now } : {}),
    ...(ends.length === 0 ? {} : { to: ends.reduce((a, b) => (a < b ? a : b)) }),
  };
};

const placeIn: { readonly [O in Order]: (doc: VoucherDocument) => string } = {
  deliveredAt: (doc) => doc.deliveredAt,
  expiresAt: (doc) => doc.expiresAt ?? NEVER,
};

/** As the read model finds, among the vouchers of one order. */
const findAmong = (
  found: readonly Found<VoucherDocument>[],
  { where, sort, from, to, after, limit }: List & Query,
): readonly Found<VoucherDocument>[] => {
  const sign = sort.direction === 'asc' ? 1 : -1;
  const order = (a: Place, b: Place): number => sign * (compare(a.sort, b.sort) || compare(a.key, b.key));
  return found
    .filter(({ doc }) => Object.entries(where).every(([name, value]) => doc[name as keyof List['where']] === value))
    .filter((one) => from === undefined || one.sort >= from)
    .filter((one) => to === undefined || one.sort <= to)
    .filter((one) => after === undefined || order(one, after) > 0)
    .toSorted(order)
    .slice(0, limit);
};

const compare = (a: Scalar, b: Scalar): number => {
  if (a === b) return 0;
  return a < b ? -1 : 1;
};
