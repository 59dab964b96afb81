import { DAY, HOUR, MINUTE, SECOND } from '../shared/instant.ts';
import type { Ms } from '../shared/instant.ts';
import type { UncertaintyCause } from './values.ts';

/** After `sendBefore`: 60 s deadline of the call, 60 s until a purchase is visible, 5 s of clock skew (design 9). */
export const QUIET_TIME: Ms = 125 * SECOND;

/** From then on a failed or cancelled order that was bought counts as final: nothing more is expected of it. */
export const SETTLED_AFTER: Ms = 30 * DAY;

/** How patient fulfilment is. All times in milliseconds. */
export interface FulfilmentPolicy {
  /** From the write-ahead to the last moment at which the POST may still be sent (design 9). */
  readonly sendWindow: Ms;
  /** After `sendBefore`: until the call has ended and a purchase would be visible (design 9). */
  readonly quietTime: Ms;
  /** Retries after an attempt that ended so, before the attention and the slow reconciler (retry matrix, create). */
  readonly uncertainRetries: { readonly [C in UncertaintyCause]: number };
  /** Polls right after the purchase (amilon.md trap 18). */
  readonly firstPolls: readonly Ms[];
  readonly pollEvery: Ms;
  /** When an order without all its vouchers counts as delayed (amilon.md trap 18). */
  readonly delayedAfter: Ms;
  /** The slow pace: a fifth of the time since, within these bounds. */
  readonly slowest: Ms;
  /** Reads after completion, for late pins and revocations (design 11). */
  readonly aftercare: readonly Ms[];
  /** How long a failed or cancelled order that was bought is read on. */
  readonly giveUpReadingAfter: Ms;
}

export const defaultPolicy: FulfilmentPolicy = {
  sendWindow: 10 * SECOND,
  quietTime: QUIET_TIME,
  uncertainRetries: { server_error: 3, timeout: 2, reset: 2, unreadable: 2, lost: 2, refused: 0, duplicate: 0 },
  firstPolls: [1 * SECOND, 3 * SECOND],
  pollEvery: 10 * SECOND,
  delayedAfter: 5 * MINUTE,
  slowest: 1 * HOUR,
  aftercare: [10 * MINUTE, 1 * HOUR, 24 * HOUR],
  giveUpReadingAfter: SETTLED_AFTER,
};
