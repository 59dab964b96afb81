import { assertNever } from '../shared/decider.ts';
import type { Instant } from '../shared/instant.ts';
import type { OrderCommand, SubmissionOutcome } from './commands.ts';
import type { OrderEvent } from './events.ts';
import { observe } from './observe.ts';
import { ambiguous } from './state.ts';
import type { PlacedOrder } from './state.ts';

type RecordSubmission = Extract<OrderCommand, { type: 'RecordSubmission' }>;

/** What the outcome of one POST proves. Each closes its own attempt, once. */
export const recordSubmission = (command: RecordSubmission, order: PlacedOrder): readonly OrderEvent[] => {
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
