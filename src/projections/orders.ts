import { attentionOf } from '../domain/order/attention.ts';
import type { OrderEvent } from '../domain/order/events.ts';
import { evolve } from '../domain/order/evolve.ts';
import { noOrder } from '../domain/order/state.ts';
import type { OrderId } from '../domain/shared/ids.ts';
import type { Decoded } from '../application/ports/codec.ts';
import { orderSearches } from '../application/ports/order-documents.ts';
import type { OrderDocument } from '../application/ports/order-documents.ts';
import type { Projection } from './projection.ts';

const orderEventsOnly = ({ recorded }: Decoded): boolean => recorded.stream.startsWith('order-');

/** The id in an order stream's name. */
export const orderIdOf = ({ recorded }: Decoded): OrderId => recorded.stream.slice('order-'.length) as OrderId;

/** One document per order: its fold, with whose it is and when it was placed and last changed. */
export const ordersProjection: Projection<OrderDocument> = {
  category: 'order',
  definition: {
    name: 'orders',
    schema: 2,
    fields: {
      tenant: (doc) => doc.tenant,
      createdAt: (doc) => doc.createdAt,
      status: (doc) => doc.order.status,
      reference: (doc) => doc.order.request.reference,
      userId: (doc) => doc.order.request.userId,
      productCode: (doc) => doc.order.request.lines.map((line) => line.productCode),
      merchantId: (doc) => [...new Set(doc.order.request.lines.map((line) => line.merchantId))],
      attention: (doc) => attentionOf(doc.order),
      ...orderSearches,
    },
    within: 'tenant',
    sort: { field: 'createdAt', direction: 'desc' },
    orders: Object.fromEntries(Object.keys(orderSearches).map((field) => [field, []])),
  },
  gapless: true,
  apart: true,
  keys: (event) => (orderEventsOnly(event) ? [orderIdOf(event)] : []),
  evolve: (doc, event) => {
    const happened = event.event as OrderEvent;
    const order = evolve(doc === undefined ? noOrder : doc.order, happened);
    const tenant = event.recorded.envelope.tenant;
    if (order.status === 'none' || tenant === undefined) return undefined;
    return {
      ...(doc ?? { orderId: orderIdOf(event), tenant, createdAt: happened.at }),
      ...milestones(happened),
      version: event.recorded.version,
      order,
      updatedAt: happened.at,
    };
  },
};

const milestones = (event: OrderEvent): Partial<OrderDocument> => {
  if (event.type === 'OrderSubmissionStarted') return { submittedAt: event.at };
  if (event.type === 'OrderCompleted') return { completedAt: event.at };
  return {};
};
