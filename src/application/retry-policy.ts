import { MINUTE, SECOND } from '../domain/shared/instant.ts';
import type { Ms } from '../domain/shared/instant.ts';
import type { Fetched } from './ports/amilon.ts';

export type FetchFailure = Extract<Fetched<unknown>, { is: 'failed' }>;

/**
 * How often a question that buys nothing (contract, sync) is asked again after its first failure: amilon.md, retry
 * matrix, first column. After `unauthorized` the adapter asks with a fresh token.
 */
const retriesAfter: { readonly [Why in FetchFailure['why']]: number } = {
  unauthorized: 1,
  server_error: 3,
  not_sent: 2,
  timeout: 2,
  reset: 2,
  unreadable: 1,
  // 408, 425 and 429: as long as the deadline allows, within reason.
  rate_limited: 8,
  refused: 0,
  contract: 0,
  not_found: 0,
};

const FIRST: Ms = SECOND;
const LONGEST: Ms = 30 * SECOND;
/** From the first try to the start of the last one. */
const DEADLINE: Ms = 5 * MINUTE;

export interface Tried {
  /** Retries so far, whatever they failed of. */
  readonly retries: number;
  /** Since the first try. */
  readonly elapsed: Ms;
  /** 0 ≤ x < 1. */
  readonly random: number;
}

/**
 * When to ask again after a failure, in milliseconds from now, or to give up. Exponential backoff with full jitter;
 * `Retry-After` wins over it, the total deadline over both.
 */
export const nextTry = (failure: FetchFailure, tried: Tried): Ms | 'give_up' => {
  if (tried.retries >= retriesAfter[failure.why]) return 'give_up';
  const delay = failure.retryAfter ?? backoff(failure, tried);
  return tried.elapsed + delay > DEADLINE ? 'give_up' : delay;
};

const backoff = (failure: FetchFailure, { retries, random }: Tried): Ms =>
  failure.why === 'unauthorized' ? 0 : Math.round(random * Math.min(FIRST * 2 ** retries, LONGEST));
