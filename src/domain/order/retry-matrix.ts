import { MINUTE, SECOND } from '../shared/instant.ts';
import type { Ms } from '../shared/instant.ts';
import type { DeferralReason, UncertaintyCause } from './values.ts';

/** What a call came to, and what follows from it: amilon.md, retry matrix. A column is absent where it cannot be. */
interface Row {
  /** How often contract and syncs are asked again. An order's read is retried by its next poll. */
  readonly fetch?: number;
  /** A create that certainly did not buy: the pause before each next attempt; the last one stays. */
  readonly deferred?: readonly [Ms, ...Ms[]];
  /** A create that may have bought: how often it is posted again before a person should look and the pace is slow. */
  readonly uncertain?: number;
  /** What the developers hear: an error line is an alert. */
  readonly log: 'info' | 'warn' | 'error';
}

const doubling = [2, 4, 8, 16, 32, 60].map((seconds) => seconds * SECOND) as [Ms, ...Ms[]];
/** Healed by a person, or by what they do upstream. */
const held: readonly [Ms, ...Ms[]] = [5 * MINUTE, 15 * MINUTE];

/** Why a question that buys nothing got no answer. */
export type FetchFailure =
  | 'unauthorized'
  | 'refused'
  | 'rate_limited'
  | 'server_error'
  | 'not_sent'
  | 'timeout'
  | 'reset'
  | 'unreadable'
  | 'contract'
  | 'not_found';

/** The one table of what is tried again, how often and when. `Retry-After` wins over every pause in it. */
export const retryMatrix = {
  // The token was stale: at once again with a fresh one. The second time it is the credentials.
  unauthorized: { fetch: 1, deferred: [0, 5 * MINUTE], log: 'warn' },
  // Any 4xx without a row of its own. `uncertain`: while another attempt may have bought; then it is only read.
  refused: { fetch: 0, uncertain: 0, log: 'info' },
  duplicate: { uncertain: 0, log: 'warn' },
  // 408, 425 and 429 of a fetch: as long as its deadline allows, within reason.
  rate_limited: { fetch: 8, deferred: doubling, log: 'warn' },
  server_error: { fetch: 3, uncertain: 3, log: 'error' },
  not_sent: { fetch: 2, deferred: doubling, log: 'error' },
  circuit_open: { deferred: doubling, log: 'warn' },
  too_late: { deferred: [0, ...doubling], log: 'warn' },
  timeout: { fetch: 2, uncertain: 2, log: 'error' },
  reset: { fetch: 2, uncertain: 2, log: 'error' },
  lost: { uncertain: 2, log: 'error' },
  unreadable: { fetch: 1, uncertain: 2, log: 'error' },
  contract: { fetch: 0, deferred: held, log: 'error' },
  not_found: { fetch: 0, deferred: held, log: 'error' },
} as const satisfies { readonly [R in FetchFailure]: Row & Required<Pick<Row, 'fetch'>> } & {
  readonly [R in DeferralReason]: Row & Required<Pick<Row, 'deferred'>>;
} & { readonly [C in UncertaintyCause]: Row & Required<Pick<Row, 'uncertain'>> };
