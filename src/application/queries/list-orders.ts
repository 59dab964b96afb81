import type { Attention } from '../../domain/order/attention.ts';
import type { OrderStatus } from '../../domain/order/state.ts';
import type { ExternalOrderId, MerchantId, ProductCode, Reference, TenantId, UserId } from '../../domain/shared/ids.ts';
import type { Instant } from '../../domain/shared/instant.ts';
import type { OrderDocument } from '../ports/order-documents.ts';
import type { ReadModel } from '../ports/read-models.ts';
import { pageOf } from './pages.ts';
import type { Page, PageQuery } from './pages.ts';

interface OrderFilters {
  readonly status?: OrderStatus;
  readonly reference?: Reference;
  readonly externalOrderId?: ExternalOrderId;
  readonly userId?: UserId;
  readonly productCode?: ProductCode;
  readonly merchantId?: MerchantId;
  readonly attention?: Attention;
}

export interface OrdersQuery extends PageQuery {
  readonly tenant: TenantId;
  readonly filters: OrderFilters;
  /** Both inclusive. */
  readonly createdAfter?: Instant;
  readonly createdBefore?: Instant;
}

/** A tenant's orders, the newest first. @throws Unavailable */
export const createListOrders =
  (orders: ReadModel<OrderDocument>) =>
  async ({ tenant, filters, createdAfter, createdBefore, after, limit }: OrdersQuery): Promise<Page<OrderDocument>> => {
    const found = await orders.find({
      where: { ...filters, tenant },
      ...(createdAfter === undefined ? {} : { from: createdAfter }),
      ...(createdBefore === undefined ? {} : { to: createdBefore }),
      ...(after === undefined ? {} : { after }),
      limit: limit + 1,
    });
    return pageOf(found, limit, (doc) => doc.createdAt);
  };
