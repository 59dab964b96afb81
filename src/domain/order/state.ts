import type { AmilonOrderId, Culture, ExternalOrderId, Reference, UserId } from '../shared/ids.ts';
import { elapsed, later, plus } from '../shared/instant.ts';
import type { Instant, Ms } from '../shared/instant.ts';
import type { Money } from '../shared/money.ts';
import { HELD_AFTER } from './policy.ts';
import { holdReasons, readOnlyCauses } from './values.ts';
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

interface OrderRequest {
  readonly externalOrderId: ExternalOrderId;
  readonly mode: Mode;
  readonly body: { readonly keyId: string; readonly mac: Mac };
  readonly culture: Culture;
  /** One per product (amilon.md trap 8). */
  readonly lines: readonly Line[];
  readonly total: Money;
  readonly reference?: Reference;
  readonly userId?: UserId;
  readonly metadata?: Ciphertext;
  readonly at: Instant;
}

/** One POST: `open` until its outcome is known, then what is known of it. */
export type Attempt = { readonly n: number; readonly sendBefore: Instant } & AttemptResult;

export type AttemptResult =
  { readonly result: 'open' | 'not_bought' } | { readonly result: 'uncertain'; readonly cause: UncertaintyCause };

interface Deferral {
  readonly reason: DeferralReason;
  readonly retryAt: Instant;
  /** When that was recorded. */
  readonly at: Instant;
}

/** What Amilon said when the order counted as late. */
interface Delay {
  readonly progress: UpstreamProgress;
  readonly upstreamStatus: string;
}

export interface Bought {
  readonly at: Instant;
  readonly amilonOrderId?: AmilonOrderId;
  readonly delayed?: Delay;
  /** What Amilon charged where that differs from what was expected; each amount once. */
  readonly mismatches: readonly Money[];
}

type Failure =
  | { readonly code: RefusalCode; readonly upstream: { readonly status: number; readonly code?: string } }
  | { readonly code: 'failed_at_amilon'; readonly upstreamStatus: string }
  | { readonly code: 'resolved_not_purchased'; readonly reason: string };

/** What every order that exists has, whatever became of it. */
export interface RequestedOrder {
  readonly request: OrderRequest;
  readonly attempts: readonly Attempt[];
  readonly vouchers: readonly KnownVoucher[];
  /** Amilon holds something else under our id: nothing is posted until a read or a person settles that. */
  readonly conflict: boolean;
  /** When an operator last asked for a read. */
  readonly reconciliationAt?: Instant;
  readonly erased: boolean;
}

export type PendingOrder = RequestedOrder & {
  readonly status: 'pending';
  readonly deferred?: Deferral;
};

export type SubmittingOrder = RequestedOrder & {
  readonly status: 'submitting';
  readonly deferred?: Deferral;
  /** When the newest attempt or its outcome was recorded. */
  readonly since: Instant;
  /** Nobody knew for so long whether it was bought. */
  readonly delayed?: Delay;
};

export type DeliveringOrder = RequestedOrder & {
  readonly status: 'processing' | 'partially_delivered';
  readonly bought: Bought;
};

type CompletedOrder = RequestedOrder & {
  readonly status: 'completed';
  readonly bought: Bought;
  readonly completedAt: Instant;
};

type FailedOrder = RequestedOrder & {
  readonly status: 'failed';
  readonly failure: Failure;
  readonly endedAt: Instant;
  readonly bought?: Bought;
};

type CancelledOrder = RequestedOrder & {
  readonly status: 'cancelled';
  readonly by: 'client' | 'service' | 'amilon';
  readonly reason: string;
  readonly endedAt: Instant;
  readonly bought?: Bought;
};

export type PlacedOrder =
  PendingOrder | SubmittingOrder | DeliveringOrder | CompletedOrder | FailedOrder | CancelledOrder;
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

/** Whether it has waited so long by then that a person should look, whatever it waits for. */
export const heldLong = (order: RequestedOrder, at: Instant): boolean => elapsed(order.request.at, at) >= HELD_AFTER;

/** Not submitted for a reason that needs a person, or for too long. */
export const isOnHold = (order: PlacedOrder): boolean =>
  'deferred' in order && (holdReasons.has(order.deferred.reason) || heldLong(order, order.deferred.at));

export const delayOf = (order: DeliveringOrder | SubmittingOrder): Delay | undefined =>
  order.status === 'submitting' ? order.delayed : order.bought.delayed;

/** Until when an earlier attempt may still reach Amilon or become visible there (design 9). */
export const quietUntil = (order: PlacedOrder, quietTime: Ms): Instant =>
  order.attempts
    .filter(ambiguous)
    .map((attempt) => plus(attempt.sendBefore, quietTime))
    .reduce(later, order.request.at);

/** Whether the order may be posted at all, now or after the quiet time. */
export const mayPost = (order: PlacedOrder): order is PendingOrder | SubmittingOrder =>
  (order.status === 'pending' || order.status === 'submitting') && !order.conflict && !order.attempts.some(readOnly);

/** After a refusal or duplicate that left the purchase unknown the order is only read (amilon.md traps 2 and 3). */
const readOnly = (attempt: Attempt): boolean => attempt.result === 'uncertain' && readOnlyCauses.has(attempt.cause);

/** Bought, and Amilon has not said yet how it ends. */
export const isDelivering = (order: PlacedOrder): order is DeliveringOrder =>
  order.status === 'processing' || order.status === 'partially_delivered';

export const orderedQuantity = (order: RequestedOrder): number =>
  order.request.lines.reduce((sum, line) => sum + line.quantity, 0);

/** Vouchers that Amilon has not taken back. */
export const standing = (vouchers: readonly KnownVoucher[]): readonly KnownVoucher[] =>
  vouchers.filter((voucher) => !voucher.revoked);

/** Vouchers of a line's product that count as delivered: a revoked one leaves room for its replacement. */
export const deliveredOf = (vouchers: readonly KnownVoucher[], line: Line): number =>
  standing(vouchers).filter((voucher) => voucher.productCode === line.productCode).length;

export const fullyDelivered = (order: RequestedOrder): boolean =>
  order.request.lines.every((line) => deliveredOf(order.vouchers, line) >= line.quantity);

/** What stays of an order when its status changes. */
export const placedOf = (order: PlacedOrder): RequestedOrder => ({
  request: order.request,
  attempts: order.attempts,
  vouchers: order.vouchers,
  conflict: order.conflict,
  erased: order.erased,
  ...(order.reconciliationAt === undefined ? {} : { reconciliationAt: order.reconciliationAt }),
});

/** The order as known to be at Amilon: what it holds under our id is ours. */
export const delivering = (order: PlacedOrder, bought: Bought): DeliveringOrder => ({
  ...placedOf(order),
  status: order.vouchers.length > 0 ? 'partially_delivered' : 'processing',
  conflict: false,
  bought,
});
