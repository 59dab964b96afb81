import { assertNever } from '../shared/decider.ts';
import type { Instant } from '../shared/instant.ts';
import { evolveEnding } from './evolve-ending.ts';
import { evolveSubmission } from './evolve-submission.ts';
import { evolveVouchers } from './evolve-vouchers.ts';
import type { OrderEvent, OrderRequested } from './events.ts';
import type { Bought, Order, PlacedOrder } from './state.ts';

/** Folds one fact into the order. Facts happened: nothing here refuses, and knowledge never goes backwards. */
export const evolve = (order: Order, event: OrderEvent): Order => {
  if (event.type === 'OrderRequested') return order.status === 'none' ? requested(event) : order;
  return order.status === 'none' ? order : evolvePlaced(order, event);
};

export type LaterEvent = Exclude<OrderEvent, { type: 'OrderRequested' }>;

/** Every fact after the first: a placed order stays placed. */
export const evolvePlaced = (order: PlacedOrder, event: LaterEvent): PlacedOrder => {
  switch (event.type) {
    case 'OrderSubmissionStarted':
    case 'OrderSubmissionDeferred':
    case 'OrderSubmissionUncertain':
    case 'OrderRejectedByAmilon':
    case 'OrderCreatedAtAmilon':
      return evolveSubmission(order, event);
    case 'VouchersDelivered':
    case 'VoucherCorrected':
    case 'VoucherRevoked':
      return evolveVouchers(order, event);
    case 'OrderFailedAtAmilon':
    case 'OrderCancelled':
    case 'OrderCompleted':
    case 'OrderResolved':
      return evolveEnding(order, event);
    case 'OrderDelayed': {
      const delayed = { progress: event.progress, upstreamStatus: event.upstreamStatus };
      if (order.status === 'submitting') return { ...order, delayed };
      return withBought(order, (bought) => ({ ...bought, delayed }));
    }
    case 'OrderPriceMismatchDetected':
      return withBought(order, (bought) => ({ ...bought, mismatches: [...bought.mismatches, event.charged] }));
    case 'ExternalIdConflictDetected':
      return { ...order, conflict: true };
    case 'OrderReconciliationRequested':
      return { ...order, reconciliationAt: event.at };
    case 'OrderErased':
      return { ...order, erased: true };
    case 'VoucherRevealed':
      return order;
    default:
      return assertNever(event);
  }
};

const requested = (event: OrderRequested & { at: Instant }): Order => {
  const { type: _type, catalog: _catalog, contract: _contract, ...request } = event;
  return { status: 'pending', request, attempts: [], vouchers: [], conflict: false, erased: false };
};

const withBought = (order: PlacedOrder, change: (bought: Bought) => Bought): PlacedOrder =>
  'bought' in order ? { ...order, bought: change(order.bought) } : order;
