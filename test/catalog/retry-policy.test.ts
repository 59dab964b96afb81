import { describe, expect, test } from '@jest/globals';
import { nextTry } from '../../src/application/retry-policy.ts';
import type { FetchFailure } from '../../src/application/retry-policy.ts';
import { MINUTE, SECOND } from '../../src/domain/shared/instant.ts';

const failure = (why: FetchFailure['why'], retryAfter?: number): FetchFailure => ({
  is: 'failed',
  why,
  detail: 'x',
  ...(retryAfter === undefined ? {} : { retryAfter }),
});

describe('the retry matrix of contract and sync', () => {
  test.each<[FetchFailure['why'], number]>([
    ['unauthorized', 1],
    ['server_error', 3],
    ['not_sent', 2],
    ['timeout', 2],
    ['reset', 2],
    ['unreadable', 1],
    ['rate_limited', 8],
    ['refused', 0],
    ['contract', 0],
    ['not_found', 0],
  ])('after %s it is asked again %i times', (why, times) => {
    const tries = Array.from({ length: 12 }, (_, retries) => nextTry(failure(why), { retries, elapsed: 0, random: 0 }));
    expect(tries.filter((delay) => delay !== 'give_up').length).toBe(times);
    expect(tries.slice(times).every((delay) => delay === 'give_up')).toBe(true);
  });

  test('after a 401 the fresh token is used at once', () => {
    expect(nextTry(failure('unauthorized'), { retries: 0, elapsed: 0, random: 0.9 })).toBe(0);
  });

  test('the pause doubles, with full jitter, up to half a minute', () => {
    const pauses = (random: number) =>
      [0, 1, 2, 7].map((retries) => nextTry(failure('rate_limited'), { retries, elapsed: 0, random }));
    expect(pauses(1)).toEqual([1000, 2000, 4000, 30_000]);
    expect(pauses(0.5)).toEqual([500, 1000, 2000, 15_000]);
    expect(pauses(0)).toEqual([0, 0, 0, 0]);
  });

  test('Retry-After wins over the backoff', () => {
    expect(nextTry(failure('server_error', 7 * SECOND), { retries: 0, elapsed: 0, random: 0 })).toBe(7 * SECOND);
  });

  test('the total deadline wins over both', () => {
    const late = { retries: 0, elapsed: 4 * MINUTE, random: 0 };
    expect(nextTry(failure('server_error', MINUTE), late)).toBe(MINUTE);
    expect(nextTry(failure('server_error', MINUTE + 1), late)).toBe('give_up');
  });
});
