import { retryMatrix } from '../domain/order/retry-matrix.ts';
import { MINUTE, SECOND } from '../domain/shared/instant.ts';
import type { Ms } from '../domain/shared/instant.ts';
import type { Fetched } from './ports/amilon.ts';

export type FetchFailure = Extract<Fetched<unknown>, { is: 'failed' }>;

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
  if (tried.retries >= retryMatrix[failure.why].fetch) return 'give_up';
  const delay = failure.retryAfter ?? backoff(failure, tried);
  return tried.elapsed + delay > DEADLINE ? 'give_up' : delay;
};

const backoff = (failure: FetchFailure, { retries, random }: Tried): Ms =>
  failure.why === 'unauthorized' ? 0 : Math.round(random * Math.min(FIRST * 2 ** retries, LONGEST));
