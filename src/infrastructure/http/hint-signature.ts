import { createHmac, timingSafeEqual } from 'node:crypto';
import { MINUTE, elapsed, fromEpochMs } from '../../domain/shared/instant.ts';
import type { Instant, Ms } from '../../domain/shared/instant.ts';

/** How far the sender's clock may be from ours, and how long a request can be sent again. */
const WINDOW: Ms = 5 * MINUTE;

/** A hint as it came, with the two headers that prove where from. */
interface SignedHint {
  /** Seconds since 1970. */
  readonly timestamp: string | undefined;
  /** `sha256=` and the hex of HMAC-SHA256 over `{timestamp}.{body}`. */
  readonly signature: string | undefined;
  readonly body: Buffer;
}

/** `repeat`: the same request was here before. */
export type Checked = 'new' | 'repeat' | 'not_signed' | 'wrong_signature' | 'out_of_time';

interface HintCheck {
  /** Remembers the hint for as long as it would be valid. */
  check(hint: SignedHint, now: Instant): Checked;
  /** The hint came to nothing: sent again, it is new. */
  forget(hint: SignedHint): void;
}

/** For hints signed with `secret`; what it remembers is this process's own. */
export const createHintCheck = (secret: string): HintCheck => {
  const seen = new Map<string, Instant>();
  const isNew = (signature: string, sentAt: Instant, now: Instant): boolean => {
    for (const [old, at] of seen) if (elapsed(at, now) > WINDOW) seen.delete(old);
    if (seen.has(signature)) return false;
    seen.set(signature, sentAt);
    return true;
  };
  return {
    check: ({ timestamp, signature, body }, now) => {
      if (timestamp === undefined || signature === undefined || !/^\d{1,11}$/.test(timestamp)) return 'not_signed';
      const proof = createHmac('sha256', secret).update(`${timestamp}.`).update(body).digest('hex');
      if (!sameText(signature, `sha256=${proof}`)) return 'wrong_signature';
      const sentAt = fromEpochMs(Number(timestamp) * 1_000);
      if (Math.abs(elapsed(sentAt, now)) > WINDOW) return 'out_of_time';
      return isNew(signature, sentAt, now) ? 'new' : 'repeat';
    },
    forget: ({ signature }) => {
      if (signature !== undefined) seen.delete(signature);
    },
  };
};

/** In a time that does not tell where the two differ. */
const sameText = (given: string, right: string): boolean => {
  const [a, b] = [Buffer.from(given), Buffer.from(right)];
  return a.length === b.length && timingSafeEqual(a, b);
};
