import type { SubmissionOutcome } from '../domain/order/commands.ts';
import { retryMatrix } from '../domain/order/retry-matrix.ts';
import type { PlacedOrder } from '../domain/order/state.ts';
import { holdReasons } from '../domain/order/values.ts';
import type { DeferralReason } from '../domain/order/values.ts';
import { assertNever } from '../domain/shared/decider.ts';
import { plus } from '../domain/shared/instant.ts';
import type { Instant, Ms } from '../domain/shared/instant.ts';
import { observeUpstream } from './observe-upstream.ts';
import type { CreateAnswer } from './ports/amilon.ts';
import type { OrderCipher } from './ports/encryption.ts';

/**
 * When an order that was certainly not bought is tried again: when Amilon said, else as the retry matrix has it.
 * @param random 0 ≤ x < 1: full jitter, so that orders do not come back together; over the pause's second half where
 *   a person must heal something first, so that such an order is retried slowly.
 */
export const retryAtOf = (
  order: PlacedOrder,
  reason: DeferralReason,
  now: Instant,
  { random, retryAfter }: { readonly random: number; readonly retryAfter?: Ms | undefined },
): Instant => {
  const pauses: readonly Ms[] = retryMatrix[reason].deferred;
  const pause = pauses[Math.min(times(order, reason), pauses.length - 1)] ?? 0;
  const jitter = holdReasons.has(reason) ? 0.5 + random / 2 : random;
  return plus(now, retryAfter ?? Math.round(pause * jitter));
};

/** How often in a row the order has been put off for this reason. */
const times = (order: PlacedOrder, reason: DeferralReason): number => {
  if (!('deferred' in order) || order.deferred.reason !== reason) return 0;
  const others = order.attempts.findLastIndex(({ result }) => result !== 'not_bought') + 1;
  return Math.max(1, order.attempts.length - others);
};

/** The row of the retry matrix that an outcome other than a purchase is in. */
export const rowOf = (outcome: Exclude<SubmissionOutcome, { is: 'created' }>): keyof typeof retryMatrix => {
  switch (outcome.is) {
    case 'duplicate':
    case 'refused':
      return outcome.is;
    case 'unknown':
      return outcome.cause;
    case 'not_bought':
      return outcome.reason;
    default:
      return assertNever(outcome);
  }
};

/** What Amilon's answer to a create means for the order. */
export const outcomeOf = (
  answer: CreateAnswer,
  order: PlacedOrder,
  context: { readonly now: Instant; readonly random: number; readonly cipher: OrderCipher },
): SubmissionOutcome => {
  switch (answer.is) {
    case 'done':
      return { is: 'created', order: observeUpstream(answer.order, context.cipher) };
    case 'duplicate':
    case 'refused':
      return answer;
    case 'unknown':
      return { is: 'unknown', cause: answer.why };
    case 'not_bought': {
      const { now, random } = context;
      const retryAt = retryAtOf(order, answer.why, now, { random, retryAfter: answer.retryAfter });
      return { is: 'not_bought', reason: answer.why, retryAt };
    }
    default:
      return assertNever(answer);
  }
};
