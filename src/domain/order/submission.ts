import { accept, assertNever, refuse } from '../shared/decider.ts';
import type { Decision } from '../shared/decider.ts';
import type { Instant } from '../shared/instant.ts';
import type { OrderCommand, OrderRefusal, SubmissionOutcome } from './commands.ts';
import type { OrderEvent } from './events.ts';
import { observe } from './observe.ts';
import { ambiguous, heldLong, isOnHold, mayPost, quietUntil } from './state.ts';
import type { PlacedOrder } from './state.ts';
import type { DeferralReason } from './values.ts';

type Command<Type extends OrderCommand['type']> = Extract<OrderCommand, { type: Type }>;
type OrderDecision = Decision<OrderEvent, OrderRefusal>;

/** Written ahead of a POST, which may spend money: only where no other can still be on its way (design 9). */
export const startSubmission = (command: Command<'StartSubmission'>, order: PlacedOrder): OrderDecision => {
  const { at, sendBefore, quietTime, after } = command;
  if (!mayPost(order)) return refuse({ reason: 'not_submittable', status: order.status });
  const until = quietUntil(order, quietTime);
  if (at < until || after < order.attempts.length) return refuse({ reason: 'attempt_in_flight', until });
  return accept(...lost(order, at), {
    type: 'OrderSubmissionStarted',
    at,
    attempt: order.attempts.length + 1,
    sendBefore,
  });
};

/** An attempt without an answer after its quiet time: whoever sent it is gone. */
const lost = (order: PlacedOrder, at: Instant): readonly OrderEvent[] =>
  order.attempts
    .filter(({ result }) => result === 'open')
    .map(({ n }) => ({ type: 'OrderSubmissionUncertain', at, attempt: n, cause: 'lost' }));

/**
 * Without an attempt to close, the same state again is no news (design 9), until it lasts so long that it is a hold.
 * That nothing gets through, and that nothing is sent since nothing got through, are one state.
 */
export const deferSubmission = (command: Command<'DeferSubmission'>, order: PlacedOrder): OrderDecision => {
  const { at, reason, retryAt } = command;
  if (!mayPost(order)) return refuse({ reason: 'not_submittable', status: order.status });
  const waiting = order.deferred !== undefined && stateOf(order.deferred.reason) === stateOf(reason);
  const known = waiting && (isOnHold(order) || !heldLong(order, at));
  return known ? accept() : accept({ type: 'OrderSubmissionDeferred', at, reason, retryAt });
};

/** One row of amilon.md's retry matrix. */
const stateOf = (reason: DeferralReason): DeferralReason => (reason === 'circuit_open' ? 'not_sent' : reason);

/** What the outcome of one POST proves. Each closes its own attempt, once. */
export const recordSubmission = (command: Command<'RecordSubmission'>, order: PlacedOrder): readonly OrderEvent[] => {
  const { attempt, outcome, at } = command;
  if (outcome.is === 'created') return observe(order, outcome.order, at, attempt);
  const open = order.attempts.some(({ n, result }) => n === attempt && result === 'open');
  // A read may have adopted the order while this POST was still in flight: then the outcome is no news.
  if (!open || order.status !== 'submitting') return [];
  return unfinished(order, attempt, outcome, at);
};

const unfinished = (
  order: PlacedOrder,
  attempt: number,
  outcome: Exclude<SubmissionOutcome, { is: 'created' }>,
  at: Instant,
): readonly OrderEvent[] => {
  switch (outcome.is) {
    case 'duplicate':
      return [{ type: 'OrderSubmissionUncertain', at, attempt, cause: 'duplicate' }];
    case 'unknown':
      return [{ type: 'OrderSubmissionUncertain', at, attempt, cause: outcome.cause }];
    case 'not_bought':
      return [{ type: 'OrderSubmissionDeferred', at, attempt, reason: outcome.reason, retryAt: outcome.retryAt }];
    case 'refused': {
      // The earlier attempt may be what spent the money that this refusal misses (amilon.md trap 3).
      const others = order.attempts.some((other) => other.n !== attempt && ambiguous(other));
      return others
        ? [{ type: 'OrderSubmissionUncertain', at, attempt, cause: 'refused' }]
        : [{ type: 'OrderRejectedByAmilon', at, attempt, code: outcome.code, upstream: outcome.upstream }];
    }
    default:
      return assertNever(outcome);
  }
};
