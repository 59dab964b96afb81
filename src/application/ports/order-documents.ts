import type { PlacedOrder } from '../../domain/order/state.ts';
import type { SecretField } from '../../domain/order/values.ts';
import type { OrderId, ProductCode, TenantId, UserId, VoucherId } from '../../domain/shared/ids.ts';
import type { Instant } from '../../domain/shared/instant.ts';
import type { Money } from '../../domain/shared/money.ts';
import type { Decoded } from './codec.ts';

/** An order as lists show it: its state, whose it is, and when it reached its milestones. No secret is in it. */
export interface OrderDocument {
  readonly orderId: OrderId;
  readonly tenant: TenantId;
  /** The order stream's version that this shows. */
  readonly version: number;
  readonly order: PlacedOrder;
  readonly createdAt: Instant;
  readonly updatedAt: Instant;
  readonly submittedAt?: Instant;
  readonly completedAt?: Instant;
}

/** Fields by which orders are searched, in lower case; what the first finds is shown first. */
export const orderSearches = {
  referenceInLowerCase: ({ order }: OrderDocument) => order.request.reference?.toLowerCase(),
  externalOrderIdInLowerCase: ({ order }: OrderDocument) => order.request.externalOrderId.toLowerCase(),
  userIdInLowerCase: ({ order }: OrderDocument) => order.request.userId?.toLowerCase(),
} as const;

/** A voucher as lists show it: masked; neither its secrets nor their ciphertexts are in it. */
export interface VoucherDocument {
  readonly voucherId: VoucherId;
  readonly orderId: OrderId;
  readonly tenant: TenantId;
  readonly userId?: UserId;
  readonly productCode: ProductCode | 'unexpected';
  readonly last4?: string;
  readonly value: Money;
  readonly expiresAt?: Instant;
  readonly revoked: boolean;
  /** When Amilon last told something new of it. */
  readonly statusAsOf: Instant;
  readonly instructions?: string;
  readonly has: { readonly [F in SecretField]: boolean };
  readonly deliveredAt: Instant;
}

/** Where a voucher without an end stands among those that end: behind them all. */
export const NEVER = 'never';

/** How documents follow from events: the same for a read model and for the fold of one stream (design 8). */
export interface Evolution<Doc> {
  /** The documents that an event changes. */
  keys(event: Decoded): readonly string[];
  /** The document after the event; `undefined` leaves it as it is. */
  evolve(doc: Doc | undefined, event: Decoded, key: string): Doc | undefined;
}
