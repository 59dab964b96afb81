import type { Position, Recorded } from '../../src/application/ports/event-store.ts';
import type { OrderDocument } from '../../src/application/ports/order-documents.ts';
import type { PlacedOrder } from '../../src/domain/order/state.ts';
import { instant } from '../../src/domain/shared/instant.ts';
import { createCodec } from '../../src/infrastructure/codec/codec.ts';
import { ordersProjection } from '../../src/projections/orders.ts';
import { eventsOfOrder } from './order-life.ts';

const LONG_AGO = instant('2025-01-01T00:00:00.000Z');
const codec = createCodec();

/** The documents of an order after each event of a life that goes well. */
const lifeOf = (): readonly OrderDocument[] => {
  const documents: OrderDocument[] = [];
  for (const event of eventsOfOrder()) {
    const recorded: Recorded = { ...event, position: 'sample:1' as Position };
    const decoded = codec.decode(recorded);
    const [key = 'none'] = ordersProjection.keys(decoded);
    const doc = ordersProjection.evolve(documents.at(-1), decoded, key);
    if (doc !== undefined) documents.push(doc);
  }
  return documents;
};

const failedOf = ({ request, attempts, conflict, erased }: PlacedOrder): PlacedOrder => ({
  ...{ request, attempts, vouchers: [], conflict, erased },
  status: 'failed',
  endedAt: LONG_AGO,
  failure: { code: 'insufficient_funds', upstream: { status: 422 } },
});

const heldOf = (order: PlacedOrder): PlacedOrder => {
  if (order.status !== 'pending') throw new Error(`an order that is ${order.status} cannot be held`);
  return { ...order, deferred: { reason: 'unauthorized', at: LONG_AGO, retryAt: LONG_AGO } };
};

const byStatus = new Map(lifeOf().map((doc) => [doc.order.status, doc]));
const docOf = (status: PlacedOrder['status']): OrderDocument => {
  const doc = byStatus.get(status);
  if (doc === undefined) throw new Error(`no sample of an order is ever ${status}`);
  return doc;
};

const pending = docOf('pending');
const completed = docOf('completed');

/** Documents of orders, one for each way to be. */
export const sampleDocuments = {
  pending,
  held: { ...pending, order: heldOf(pending.order) },
  submitting: docOf('submitting'),
  processing: docOf('processing'),
  completed,
  failed: { ...completed, order: failedOf(completed.order) },
} as const satisfies Record<string, OrderDocument>;

/** The same order with another request. */
export const withRequest = (
  { order, ...doc }: OrderDocument,
  request: Partial<PlacedOrder['request']>,
): OrderDocument => ({ ...doc, order: { ...order, request: { ...order.request, ...request } } });
