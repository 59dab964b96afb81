import type { AmilonOrderId, ProductCode, VoucherId } from '../shared/ids.ts';
import type { Instant, Ms } from '../shared/instant.ts';
import type { Money } from '../shared/money.ts';
import type { OrderRequested } from './events.ts';
import type {
  DeferralReason,
  EncryptedVoucher,
  Mac,
  RefusalCode,
  UncertaintyCause,
  UpstreamProgress,
} from './values.ts';

/** A voucher as an answer of Amilon showed it, already encrypted; `id` counts only if it is new. */
export interface ObservedVoucher extends EncryptedVoucher {
  readonly revoked: boolean;
}

/** An answer of Amilon about one order, translated and encrypted before the decision. */
export interface ObservedOrder {
  readonly amilonOrderId?: AmilonOrderId;
  readonly progress: UpstreamProgress;
  /** The words of the answer, for people. */
  readonly upstreamStatus: string;
  readonly rows?: readonly { readonly productCode: ProductCode; readonly quantity: number }[];
  /** How many codes were ordered, where the wire has no rows. */
  readonly codes?: number;
  readonly total?: Money;
  readonly vouchers: readonly ObservedVoucher[];
  readonly instructions: { readonly [productCode: string]: string };
}

/** What one POST came to, as Amilon's adapter and the retry matrix see it. */
export type SubmissionOutcome =
  | { readonly is: 'created'; readonly order: ObservedOrder }
  | { readonly is: 'duplicate' }
  | {
      readonly is: 'refused';
      readonly code: RefusalCode;
      readonly upstream: { readonly status: number; readonly code?: string };
    }
  | { readonly is: 'not_bought'; readonly reason: DeferralReason; readonly retryAt: Instant }
  | { readonly is: 'unknown'; readonly cause: UncertaintyCause };

/** Every command says when it is decided: `at`, never before the stream's last event. */
export type OrderCommand = { readonly at: Instant } & (
  | ({ readonly type: 'RequestOrder' } & Omit<OrderRequested, 'type'>)
  | {
      readonly type: 'StartSubmission';
      readonly sendBefore: Instant;
      readonly quietTime: Ms;
      /** The attempts that the caller knew when it decided: what it read proves nothing of a newer one. */
      readonly after: number;
    }
  | { readonly type: 'DeferSubmission'; readonly reason: DeferralReason; readonly retryAt: Instant }
  | { readonly type: 'RecordSubmission'; readonly attempt: number; readonly outcome: SubmissionOutcome }
  | { readonly type: 'RecordRead'; readonly order: ObservedOrder }
  | { readonly type: 'RecordDelay'; readonly progress: UpstreamProgress; readonly upstreamStatus: string }
  | { readonly type: 'RecordReveal'; readonly voucherId: VoucherId; readonly reason: string }
  | { readonly type: 'CancelOrder'; readonly by: 'client' | 'service'; readonly reason: string }
  | { readonly type: 'RequestReconciliation' }
  | {
      readonly type: 'ResolveOrder';
      readonly purchase: 'purchased' | 'not_purchased';
      readonly reason: string;
      readonly quietTime: Ms;
    }
  | { readonly type: 'EraseOrder' }
);

export type OrderRefusal =
  | { readonly reason: 'order_not_found' }
  /** The key was used with another body (422). */
  | { readonly reason: 'idempotency_key_reused' }
  | { readonly reason: 'not_submittable'; readonly status: string }
  /** Another attempt may still be in flight. */
  | { readonly reason: 'attempt_in_flight'; readonly until: Instant }
  | { readonly reason: 'not_cancellable'; readonly status: string }
  | { readonly reason: 'not_resolvable'; readonly status: string }
  /** Nothing was sent to Amilon that could be read there. */
  | { readonly reason: 'nothing_to_reconcile'; readonly status: string }
  | { readonly reason: 'voucher_not_found'; readonly voucherId: VoucherId }
  | { readonly reason: 'order_erased' }
  | { readonly reason: 'not_final'; readonly status: string };

/** A body as its keyed hash; two are the same body when both parts are. */
export const sameBody = (a: { keyId: string; mac: Mac }, b: { keyId: string; mac: Mac }): boolean =>
  a.keyId === b.keyId && a.mac === b.mac;
