import { DAY, HOUR, MINUTE, SECOND } from '../shared/instant.ts';
import type { Ms } from '../shared/instant.ts';

/** After `sendBefore`: 60 s deadline of the call, 60 s until a purchase is visible, 5 s of clock skew (design 9). */
export const QUIET_TIME: Ms = 125 * SECOND;

/** From then on a failed or cancelled order that was bought counts as final: nothing more is expected of it. */
export const SETTLED_AFTER: Ms = 30 * DAY;

/** An order that was not submitted by then is shown as on hold, whatever the reason (amilon.md retry matrix). */
export const HELD_AFTER: Ms = 5 * MINUTE;

/** A read that a person asked for is done by then, or quickly tried again: asking once more adds nothing. */
export const RECONCILING_FOR: Ms = MINUTE;

/** How patient fulfilment is. All times in milliseconds. */
export interface FulfilmentPolicy {
  /** From the write-ahead to the last moment at which the POST may still be sent (design 9). */
  readonly sendWindow: Ms;
  /** After `sendBefore`: until the call has ended and a purchase would be visible (design 9). */
  readonly quietTime: Ms;
  /** Polls right after the purchase (amilon.md trap 18). */
  readonly firstPolls: readonly Ms[];
  readonly pollEvery: Ms;
  /** When an order without all its vouchers counts as delayed (amilon.md trap 18). */
  readonly delayedAfter: Ms;
  /** How long Amilon may not show an order that it sold (amilon.md trap 19). */
  readonly visibleWithin: Ms;
  /** The slow pace: a fifth of the time since, within these bounds. */
  readonly slowest: Ms;
  /** Reads after completion, for late pins and revocations (design 11). */
  readonly aftercare: readonly Ms[];
  /** How long a failed or cancelled order that was bought is read on, and a last read that does not get through tried. */
  readonly giveUpReadingAfter: Ms;
}

export const defaultPolicy: FulfilmentPolicy = {
  sendWindow: 10 * SECOND,
  quietTime: QUIET_TIME,
  firstPolls: [1 * SECOND, 3 * SECOND],
  pollEvery: 10 * SECOND,
  delayedAfter: 5 * MINUTE,
  visibleWithin: 1 * MINUTE,
  slowest: 1 * HOUR,
  aftercare: [10 * MINUTE, 1 * HOUR, 24 * HOUR],
  giveUpReadingAfter: SETTLED_AFTER,
};
