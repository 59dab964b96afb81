import type { NamedRoutes } from './openapi/document.ts';
import {
  getMerchant,
  getProduct,
  listCategories,
  listMerchantProducts,
  listMerchants,
  listProducts,
} from './routes/catalogue.ts';
import { getContract } from './routes/contract.ts';
import { getSync, requestSync } from './routes/syncs.ts';
import { takeAmilonHint } from './routes/amilon-hints.ts';
import { events } from './routes/events.ts';
import { getOrder } from './routes/get-order.ts';
import { live, ready } from './routes/health.ts';
import { listOrders } from './routes/list-orders.ts';
import { openApi } from './routes/openapi.ts';
import { cancelOrder, reconcileOrder, resolveOrder } from './routes/order-commands.ts';
import { metrics } from './routes/metrics.ts';
import { operationsStatus } from './routes/operations.ts';
import { orderEvents } from './routes/order-events.ts';
import { listParked, retryParked } from './routes/parked.ts';
import { placeOrder } from './routes/place-order.ts';
import { quoteOrder } from './routes/quotes.ts';
import { getVoucher, listVouchers, revealVoucher } from './routes/vouchers.ts';

/** Every route by the name of its operation in the OpenAPI document, which is made of this. */
export const routes: NamedRoutes = {
  placeOrder,
  quoteOrder,
  listOrders,
  getOrder,
  orderEvents,
  cancelOrder,
  reconcileOrder,
  resolveOrder,
  listVouchers,
  getVoucher,
  revealVoucher,
  listProducts,
  getProduct,
  listMerchants,
  getMerchant,
  listMerchantProducts,
  listCategories,
  getContract,
  requestSync,
  getSync,
  events,
  takeAmilonHint,
  listParked,
  retryParked,
  operationsStatus,
  metrics,
  live,
  ready,
  openApi: openApi((): NamedRoutes => routes),
};
