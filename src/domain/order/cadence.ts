import { MINUTE, elapsed, plus } from '../shared/instant.ts';
import type { Instant, Ms } from '../shared/instant.ts';
import type { FulfilmentPolicy } from './policy.ts';

/** A poll that has just brought nothing new. `since`: the start of the waiting; `jitter`: 0 … 1. */
export interface PollTime {
  readonly since: Instant;
  readonly now: Instant;
  readonly jitter: number;
}

export const ageOf = ({ since, now }: PollTime): Ms => elapsed(since, now);

/** Quickly at first, then steadily, and slowly once the order counts as delayed (amilon.md trap 18). */
export const deliveryPoll = (policy: FulfilmentPolicy, when: PollTime): Instant => {
  const first = nextOf(policy.firstPolls, when);
  if (first !== undefined) return first;
  return ageOf(when) < policy.delayedAfter ? soon(policy, when) : slowly(policy, when);
};

export const soon = (policy: FulfilmentPolicy, { now, jitter }: PollTime): Instant =>
  plus(now, spread(policy.pollEvery, jitter));

/** The longer it takes, the more rarely: a fifth of the time so far, from a minute to the slowest pace. */
export const slowly = (policy: FulfilmentPolicy, when: PollTime): Instant =>
  plus(when.now, spread(Math.min(Math.max(ageOf(when) / 5, MINUTE), policy.slowest), when.jitter));

/** The next of fixed times after the start, if one is left. */
export const nextOf = (offsets: readonly Ms[], when: PollTime): Instant | undefined => {
  const offset = offsets.find((candidate) => candidate > ageOf(when));
  return offset === undefined ? undefined : plus(when.since, offset);
};

/** ±10 %, so that orders placed together do not stay together. */
const spread = (ms: Ms, jitter: number): Ms => Math.round(ms * (0.9 + 0.2 * jitter));
