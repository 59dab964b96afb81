import { assertNever } from '../shared/decider.ts';
import type { OrderEvent } from './events.ts';
import { boughtOf, delivering, placedOf } from './state.ts';
import type { PlacedOrder } from './state.ts';

type Event<Type extends OrderEvent['type']> = Extract<OrderEvent, { type: Type }>;
type EndingEvent = Event<'OrderFailedAtAmilon' | 'OrderCancelled' | 'OrderCompleted' | 'OrderResolved'>;

/** How an order ends; one that was bought keeps that knowledge through every end but an operator's. */
export const evolveEnding = (order: PlacedOrder, event: EndingEvent): PlacedOrder => {
  if (event.type === 'OrderResolved') return resolved(order, event);
  if (order.status === 'completed') return order;
  const bought = boughtOf(order);
  const ended = { ...placedOf(order), ...(bought === undefined ? {} : { bought }), endedAt: event.at };
  switch (event.type) {
    case 'OrderFailedAtAmilon': {
      const { upstreamStatus } = event;
      return { ...ended, status: 'failed', failure: { code: 'failed_at_amilon', upstreamStatus } };
    }
    case 'OrderCancelled':
      return { ...ended, status: 'cancelled', by: event.by, reason: event.reason };
    case 'OrderCompleted':
      return bought === undefined ? order : { ...placedOf(order), status: 'completed', bought, completedAt: event.at };
    default:
      return assertNever(event);
  }
};

const resolved = (order: PlacedOrder, { at, purchase, reason }: Event<'OrderResolved'>): PlacedOrder => {
  const bought = boughtOf(order);
  if (purchase === 'purchased') {
    return bought === undefined ? delivering(order, { at, mismatches: [] }) : { ...order, conflict: false };
  }
  const ended = order.status === 'failed' || order.status === 'cancelled';
  if (ended && bought === undefined) return { ...order, conflict: false };
  const attempts = order.attempts.map(({ n, sendBefore }) => ({ n, sendBefore, result: 'not_bought' as const }));
  const failure = { code: 'resolved_not_purchased' as const, reason };
  return { ...placedOf(order), conflict: false, status: 'failed', attempts, failure, endedAt: at };
};
