import { mayPostFrom, submissionExhausted } from '../domain/order/next.ts';
import type { FulfilmentPolicy } from '../domain/order/policy.ts';
import { delayOf, isDelivering } from '../domain/order/state.ts';
import type { DeliveringOrder, Order, PlacedOrder, SubmittingOrder } from '../domain/order/state.ts';
import type { UpstreamProgress } from '../domain/order/values.ts';
import { assertNever } from '../domain/shared/decider.ts';
import { elapsed, later, plus } from '../domain/shared/instant.ts';
import type { Instant, Ms } from '../domain/shared/instant.ts';
import { lookAfter, pollAgain, submissionOf, tryAgain } from './fulfilment-context.ts';
import type { Looked, Step } from './fulfilment-context.ts';
import { submitOrder } from './fulfilment-submit.ts';
import { observeUpstream } from './observe-upstream.ts';

/** Reads the order at Amilon, and keeps what is new; posts it again where it may be, and is not there. */
export const readOrder = async (step: Step, order: PlacedOrder): Promise<Looked> => {
  const { orders, orderId, amilon, provenance } = step;
  const asked = step.clock.now();
  const answer = await amilon.read(submissionOf(order));
  switch (answer.is) {
    case 'found': {
      const seen = observeUpstream(answer.order, step.cipher);
      const handled = await orders.handle(orderId, (at) => ({ type: 'RecordRead', at, order: seen }), provenance);
      if (handled.accepted && handled.events.length > 0) return lookAfter(step, handled.state);
      return noNews(step, handled.state, { progress: seen.progress, upstreamStatus: seen.upstreamStatus });
    }
    case 'absent': {
      const from = mayPostFrom(order, step.policy);
      // What was asked within the quiet time proves nothing, however late the answer comes.
      if (from !== undefined && from <= asked) return submitOrder(step, order);
      return noNews(step, order, { progress: 'absent', upstreamStatus: 'not found' });
    }
    case 'unavailable': {
      const looked = await noNews(step, order, UNREADABLE, tryAgain);
      const { retryAfter } = answer;
      return retryAfter === undefined || looked === 'never' ? looked : later(looked, inTime(step, retryAfter));
    }
    default:
      return assertNever(answer);
  }
};

const inTime = ({ clock }: Step, ms: Ms): Instant => plus(clock.now(), ms);

interface Seen {
  readonly progress: UpstreamProgress;
  readonly upstreamStatus: string;
}

const UNREADABLE: Seen = { progress: 'unknown', upstreamStatus: 'cannot be read' };

/** A poll without news writes nothing, until the order counts as delayed (amilon.md traps 18 and 19). */
const noNews = async (step: Step, order: Order, seen: Seen, again = pollAgain): Promise<Looked> => {
  const { orders, orderId, provenance, log, policy, clock } = step;
  if (order.status === 'none' || !isLate(order, seen, policy, clock.now())) return again(step, order);
  const handled = await orders.handle(orderId, (at) => ({ type: 'RecordDelay', at, ...seen }), provenance);
  if (!handled.accepted || handled.events.length === 0) return again(step, order);
  log.error({ orderId, ...seen }, 'the order is late');
  return lookAfter(step, handled.state);
};

const isLate = (order: PlacedOrder, seen: Seen, policy: FulfilmentPolicy, now: Instant): boolean => {
  if (!isDelivering(order) && !isInDoubt(order)) return false;
  const delay = delayOf(order);
  // That it cannot be read is worth one line; what it said before stays what is known.
  if (delay !== undefined) return seen !== UNREADABLE;
  const patience = isDelivering(order) && seen.progress === 'absent' ? policy.visibleWithin : policy.delayedAfter;
  return elapsed(waitingSince(order), now) >= patience;
};

/** Once its attempts are exhausted, or another order was found instead, a person is called already. */
const isInDoubt = (order: PlacedOrder): order is SubmittingOrder =>
  order.status === 'submitting' && !order.conflict && !submissionExhausted(order);

const waitingSince = (order: DeliveringOrder | SubmittingOrder): Instant =>
  isDelivering(order) ? order.bought.at : (order.attempts[0]?.sendBefore ?? order.since);
