import { assertNever } from '../shared/decider.ts';
import type { Instant } from '../shared/instant.ts';
import type { OrderEvent, OrderRequested } from './events.ts';
import { ambiguous, boughtOf, fullyDelivered } from './state.ts';
import type { Attempt, Bought, Order, Placed, PlacedOrder } from './state.ts';
import { readOnlyCauses } from './values.ts';
import type { UncertaintyCause } from './values.ts';
import { learn } from './vouchers.ts';

type Event<Type extends OrderEvent['type']> = Extract<OrderEvent, { type: Type }>;

/** Folds one fact into the order. Facts happened: nothing here refuses, and knowledge never goes backwards. */
export const evolve = (order: Order, event: OrderEvent): Order => {
  if (event.type === 'OrderRequested') return order.status === 'none' ? requested(event) : order;
  return order.status === 'none' ? order : evolvePlaced(order, event);
};

const evolvePlaced = (order: PlacedOrder, event: Exclude<OrderEvent, Event<'OrderRequested'>>): Order => {
  switch (event.type) {
    case 'OrderSubmissionStarted':
    case 'OrderSubmissionDeferred':
    case 'OrderSubmissionUncertain':
    case 'OrderRejectedByAmilon':
    case 'OrderCreatedAtAmilon':
      return submission(order, event);
    case 'VouchersDelivered':
    case 'VoucherCorrected':
    case 'VoucherRevoked':
      return vouchers(order, event);
    case 'OrderDelayed':
      return withBought(order, { delayed: { progress: event.progress, upstreamStatus: event.upstreamStatus } });
    case 'OrderPriceMismatchDetected':
      return withBought(order, { mismatch: event.charged });
    case 'ExternalIdConflictDetected':
      return { ...order, conflict: true };
    case 'OrderReconciliationRequested':
      return { ...order, reconciliationAt: event.at };
    case 'OrderErased':
      return { ...order, erased: true };
    case 'VoucherRevealed':
      return order;
    case 'OrderFailedAtAmilon':
    case 'OrderCancelled':
    case 'OrderCompleted':
    case 'OrderResolved':
      return ending(order, event);
    default:
      return assertNever(event);
  }
};

const requested = (event: OrderRequested & { at: Instant }): Order => {
  const { type: _type, catalog: _catalog, contract: _contract, ...request } = event;
  return { status: 'pending', request, attempts: [], vouchers: [], conflict: false, erased: false };
};

const placedOf = (order: PlacedOrder): Placed => ({
  request: order.request,
  attempts: order.attempts,
  vouchers: order.vouchers,
  conflict: order.conflict,
  erased: order.erased,
  ...(order.reconciliationAt === undefined ? {} : { reconciliationAt: order.reconciliationAt }),
});

type SubmissionEvent = Event<
  | 'OrderSubmissionStarted'
  | 'OrderSubmissionDeferred'
  | 'OrderSubmissionUncertain'
  | 'OrderRejectedByAmilon'
  | 'OrderCreatedAtAmilon'
>;

const submission = (order: PlacedOrder, event: SubmissionEvent): PlacedOrder => {
  if (order.status !== 'pending' && order.status !== 'submitting') {
    return event.type === 'OrderCreatedAtAmilon' ? lateCreation(order, event) : order;
  }
  switch (event.type) {
    case 'OrderSubmissionStarted': {
      const attempt: Attempt = { n: event.attempt, sendBefore: event.sendBefore, result: 'open' };
      const mayPost = order.status === 'pending' || order.mayPost;
      return {
        ...placedOf(order),
        status: 'submitting',
        attempts: [...order.attempts, attempt],
        mayPost,
        since: event.at,
      };
    }
    case 'OrderSubmissionDeferred': {
      const attempts = settle(order.attempts, event.attempt, 'not_bought');
      const deferred = { reason: event.reason, retryAt: event.retryAt };
      if (order.status === 'pending' || !attempts.some(ambiguous)) {
        return { ...placedOf(order), status: 'pending', attempts, deferred };
      }
      return { ...order, attempts, deferred, since: event.at };
    }
    case 'OrderSubmissionUncertain': {
      const { deferred: _settled, ...rest } = { deferred: undefined, ...order };
      const attempts = settle(order.attempts, event.attempt, 'uncertain', event.cause);
      const mayPost = (order.status === 'pending' || order.mayPost) && !readOnlyCauses.has(event.cause);
      return { ...rest, status: 'submitting', attempts, mayPost, since: event.at };
    }
    case 'OrderRejectedByAmilon': {
      const attempts = settle(order.attempts, event.attempt, 'not_bought');
      const failure = { code: event.code, upstream: event.upstream };
      return { ...placedOf(order), status: 'failed', attempts, failure, endedAt: event.at };
    }
    case 'OrderCreatedAtAmilon':
      return { ...placedOf(order), status: 'processing', bought: boughtBy(event) };
    default:
      return assertNever(event);
  }
};

