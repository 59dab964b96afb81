import { z } from 'zod';
import type { OrderCancelled, OrderEvent, OrderedRow } from '../../domain/order/events.ts';
import type {
  DeferralReason,
  EncryptedSecrets,
  EncryptedVoucher,
  Line,
  Mode,
  Purchase,
  RefusalCode,
  UncertaintyCause,
  UpstreamProgress,
} from '../../domain/order/values.ts';
import {
  AmilonOrderId,
  Culture,
  ExternalOrderId,
  MerchantId,
  ProductCode,
  Reference,
  UserId,
  VoucherId,
} from '../../domain/shared/ids.ts';
import { amount, count, flag, object, oneOf, parsed, type Schemas, text, time } from './fields.ts';

export const mode = oneOf<Mode>({ live: true, sandbox: true });
export const purchase = oneOf<Purchase>({ not_purchased: true, unknown: true, purchased: true });

const deferralReason = oneOf<DeferralReason>({
  too_late: true,
  not_sent: true,
  unauthorized: true,
  rate_limited: true,
  circuit_open: true,
  contract: true,
  not_found: true,
});
const uncertaintyCause = oneOf<UncertaintyCause>({
  timeout: true,
  reset: true,
  server_error: true,
  unreadable: true,
  refused: true,
  duplicate: true,
  lost: true,
});
const refusalCode = oneOf<RefusalCode>({
  product_not_orderable: true,
  quantity_out_of_range: true,
  insufficient_funds: true,
  product_unavailable: true,
  rejected_by_amilon: true,
});
const upstreamProgress = oneOf<UpstreamProgress>({
  in_progress: true,
  completed: true,
  failed: true,
  cancelled: true,
  unknown: true,
  absent: true,
});

const productCode = parsed(ProductCode);
const voucherId = parsed(VoucherId);

const line = object<Line>({
  productCode,
  productName: text,
  merchantId: parsed(MerchantId),
  quantity: count,
  unitPrice: amount,
  maxUnitPrice: amount.exactOptional(),
});

const secret = object<{ mac: string; box: string }>({ mac: text, box: text }).exactOptional();

const voucher = object<EncryptedVoucher>({
  id: voucherId,
  // `unexpected` is a product code too, by its letters.
  productCode,
  secrets: object<EncryptedSecrets>({ code: secret, pin: secret, url: secret, qrCode: secret }),
  last4: text.exactOptional(),
  value: amount,
  expiresAt: time.exactOptional(),
});

const orderedRows = z.array(object<OrderedRow>({ productCode, quantity: count }));
const nothing = object<object>({});

export const orderSchemas: Schemas<OrderEvent> = {
  OrderRequested: object({
    externalOrderId: parsed(ExternalOrderId),
    mode,
    body: object({ keyId: text, mac: text }),
    culture: parsed(Culture),
    lines: z.array(line),
    total: amount,
    catalog: count,
    contract: count,
    reference: parsed(Reference).exactOptional(),
    userId: parsed(UserId).exactOptional(),
    metadata: text.exactOptional(),
  }),
  OrderSubmissionStarted: object({ attempt: count, sendBefore: time }),
  OrderSubmissionDeferred: object({ attempt: count.exactOptional(), reason: deferralReason, retryAt: time }),
  OrderSubmissionUncertain: object({ attempt: count, cause: uncertaintyCause }),
  OrderRejectedByAmilon: object({
    attempt: count,
    code: refusalCode,
    upstream: object({ status: count, code: text.exactOptional() }),
  }),
  OrderCreatedAtAmilon: object({
    attempt: count,
    amilonOrderId: parsed(AmilonOrderId).exactOptional(),
    adopted: flag,
  }),
  VouchersDelivered: object({ vouchers: z.array(voucher), instructions: z.record(text, text) }),
  VoucherCorrected: object({ voucher }),
  VoucherRevoked: object({ voucherId }),
  VoucherRevealed: object({ voucherId, reason: text }),
  OrderDelayed: object({ progress: upstreamProgress, upstreamStatus: text, delivered: count }),
  OrderFailedAtAmilon: object({ upstreamStatus: text, delivered: count }),
  OrderCancelled: object({
    by: oneOf<OrderCancelled['by']>({ client: true, service: true, amilon: true }),
    reason: text,
  }),
  OrderCompleted: nothing,
  OrderPriceMismatchDetected: object({ expected: amount, charged: amount }),
  ExternalIdConflictDetected: object({
    expected: orderedRows,
    found: object({ rows: orderedRows.exactOptional(), codes: count.exactOptional() }),
  }),
  OrderReconciliationRequested: nothing,
  OrderResolved: object({ purchase: oneOf({ purchased: true, not_purchased: true }), reason: text }),
  OrderErased: nothing,
};
