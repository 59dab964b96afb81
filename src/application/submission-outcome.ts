import type { SubmissionOutcome } from '../domain/order/commands.ts';
import type { PlacedOrder } from '../domain/order/state.ts';
import type { DeferralReason } from '../domain/order/values.ts';
import { MINUTE, SECOND, plus } from '../domain/shared/instant.ts';
import type { Instant, Ms } from '../domain/shared/instant.ts';
import { observeUpstream } from './observe-upstream.ts';
import type { CreateAnswer } from './ports/amilon.ts';
import type { OrderCipher } from './ports/encryption.ts';

/** When an order that was certainly not bought is tried again, unless Amilon said when (retry matrix). */
const pauses: { readonly [R in DeferralReason]: { readonly first: Ms; readonly again: Ms } } = {
  too_late: { first: 0, again: 5 * SECOND },
  not_sent: { first: 2 * SECOND, again: 30 * SECOND },
  // The first: the token was stale, at once again with a fresh one. The second: credentials, which need a person.
  unauthorized: { first: 0, again: 5 * MINUTE },
  rate_limited: { first: 5 * SECOND, again: 30 * SECOND },
  circuit_open: { first: 5 * SECOND, again: 30 * SECOND },
  contract: { first: 5 * MINUTE, again: 15 * MINUTE },
  not_found: { first: 5 * MINUTE, again: 15 * MINUTE },
};

/** @param random 0 ≤ x < 1: full jitter over the pause's second half, so that orders do not come back together. */
export const retryAtOf = (
  order: PlacedOrder,
  reason: DeferralReason,
  now: Instant,
  { random, retryAfter }: { readonly random: number; readonly retryAfter?: Ms | undefined },
): Instant => {
  if (retryAfter !== undefined) return plus(now, retryAfter);
  const before = order.status === 'pending' || order.status === 'submitting' ? order.deferred?.reason : undefined;
  const pause = before === reason ? pauses[reason].again : pauses[reason].first;
  return plus(now, Math.round(pause * (0.5 + random / 2)));
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
  }
};
