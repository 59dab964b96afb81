import type {
  AmilonOrderId,
  Culture,
  ExternalOrderId,
  ProductCode,
  Reference,
  UserId,
  VoucherId,
} from '../shared/ids.ts';
import type { Instant } from '../shared/instant.ts';
import type { Money } from '../shared/money.ts';
import type {
  Ciphertext,
  DeferralReason,
  EncryptedVoucher,
  Line,
  Mac,
  Mode,
  RefusalCode,
  UncertaintyCause,
  UpstreamProgress,
} from './values.ts';

/** The order as it was accepted, and what it was decided on. */
export interface OrderRequested {
  readonly type: 'OrderRequested';
  readonly externalOrderId: ExternalOrderId;
  readonly mode: Mode;
  /** Keyed hash of the canonical body as received: tells a replay from a reused key (design 6). */
  readonly body: { readonly keyId: string; readonly mac: Mac };
  readonly culture: Culture;
  /** One per product (amilon.md trap 8). */
  readonly lines: readonly Line[];
  readonly total: Money;
  /** Stream versions of the catalogue and of the contract that the order was decided on. */
  readonly catalog: number;
  readonly contract: number;
  readonly reference?: Reference;
  readonly userId?: UserId;
  readonly metadata?: Ciphertext;
}

/** Written ahead of every POST: from here on money may have been spent (design 9). */
export interface OrderSubmissionStarted {
  readonly type: 'OrderSubmissionStarted';
  readonly attempt: number;
  readonly sendBefore: Instant;
}

/** Certainly not bought; tried again at `retryAt`. */
interface OrderSubmissionDeferred {
  readonly type: 'OrderSubmissionDeferred';
  readonly attempt?: number;
  readonly reason: DeferralReason;
  readonly retryAt: Instant;
}

/** Nobody knows whether this attempt bought. */
interface OrderSubmissionUncertain {
  readonly type: 'OrderSubmissionUncertain';
  readonly attempt: number;
  readonly cause: UncertaintyCause;
}

interface OrderRejectedByAmilon {
  readonly type: 'OrderRejectedByAmilon';
  readonly attempt: number;
  readonly code: RefusalCode;
  readonly upstream: { readonly status: number; readonly code?: string };
}

interface OrderCreatedAtAmilon {
  readonly type: 'OrderCreatedAtAmilon';
  readonly attempt: number;
  /** Absent where the answer carried none. */
  readonly amilonOrderId?: AmilonOrderId;
  /** Found by a read instead of told by our own create. */
  readonly adopted: boolean;
}

interface VouchersDelivered {
  readonly type: 'VouchersDelivered';
  readonly vouchers: readonly EncryptedVoucher[];
  /** How to redeem, once per product. */
  readonly instructions: { readonly [productCode: string]: string };
}

/** The same voucher with a pin, code or url that came or changed later; what it leaves out stays as it was. */
interface VoucherCorrected {
  readonly type: 'VoucherCorrected';
  readonly voucher: EncryptedVoucher;
}

interface VoucherRevoked {
  readonly type: 'VoucherRevoked';
  readonly voucherId: VoucherId;
}

interface VoucherRevealed {
  readonly type: 'VoucherRevealed';
  readonly voucherId: VoucherId;
  readonly reason: string;
}

/** Not delivered within the usual time, or nobody knows for so long whether it was bought; polled on, more slowly. */
interface OrderDelayed {
  readonly type: 'OrderDelayed';
  readonly progress: UpstreamProgress;
  readonly upstreamStatus: string;
  readonly delivered: number;
}

interface OrderFailedAtAmilon {
  readonly type: 'OrderFailedAtAmilon';
  readonly upstreamStatus: string;
  readonly delivered: number;
}

export interface OrderCancelled {
  readonly type: 'OrderCancelled';
  readonly by: 'client' | 'service' | 'amilon';
  readonly reason: string;
}

interface OrderCompleted {
  readonly type: 'OrderCompleted';
}

interface OrderPriceMismatchDetected {
  readonly type: 'OrderPriceMismatchDetected';
  readonly expected: Money;
  readonly charged: Money;
}

export interface OrderedRow {
  readonly productCode: ProductCode;
  readonly quantity: number;
}

/** Amilon holds another order under our external id. */
interface ExternalIdConflictDetected {
  readonly type: 'ExternalIdConflictDetected';
  readonly expected: readonly OrderedRow[];
  /** Rows where the wire has them, else only how many codes were ordered. */
  readonly found: { readonly rows?: readonly OrderedRow[]; readonly codes?: number };
}

interface OrderReconciliationRequested {
  readonly type: 'OrderReconciliationRequested';
}

/** An operator settles what stayed unknown. */
interface OrderResolved {
  readonly type: 'OrderResolved';
  readonly purchase: 'purchased' | 'not_purchased';
  readonly reason: string;
}

/** The data key is destroyed: vouchers and metadata can never be read again. */
interface OrderErased {
  readonly type: 'OrderErased';
}

/** Every event says when it happened (`at`); the store keeps that in the envelope as `occurredAt`. */
export type OrderEvent = { readonly at: Instant } & (
  | OrderRequested
  | OrderSubmissionStarted
  | OrderSubmissionDeferred
  | OrderSubmissionUncertain
  | OrderRejectedByAmilon
  | OrderCreatedAtAmilon
  | VouchersDelivered
  | VoucherCorrected
  | VoucherRevoked
  | VoucherRevealed
  | OrderDelayed
  | OrderFailedAtAmilon
  | OrderCancelled
  | OrderCompleted
  | OrderPriceMismatchDetected
  | ExternalIdConflictDetected
  | OrderReconciliationRequested
  | OrderResolved
  | OrderErased
);
