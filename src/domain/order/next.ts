import { assertNever } from '../shared/decider.ts';
import { MINUTE, SECOND, elapsed, later, plus } from '../shared/instant.ts';
import type { Instant, Ms } from '../shared/instant.ts';
import { quietUntil } from './decide.ts';
import type { FulfilmentPolicy } from './policy.ts';
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
  if (step.do !== 'read' || asked === undefined || asked <= step.since) return step;
  return { do: 'read', notBefore: asked, since: asked };
};

const stepOf = (order: PlacedOrder, policy: FulfilmentPolicy): Next => {
  switch (order.status) {
    case 'pending':
      return { do: 'submit', notBefore: order.deferred?.retryAt ?? order.request.at, since: order.request.at };
    case 'submitting':
      return { do: 'read', notBefore: firstRead(order), since: order.since };
    case 'processing':
    case 'partially_delivered':
      return read(order.bought.at, policy.firstPolls[0] ?? policy.pollEvery);
    case 'completed':
      return read(order.completedAt ?? order.bought.at, policy.aftercare[0] ?? 0);
    case 'failed':
    case 'cancelled':
      return order.bought === undefined ? { do: 'nothing' } : read(order.endedAt, MINUTE);
    default:
      return assertNever(order);
  }
};

const read = (since: Instant, after: Ms): Next => ({ do: 'read', notBefore: plus(since, after), since });

/** An attempt in flight is left alone until its answer is late; an uncertain one is read soon. */
const firstRead = (order: SubmittingOrder): Instant => {
  const open = order.attempts.find((attempt) => attempt.result === 'open');
  if (open !== undefined) return plus(open.sendBefore, 5 * SECOND);
  return order.mayPost ? plus(order.since, 2 * SECOND) : order.since;
};

/** When the order may be posted again after a read that found nothing; `undefined` where it never may. */
export const mayPostFrom = (order: Order, policy: FulfilmentPolicy): Instant | undefined => {
  if (order.status !== 'submitting' || !order.mayPost || order.conflict) return undefined;
  return later(quietUntil(order, policy.quietTime), order.deferred?.retryAt ?? order.since);
};

/**
 * When to look again after a poll that brought nothing new: such a poll writes no event (design 11).
 * @param jitter 0 … 1, spreads the polls of many orders.
 */
export const nextPoll = (order: Order, policy: FulfilmentPolicy, now: Instant, jitter: number): Instant | 'never' => {
  const step = next(order, policy);
  if (step.do !== 'read' || order.status === 'none') return 'never';
  if (order.status === 'submitting') return nextUncertainPoll(order, policy, now, jitter);
  const age = elapsed(step.since, now);
  if (order.status === 'completed') return fixed(policy.aftercare, step.since, age);
  if (order.status === 'failed' || order.status === 'cancelled') {
    return age > policy.giveUpReadingAfter ? 'never' : slowly(now, age, policy, jitter);
  }
  const first = fixed(policy.firstPolls, step.since, age);
  if (first !== 'never') return first;
  return age < policy.delayedAfter ? plus(now, spread(policy.pollEvery, jitter)) : slowly(now, age, policy, jitter);
};

const nextUncertainPoll = (order: SubmittingOrder, policy: FulfilmentPolicy, now: Instant, jitter: number): Instant => {
  const exhausted = submissionExhausted(order, policy) || order.conflict;
  const first = order.attempts[0]?.sendBefore ?? order.since;
  if (exhausted) return slowly(now, elapsed(first, now), policy, jitter);
  const poll = plus(now, spread(policy.pollEvery, jitter));
  const post = mayPostFrom(order, policy);
  return post !== undefined && post > now && post < poll ? post : poll;
};

/** So many attempts with an unknown outcome that a person should look (retry matrix). */
export const submissionExhausted = (order: SubmittingOrder, policy: FulfilmentPolicy): boolean =>
  !order.mayPost ||
  order.attempts.filter((attempt) => attempt.result === 'uncertain').length >= policy.uncertainAttempts;

const fixed = (offsets: readonly Ms[], since: Instant, age: Ms): Instant | 'never' => {
  const offset = offsets.find((candidate) => candidate > age);
  return offset === undefined ? 'never' : plus(since, offset);
};

const slowly = (now: Instant, age: Ms, policy: FulfilmentPolicy, jitter: number): Instant =>
  plus(now, spread(Math.min(Math.max(age / 5, MINUTE), policy.slowest), jitter));

/** ±10 %, so that orders placed together do not stay together. */
const spread = (ms: Ms, jitter: number): Ms => Math.round(ms * (0.9 + 0.2 * jitter));
