import { assertNever } from '../shared/decider.ts';
import type { OrderEvent } from './events.ts';
import { ambiguous, boughtOf, delivering, placedOf } from './state.ts';
import type { Attempt, AttemptResult, PendingOrder, PlacedOrder, SubmittingOrder } from './state.ts';

type Event<Type extends OrderEvent['type']> = Extract<OrderEvent, { type: Type }>;
type SubmissionEvent = Event<
  | 'OrderSubmissionStarted'
  | 'OrderSubmissionDeferred'
  | 'OrderSubmissionUncertain'
  | 'OrderRejectedByAmilon'
  | 'OrderCreatedAtAmilon'
>;

/** From the write-ahead of a POST to what it came to. */
export const evolveSubmission = (order: PlacedOrder, event: SubmissionEvent): PlacedOrder => {
  if (event.type === 'OrderCreatedAtAmilon') return created(order, event);
  if (order.status !== 'pending' && order.status !== 'submitting') return order;
  switch (event.type) {
    case 'OrderSubmissionStarted':
      return started(order, event);
    case 'OrderSubmissionDeferred':
      return deferred(order, event);
    case 'OrderSubmissionUncertain':
      return uncertain(order, event);
    case 'OrderRejectedByAmilon': {
      const attempts = settle(order.attempts, event.attempt, { result: 'not_bought' });
      const failure = { code: event.code, upstream: event.upstream };
      return { ...placedOf(order), status: 'failed', attempts, failure, endedAt: event.at };
    }
    default:
      return assertNever(event);
  }
};

/** Also an order that was cancelled or settled as not purchased: the money is spent, so it lives. */
const created = (order: PlacedOrder, { at, amilonOrderId }: Event<'OrderCreatedAtAmilon'>): PlacedOrder => {
  if (boughtOf(order) !== undefined) return order;
  return delivering(order, { at, mismatches: [], ...(amilonOrderId === undefined ? {} : { amilonOrderId }) });
};

type UnboughtOrder = PendingOrder | SubmittingOrder;

const started = (order: UnboughtOrder, { at, attempt, sendBefore }: Event<'OrderSubmissionStarted'>): PlacedOrder => ({
  ...placedOf(order),
  status: 'submitting',
  attempts: [...order.attempts, { n: attempt, sendBefore, result: 'open' }],
  since: at,
  ...delayIn(order),
});

/** That nobody knows for long stays true until it is found. */
const delayIn = (order: UnboughtOrder): Pick<SubmittingOrder, 'delayed'> =>
  order.status === 'submitting' && order.delayed !== undefined ? { delayed: order.delayed } : {};

const deferred = (order: UnboughtOrder, event: Event<'OrderSubmissionDeferred'>): PlacedOrder => {
  const attempts = settle(order.attempts, event.attempt, { result: 'not_bought' });
  const deferral = { reason: event.reason, retryAt: event.retryAt, at: event.at };
  if (order.status === 'submitting' && attempts.some(ambiguous)) {
    return { ...order, attempts, deferred: deferral, since: event.at };
  }
  return { ...placedOf(order), status: 'pending', attempts, deferred: deferral };
};

const uncertain = (order: UnboughtOrder, { at, attempt, cause }: Event<'OrderSubmissionUncertain'>): PlacedOrder => ({
  ...placedOf(order),
  status: 'submitting',
  attempts: settle(order.attempts, attempt, { result: 'uncertain', cause }),
  since: at,
  ...delayIn(order),
});

/** Each attempt is settled once: what is known of it stays. */
const settle = (attempts: readonly Attempt[], settled: number | undefined, result: AttemptResult): readonly Attempt[] =>
  attempts.map((attempt) => {
    const { n, sendBefore } = attempt;
    return n === settled && attempt.result === 'open' ? { n, sendBefore, ...result } : attempt;
  });
