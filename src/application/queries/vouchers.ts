import { orderOfVoucher } from '../../domain/shared/ids.ts';
import type { OrderId, ProductCode, TenantId, UserId, VoucherId } from '../../domain/shared/ids.ts';
import type { Instant } from '../../domain/shared/instant.ts';
import { orderStream } from '../orders.ts';
import type { Clock } from '../ports/clock.ts';
import type { Evolution, VoucherDocument } from '../ports/order-documents.ts';
import type { ReadModel, Write } from '../ports/read-models.ts';
import { voucherStatusOf } from '../views/voucher-view.ts';
import type { VoucherStatus } from '../views/voucher-view.ts';
import { foldDocuments } from './fold-documents.ts';
import type { FoldDeps } from './fold-documents.ts';
import { pageOf } from './pages.ts';
import type { Page, PageQuery, Place } from './pages.ts';

export interface VouchersQuery extends PageQuery {
  readonly tenant: TenantId;
  readonly orderId?: OrderId;
  readonly userId?: UserId;
  readonly productCode?: ProductCode;
  readonly status?: VoucherStatus;
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

/**
 * A tenant's vouchers, masked, the newest first. Those of one order come from its own stream, so that a client
 * who saw the order completed finds them. With a status a page may hold fewer than asked for and still go on.
 * @throws Unavailable
 */
export const createListVouchers =
  (deps: VouchersDeps) =>
  async (query: VouchersQuery): Promise<Page<VoucherDocument>> => {
    const found = await (query.orderId === undefined
      ? findInModel(deps, query)
      : findInOrder(deps, query, query.orderId));
    const page = pageOf(found, query.limit, (doc) => doc.deliveredAt);
    const now = deps.clock.now();
    return { ...page, data: page.data.filter((doc) => hasStatus(doc, query.status, now)) };
  };

const hasStatus = (doc: VoucherDocument, status: VoucherStatus | undefined, now: Instant): boolean =>
  status === undefined || voucherStatusOf(doc, now) === status;

const findInModel = (
  { vouchers }: VouchersDeps,
  { tenant, userId, productCode, status, after, limit }: VouchersQuery,
): Promise<readonly Write<VoucherDocument>[]> =>
  vouchers.find({
    where: {
      tenant,
      ...(userId === undefined ? {} : { userId }),
      ...(productCode === undefined ? {} : { productCode }),
      // What has expired meanwhile is no fact of its own, so no index knows it.
      ...(status === undefined ? {} : { revoked: status === 'revoked' }),
    },
    ...(after === undefined ? {} : { after }),
    limit: limit + 1,
  });

const findInOrder = async (
  deps: VouchersDeps,
  { tenant, userId, productCode, after, limit }: VouchersQuery,
  orderId: OrderId,
): Promise<readonly Write<VoucherDocument>[]> => {
  const docs = await foldDocuments(deps, orderStream(orderId), deps.evolution);
  return [...docs]
    .filter(([, doc]) => doc.tenant === tenant)
    .filter(([, doc]) => userId === undefined || doc.userId === userId)
    .filter(([, doc]) => productCode === undefined || doc.productCode === productCode)
    .map(([key, doc]) => ({ key, doc, version: 0, place: { sort: doc.deliveredAt, key } }))
    .toSorted((a, b) => newestFirst(a.place, b.place))
    .filter(({ place }) => after === undefined || newestFirst(after, place) < 0)
    .slice(0, limit + 1);
};

const newestFirst = (a: Place, b: Place): number => {
  if (a.sort !== b.sort) return a.sort > b.sort ? -1 : 1;
  if (a.key === b.key) return 0;
  return a.key > b.key ? -1 : 1;
};