const boughtBy = (event: Event<'OrderCreatedAtAmilon'>): Bought => ({
  at: event.at,
  ...(event.amilonOrderId === undefined ? {} : { amilonOrderId: event.amilonOrderId }),
});

/** An order that was settled as not purchased turns out to be at Amilon: the money is spent, so it lives. */
const lateCreation = (order: PlacedOrder, event: Event<'OrderCreatedAtAmilon'>): PlacedOrder =>
  boughtOf(order) === undefined ? { ...placedOf(order), status: 'processing', bought: boughtBy(event) } : order;

const settle = (
  attempts: readonly Attempt[],
  n: number | undefined,
  result: Attempt['result'],
  cause?: UncertaintyCause,
): readonly Attempt[] =>
  attempts.map((attempt) =>
    attempt.n === n && attempt.result === 'open'
      ? { ...attempt, result, ...(cause === undefined ? {} : { cause }) }
      : attempt,
  );

const vouchers = (
  order: PlacedOrder,
  event: Event<'VouchersDelivered' | 'VoucherCorrected' | 'VoucherRevoked'>,
): PlacedOrder => {
  switch (event.type) {
    case 'VouchersDelivered': {
      const ids = new Set(order.vouchers.map((voucher) => voucher.id));
      const added = event.vouchers.filter((voucher) => !ids.has(voucher.id)).map((voucher) => learn(voucher));
      const next = { ...order, vouchers: [...order.vouchers, ...added] };
      return next.status === 'processing' && next.vouchers.length > 0
        ? { ...next, status: 'partially_delivered' }
        : next;
    }
    case 'VoucherCorrected':
      return {
        ...order,
        vouchers: order.vouchers.map((voucher) =>
          voucher.id === event.voucher.id ? learn(event.voucher, voucher) : voucher,
        ),
      };
    case 'VoucherRevoked':
      return {
        ...order,
        vouchers: order.vouchers.map((voucher) =>
          voucher.id === event.voucherId ? { ...voucher, revoked: true } : voucher,
        ),
      };
    default:
      return assertNever(event);
  }
};

const withBought = (order: PlacedOrder, change: Partial<Bought>): PlacedOrder => {
  const bought = boughtOf(order);
  return bought === undefined ? order : ({ ...order, bought: { ...bought, ...change } } as PlacedOrder);
};

const ending = (
  order: PlacedOrder,
  event: Event<'OrderFailedAtAmilon' | 'OrderCancelled' | 'OrderCompleted' | 'OrderResolved'>,
): PlacedOrder => {
  const bought = boughtOf(order);
  const kept = bought === undefined ? {} : { bought };
  switch (event.type) {
    case 'OrderFailedAtAmilon': {
      if (order.status === 'completed') return order;
      const failure = { code: 'failed_at_amilon' as const, upstreamStatus: event.upstreamStatus };
      return { ...placedOf(order), ...kept, status: 'failed', failure, endedAt: event.at };
    }
    case 'OrderCancelled': {
      if (order.status === 'completed') return order;
      const { by, reason } = event;
      return { ...placedOf(order), ...kept, status: 'cancelled', by, reason, endedAt: event.at };
    }
    case 'OrderCompleted':
      return bought === undefined ? order : { ...placedOf(order), status: 'completed', bought, completedAt: event.at };
    case 'OrderResolved':
      return resolved(order, event);
    default:
      return assertNever(event);
  }
};

const resolved = (order: PlacedOrder, event: Event<'OrderResolved'>): PlacedOrder => {
  const placed = { ...placedOf(order), conflict: false };
  if (event.purchase === 'purchased') {
    if (boughtOf(order) !== undefined) return { ...order, conflict: false };
    const status = fullyDelivered(order) ? 'completed' : 'processing';
    return { ...placed, status, bought: { at: event.at } };
  }
  const attempts = order.attempts.map((attempt) => ({ ...attempt, result: 'not_bought' as const }));
  const failure = { code: 'resolved_not_purchased' as const, reason: event.reason };
  return { ...placed, status: 'failed', attempts, failure, endedAt: event.at };
};
