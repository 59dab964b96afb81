import { submissionExhausted } from '../domain/order/next.ts';
import type { FulfilmentPolicy } from '../domain/order/policy.ts';
import { delayOf, isDelivering } from '../domain/order/state.ts';
import type { DeliveringOrder, Order, PlacedOrder, SubmittingOrder } from '../domain/order/state.ts';
import type { UpstreamProgress } from '../domain/order/values.ts';
import { elapsed } from '../domain/shared/instant.ts';
import type { Instant } from '../domain/shared/instant.ts';
import { lookAfter, pollAgain } from './fulfilment-context.ts';
import type { Looked, Step } from './fulfilment-context.ts';

/** What a read showed, for who is told that the order is late. */
export interface Seen {
  readonly progress: UpstreamProgress;
  readonly upstreamStatus: string;
}

export const ABSENT: Seen = { progress: 'absent', upstreamStatus: 'not found' };
export const UNREADABLE: Seen = { progress: 'unknown', upstreamStatus: 'cannot be read' };

/**
 * A poll without news writes nothing, until the order counts as delayed (amilon.md traps 18 and 19).
 * @param again when to look again where nothing was written
 */
export const noNews = async (step: Step, order: Order, seen: Seen, again = pollAgain): Promise<Looked> => {
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
