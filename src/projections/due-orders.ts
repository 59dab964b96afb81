import type { OrderEvent } from '../domain/order/events.ts';
import { evolve } from '../domain/order/evolve.ts';
import { dueAt } from '../domain/order/next.ts';
import type { FulfilmentPolicy } from '../domain/order/policy.ts';
import { noOrder } from '../domain/order/state.ts';
import type { DueOrder } from '../application/ports/due-orders.ts';
import { orderIdOf } from './orders.ts';
import type { Projection } from './projection.ts';

/** When fulfilment looks at each order: its next step follows from its state alone (design 11). */
export const dueOrdersProjection = (policy: FulfilmentPolicy): Projection<DueOrder> => ({
  category: 'order',
  definition: { name: 'due-orders', schema: 2, fields: {}, sort: { field: 'nextAt', direction: 'asc' } },
  gapless: true,
  keys: (event) => (event.recorded.stream.startsWith('order-') ? [orderIdOf(event)] : []),
  evolve: (doc, event) => {
    const order = evolve(doc === undefined ? noOrder : doc.order, event.event as OrderEvent);
    return { order, nextAt: dueAt(order, policy, event.event.at) };
  },
});
