import type { SecretField } from '../../domain/order/values.ts';
import type { Instant } from '../../domain/shared/instant.ts';
import type { VoucherDocument } from '../ports/order-documents.ts';
import { publicMoney } from '../public-messages/message.ts';

export const voucherStatuses = ['active', 'expired', 'revoked'] as const;
export type VoucherStatus = (typeof voucherStatuses)[number];

/** A voucher as clients see it without revealing it (surface.md). */
export interface VoucherView {
  readonly id: string;
  readonly orderId: string;
  readonly productCode: string;
  readonly last4?: string;
  readonly value: { readonly amount: string; readonly currency: string };
  readonly expiresAt?: string;
  readonly status: VoucherStatus;
  readonly statusAsOf: string;
  readonly instructions?: string;
  readonly has: { readonly [F in SecretField]: boolean };
  readonly links: { readonly self: string; readonly order: string; readonly reveals: string };
}

/** Expiry follows from the voucher's own date (amilon.md trap 23). */
const voucherStatusOf = (doc: Pick<VoucherDocument, 'revoked' | 'expiresAt'>, now: Instant): VoucherStatus => {
  if (doc.revoked) return 'revoked';
  return doc.expiresAt !== undefined && doc.expiresAt < now ? 'expired' : 'active';
};

/** A voucher without its secrets; whether it has expired is as of `now`. */
export const voucherView = (doc: VoucherDocument, now: Instant): VoucherView => ({
  id: doc.voucherId,
  orderId: doc.orderId,
  productCode: doc.productCode,
  ...(doc.last4 === undefined ? {} : { last4: doc.last4 }),
  value: publicMoney(doc.value),
  ...(doc.expiresAt === undefined ? {} : { expiresAt: doc.expiresAt }),
  status: voucherStatusOf(doc, now),
  statusAsOf: doc.statusAsOf,
  ...(doc.instructions === undefined ? {} : { instructions: doc.instructions }),
  has: doc.has,
  links: {
    self: `/v1/vouchers/${doc.voucherId}`,
    order: `/v1/orders/${doc.orderId}`,
    reveals: `/v1/vouchers/${doc.voucherId}/reveals`,
  },
});
