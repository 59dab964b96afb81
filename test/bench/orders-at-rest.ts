import { noProgress } from '../../src/application/ports/consumers.ts';
import type { Owner } from '../../src/application/ports/consumers.ts';
import type { Position } from '../../src/application/ports/event-store.ts';
import type { OrderDocument } from '../../src/application/ports/order-documents.ts';
import type { OpenReadModel, Write } from '../../src/application/ports/read-models.ts';
import {
  externalOrderIdOf,
  MerchantId,
  OrderId,
  ProductCode,
  Reference,
  TenantId,
  UserId,
} from '../../src/domain/shared/ids.ts';
import { instant, plus } from '../../src/domain/shared/instant.ts';
import { sampleDocuments, withRequest } from '../support/order-documents.ts';

export const TENANT = TenantId('shop');
const OTHER_TENANT = TenantId('another');
const BEGIN = instant('2025-01-01T00:00:00.000Z');
/** Orders that come in the same millisecond: places with equal values. */
const TOGETHER = 3;
const APART_MS = 60_000;
export const USERS = 50_000;
const PRODUCTS = 200;
const PRODUCTS_OF_A_MERCHANT = 5;

const { pending, held, submitting, processing, completed, failed } = sampleDocuments;

/** Of a thousand orders: most are done, a few are under way, failed, or wait for a person. */
const shapeOf = (n: number): OrderDocument => {
  const share = (n * 7_919) % 1_000;
  if (share >= 40) return completed;
  if (share >= 20) return failed;
  if (share >= 10) return processing;
  if (share >= 5) return submitting;
  return share >= 1 ? pending : held;
};

const idOf = (n: number): OrderId => {
  const scattered = ((n * 2_654_435_761) % 2 ** 32).toString(16).padStart(8, '0');
  return OrderId(`${scattered}-0000-5000-8000-${n.toString(16).padStart(12, '0')}`);
};

export const productOf = (n: number): ProductCode => ProductCode(`PRODUCT-${String((n * 31) % PRODUCTS)}`);
export const merchantOf = (n: number): MerchantId =>
  MerchantId(`merchant-${String(Math.floor(((n * 31) % PRODUCTS) / PRODUCTS_OF_A_MERCHANT))}`);
export const userOf = (n: number): UserId => UserId(`user-${String(n % USERS)}`);
export const referenceOf = (n: number): Reference => Reference(`PO-${String(n).padStart(8, '0')}`);
export const externalIdOf = (n: number) => externalOrderIdOf('BENCH', 2025, idOf(n));
export const createdOf = (n: number) => plus(BEGIN, Math.floor(n / TOGETHER) * APART_MS);

const writeOf = (n: number): Write<OrderDocument> => {
  const shape = shapeOf(n);
  const orderId = idOf(n);
  const lines = shape.order.request.lines.map((line, at) => ({
    ...line,
    productCode: productOf(n + at),
    merchantId: merchantOf(n + at),
  }));
  const request = { lines, externalOrderId: externalIdOf(n), reference: referenceOf(n), userId: userOf(n) };
  const tenant = n % 20 === 19 ? OTHER_TENANT : TENANT;
  const doc = { ...withRequest(shape, request), orderId, tenant, createdAt: createdOf(n) };
  return { key: orderId, version: shape.version, doc };
};

const BATCH = 2_000;

/** Fills the model with so many orders, straight through its sink. */
export const fillWithOrders = async ({ sink }: OpenReadModel<OrderDocument>, orders: number): Promise<void> => {
  const hold = await sink.hold('bench' as Owner);
  if (hold === 'held') throw new Error('another owner has the consumer');
  for (let from = 0; from < orders; from += BATCH) {
    const batch = Array.from({ length: Math.min(BATCH, orders - from) }, (_, n) => writeOf(from + n));
    const next = { ...noProgress, at: `bench:${String(from)}` as Position };
    if ((await sink.keep(hold, next, batch)) !== 'kept') throw new Error('fenced off');
  }
  await sink.release(hold);
};
