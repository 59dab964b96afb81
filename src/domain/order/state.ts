import type { AmilonOrderId, Culture, ExternalOrderId, Reference, UserId } from '../shared/ids.ts';
import type { Instant } from '../shared/instant.ts';
import type { Money } from '../shared/money.ts';
import type {
  Ciphertext,
  DeferralReason,
  KnownVoucher,
  Line,
  Mac,
  Mode,
  Purchase,
  RefusalCode,
  UncertaintyCause,
  UpstreamProgress,
} from './values.ts';

export interface OrderRequest {
  readonly externalOrderId: ExternalOrderId;
  readonly mode: Mode;
  readonly body: { readonly keyId: string; readonly mac: Mac };
  readonly culture: Culture;
  readonly lines: readonly Line[];
  readonly total: Money;
  readonly reference?: Reference;
  readonly userId?: UserId;
  readonly metadata?: Ciphertext;
  readonly at: Instant;
}

/** One POST: `open` until its outcome is known, then what is known of it. */
export interface Attempt {
  readonly n: number;
  readonly sendBefore: Instant;
  readonly result: 'open' | 'uncertain' | 'not_bought';
  readonly cause?: UncertaintyCause;
}

export interface Deferral {
  readonly reason: DeferralReason;
  readonly retryAt: Instant;
}

export interface Bought {
  readonly at: Instant;
  readonly amilonOrderId?: AmilonOrderId;
  readonly delayed?: { readonly progress: UpstreamProgress; readonly upstreamStatus: string };
  /** What Amilon charged where it differs from what was expected. */
  readonly mismatch?: Money;
}

export type Failure =
  | { readonly code: RefusalCode; readonly upstream: { readonly status: number; readonly code?: string } }
  | { readonly code: 'failed_at_amilon'; readonly upstreamStatus: string }
  | { readonly code: 'resolved_not_purchased'; readonly reason: string };

/** What every order that exists has, whatever became of it. */
export interface Placed {
  readonly request: OrderRequest;
  readonly attempts: readonly Attempt[];
  readonly vouchers: readonly KnownVoucher[];
  readonly conflict: boolean;
  /** When an operator last asked for a read. */
  readonly reconciliationAt?: Instant;
  readonly erased: boolean;
}

export type PendingOrder = Placed & {
  readonly status: 'pending';
  readonly deferred?: Deferral;
};

export type SubmittingOrder = Placed & {
  readonly status: 'submitting';
  readonly deferred?: Deferral;
  /** False once a refusal or duplicate met an ambiguous attempt: only reads from then on. */
  readonly mayPost: boolean;
  /** When the newest attempt or its outcome was recorded. */
  readonly since: Instant;
};

export type BoughtOrder = Placed & {
  readonly status: 'processing' | 'partially_delivered' | 'completed';
  readonly bought: Bought;
  readonly completedAt?: Instant;
};

export type FailedOrder = Placed & {
  readonly status: 'failed';
  readonly failure: Failure;
  readonly endedAt: Instant;
  readonly bought?: Bought;
};

export type CancelledOrder = Placed & {
  readonly status: 'cancelled';
  readonly by: 'client' | 'service' | 'amilon';
  readonly reason: string;
  readonly endedAt: Instant;
  readonly bought?: Bought;
};

export type PlacedOrder = PendingOrder | SubmittingOrder | BoughtOrder | FailedOrder | CancelledOrder;
export type Order = { readonly status: 'none' } | PlacedOrder;
export type OrderStatus = PlacedOrder['status'];

export const noOrder: Order = { status: 'none' };

export const boughtOf = (order: PlacedOrder): Bought | undefined => ('bought' in order ? order.bought : undefined);

export const purchaseOf = (order: PlacedOrder): Purchase => {
  if (boughtOf(order) !== undefined) return 'purchased';
  return order.status === 'submitting' ? 'unknown' : 'not_purchased';
};

/** An attempt that may have bought: in flight, or with an outcome that nobody knows. */
export const ambiguous = (attempt: Attempt): boolean => attempt.result !== 'not_bought';

export const orderedQuantity = (order: Placed): number =>
  order.request.lines.reduce((sum, line) => sum + line.quantity, 0);

/** Vouchers of a line's product that count as delivered: a revoked one leaves room for its replacement. */
export const deliveredOf = (vouchers: readonly KnownVoucher[], line: Line): number =>
  vouchers.filter((voucher) => voucher.productCode === line.productCode && !voucher.revoked).length;

export const fullyDelivered = (order: Placed): boolean =>
  order.request.lines.every((line) => deliveredOf(order.vouchers, line) >= line.quantity);
