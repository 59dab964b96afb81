import { assertNever } from '../shared/decider.ts';
import { MINUTE, SECOND, later, plus } from '../shared/instant.ts';
import type { Instant, Ms } from '../shared/instant.ts';
import { ageOf, deliveryPoll, nextOf, slowly, soon } from './cadence.ts';
import type { PollTime } from './cadence.ts';
import type { FulfilmentPolicy } from './policy.ts';
import { retryMatrix } from './retry-matrix.ts';
import { mayPost, quietUntil } from './state.ts';
import type { Order, PlacedOrder, SubmittingOrder } from './state.ts';

/** What fulfilment does next for an order, not before when, and since when it does so. */
export type Next =
  { readonly do: 'submit' | 'read'; readonly notBefore: Instant; readonly since: Instant } | { readonly do: 'nothing' };

/** The next step of an order follows from its state alone (design 11). */
export const next = (order: Order, policy: FulfilmentPolicy): Next => {
  if (order.status === 'none' || order.erased) return { do: 'nothing' };
  const step = stepOf(order, policy);
  // A person asked for a read: now, and at the quick pace from then on.
  const asked = order.reconciliationAt;
  if (step.do === 'submit' || asked === undefined || asked <= sinceOf(order)) return step;
  return { do: 'read', notBefore: asked, since: asked };
};

const stepOf = (order: PlacedOrder, policy: FulfilmentPolicy): Next => {
  const since = sinceOf(order);
  switch (order.status) {
    case 'pending':
      return mayPost(order)
        ? { do: 'submit', notBefore: order.deferred?.retryAt ?? since, since }
        : read(since, policy.pollEvery);
    case 'submitting':
      return { do: 'read', notBefore: firstRead(order), since };
    case 'processing':
    case 'partially_delivered':
      return read(since, policy.firstPolls[0] ?? policy.pollEvery);
    case 'completed':
      return read(since, policy.aftercare[0] ?? 0);
    case 'failed':
    case 'cancelled':
      return order.bought === undefined ? { do: 'nothing' } : read(since, MINUTE);
    default:
      return assertNever(order);
  }
};

/** Since when the order is in the state that its next step follows from. */
const sinceOf = (order: PlacedOrder): Instant => {
  switch (order.status) {
    case 'pending':
      return order.request.at;
    case 'submitting':
      return order.since;
    case 'processing':
    case 'partially_delivered':
      return order.bought.at;
    case 'completed':
      return order.completedAt;
    case 'failed':
    case 'cancelled':
      return order.endedAt;
    default:
      return assertNever(order);
  }
};

const read = (since: Instant, after: Ms): Next => ({ do: 'read', notBefore: plus(since, after), since });

/** An attempt in flight is left alone until its answer is late; an uncertain one is read soon. */
const firstRead = (order: SubmittingOrder): Instant => {
  const open = order.attempts.findLast((attempt) => attempt.result === 'open');
  return open === undefined ? plus(order.since, 2 * SECOND) : plus(open.sendBefore, 5 * SECOND);
};

/** When the order may be posted again after a read that found nothing; `undefined` where it never may. */
export const mayPostFrom = (order: Order, policy: FulfilmentPolicy): Instant | undefined => {
  if (order.status !== 'submitting' || !mayPost(order)) return undefined;
  return later(quietUntil(order, policy.quietTime), order.deferred?.retryAt ?? order.since);
};

/**
 * When to look again after a poll that brought nothing new: such a poll writes no event (design 11).
 * @param jitter 0 … 1, spreads the polls of many orders.
 */
export const nextPoll = (order: Order, policy: FulfilmentPolicy, now: Instant, jitter: number): Instant | 'never' => {
  const step = next(order, policy);
  if (order.status === 'none' || step.do === 'nothing') return 'never';
  if (step.do === 'submit') return step.notBefore;
  const when = { since: step.since, now, jitter };
  switch (order.status) {
    case 'pending':
      return slowly(policy, when);
    case 'submitting':
      return uncertainPoll(order, policy, when);
    case 'processing':
    case 'partially_delivered':
      return deliveryPoll(policy, when);
    case 'completed':
      return nextOf(policy.aftercare, when) ?? 'never';
    case 'failed':
    case 'cancelled':
      return order.bought === undefined || ageOf(when) > policy.giveUpReadingAfter ? 'never' : slowly(policy, when);
    default:
      return assertNever(order);
  }
};

/**
 * When the order as it has just become is looked at next. News in the midst of the polls, or a reveal long after them,
 * does not start them anew. Without chance: the same events give the same time.
 */
export const dueAt = (order: Order, policy: FulfilmentPolicy, now: Instant): Instant | 'never' => {
  const step = next(order, policy);
  if (step.do === 'nothing') return 'never';
  return step.do === 'read' && step.notBefore < now ? nextPoll(order, policy, now, MIDDLE) : step.notBefore;
};

const MIDDLE = 0.5;

/**
 * Whether an order ended so long ago that its last reads are over. Its own history does not say so, since a read that
 * brings nothing writes no event: where all due orders are made anew, Amilon is not asked for the whole past.
 */
export const isLongOver = (order: Order, policy: FulfilmentPolicy, now: Instant): boolean => {
  const step = next(order, policy);
  if (step.do !== 'read' || !ended.has(order.status)) return false;
  return ageOf({ since: step.since, now, jitter: 0 }) > policy.giveUpReadingAfter;
};

const ended: ReadonlySet<Order['status']> = new Set(['completed', 'failed', 'cancelled']);

/**
 * When to look again after a read that did not get through. It was no read: one of the few after the completion, or
 * the one that a person asked for, is not lost with it, unless none has got through for as long as anybody waits.
 * @param jitter 0 … 1, spreads the polls of many orders.
 */
export const nextAfterFailedRead = (
  order: Order,
  policy: FulfilmentPolicy,
  now: Instant,
  jitter: number,
): Instant | 'never' => {
  const step = next(order, policy);
  if (order.status === 'none' || step.do !== 'read') return nextPoll(order, policy, now, jitter);
  const when = { since: step.since, now, jitter };
  const few = order.status === 'completed' || step.since === order.reconciliationAt;
  return few && ageOf(when) <= policy.giveUpReadingAfter
    ? deliveryPoll(policy, when)
    : nextPoll(order, policy, now, jitter);
};

const uncertainPoll = (order: SubmittingOrder, policy: FulfilmentPolicy, when: PollTime): Instant => {
  const slow = slowly(policy, { ...when, since: triedSince(order) });
  if (order.conflict || submissionExhausted(order)) return slow;
  const poll = order.delayed === undefined ? soon(policy, when) : slow;
  const post = mayPostFrom(order, policy);
  return post !== undefined && post > when.now && post < poll ? post : poll;
};

/** The first attempt, or when a person last asked: a new attempt does not make the pace quick again. */
const triedSince = (order: SubmittingOrder): Instant => {
  const [first] = order.attempts;
  const tried = first === undefined ? order.since : first.sendBefore;
  return later(tried, order.reconciliationAt ?? tried);
};

/** So many attempts with an unknown outcome that a person should look (retry matrix). */
export const submissionExhausted = (order: SubmittingOrder): boolean => {
  const causes = order.attempts.flatMap((attempt) => (attempt.result === 'uncertain' ? [attempt.cause] : []));
  const last = causes.at(-1);
  return last !== undefined && causes.length > retryMatrix[last].uncertain;
};
