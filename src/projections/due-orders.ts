import type { OrderEvent } from '../domain/order/events.ts';
import { evolve } from '../domain/order/evolve.ts';
import { next, nextPoll } from '../domain/order/next.ts';
import type { FulfilmentPolicy } from '../domain/order/policy.ts';
import { noOrder } from '../domain/order/state.ts';
import type { Order } from '../domain/order/state.ts';
import type { Instant } from '../domain/shared/instant.ts';
import type { DueOrder } from '../application/ports/due-orders.ts';
import { orderIdOf } from './orders.ts';
import type { Projection } from './projection.ts';

/** When fulfilment looks at each order: its next step follows from its state alone (design 11). */
export const dueOrdersProjection = (policy: FulfilmentPolicy): Projection<DueOrder> => ({
  definition: { name: 'due-orders', schema: 1, fields: {}, sort: { field: 'nextAt', direction: 'asc' } },
  gapless: true,
  keys: (event) => (event.recorded.stream.startsWith('order-') ? [orderIdOf(event)] : []),
  evolve: (doc, event) => {
    const order = evolve(doc === undefined ? noOrder : doc.order, event.event as OrderEvent);
    return { order, nextAt: dueAt(order, policy, event.event.at) };
  },
});

/** News in the midst of the polls, or a reveal long after them, does not start them anew. */
const dueAt = (order: Order, policy: FulfilmentPolicy, now: Instant): Instant | 'never' => {
  const step = next(order, policy);
  if (step.do === 'nothing') return 'never';
  return step.do === 'read' && step.notBefore < now ? nextPoll(order, policy, now, MIDDLE) : step.notBefore;
};

// A projection has no chance in it: the same events give the same documents.
const MIDDLE = 0.5;
