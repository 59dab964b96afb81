import type { Route } from './route.ts';
import {
  getContract,
  getMerchant,
  getProduct,
  listCategories,
  listMerchantProducts,
  listMerchants,
  listProducts,
} from './routes/catalogue.ts';
import { events } from './routes/events.ts';
import { getOrder } from './routes/get-order.ts';
import { listOrders } from './routes/list-orders.ts';
import { cancelOrder, reconcileOrder, resolveOrder } from './routes/order-commands.ts';
import { orderEvents } from './routes/order-events.ts';
import { listParked, retryParked } from './routes/parked.ts';
import { placeOrder } from './routes/place-order.ts';
import { quoteOrder } from './routes/quotes.ts';
import { getVoucher, listVouchers, revealVoucher } from './routes/vouchers.ts';

/** Every route that asks for a key. */
export const routes: readonly Route[] = [
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
  events,
  listParked,
  retryParked,
];
