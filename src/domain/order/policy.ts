import { DAY, HOUR, MINUTE, SECOND } from '../shared/instant.ts';
import type { Ms } from '../shared/instant.ts';

/** How patient fulfilment is. All times in milliseconds. */
export interface FulfilmentPolicy {
  /** From the write-ahead to the last moment at which the POST may still be sent (design 9). */
  readonly sendWindow: Ms;
  /** After `sendBefore`: until the call has ended and a purchase would be visible (design 9). */
  readonly quietTime: Ms;
  /** Uncertain attempts before the attention `submission_uncertain` and the slow reconciler (retry matrix). */
  readonly uncertainAttempts: number;
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
  // 60 s deadline of the call, 60 s until visible, 5 s of clock skew.
  quietTime: 125 * SECOND,
  uncertainAttempts: 4,
  firstPolls: [1 * SECOND, 3 * SECOND],
  pollEvery: 10 * SECOND,
  delayedAfter: 5 * MINUTE,
  slowest: 1 * HOUR,
  aftercare: [10 * MINUTE, 1 * HOUR, 24 * HOUR],
  giveUpReadingAfter: 30 * DAY,
};
