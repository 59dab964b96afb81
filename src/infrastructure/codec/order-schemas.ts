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
import { amount, count, flag, listOf, named, object, oneOf, optional, parsed, schema, text, time } from './fields.ts';
import type { Schemas } from './fields.ts';

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
  maxUnitPrice: optional(amount),
});

const secret = optional(object<{ mac: string; box: string }>({ mac: text, box: text }));

const voucher = object<EncryptedVoucher>({
  id: voucherId,
  // `unexpected` is a product code too, by its letters.
  productCode,
  secrets: object<EncryptedSecrets>({ code: secret, pin: secret, url: secret, qrCode: secret }),
  last4: optional(text),
  value: amount,
  expiresAt: optional(time),
});

const orderedRows = listOf(object<OrderedRow>({ productCode, quantity: count }));
const nothing = schema<object>({});

export const orderSchemas: Schemas<OrderEvent> = {
  OrderRequested: schema({
    externalOrderId: parsed(ExternalOrderId),
    mode,
    body: object({ keyId: text, mac: text }),
    culture: parsed(Culture),
    lines: listOf(line),
    total: amount,
    catalog: count,
    contract: count,
    reference: optional(parsed(Reference)),
    userId: optional(parsed(UserId)),
    metadata: optional(text),
  }),
  OrderSubmissionStarted: schema({ attempt: count, sendBefore: time }),
  OrderSubmissionDeferred: schema({ attempt: optional(count), reason: deferralReason, retryAt: time }),
  OrderSubmissionUncertain: schema({ attempt: count, cause: uncertaintyCause }),
  OrderRejectedByAmilon: schema({
    attempt: count,
    code: refusalCode,
    upstream: object({ status: count, code: optional(text) }),
  }),
  OrderCreatedAtAmilon: schema({
    attempt: count,
    amilonOrderId: optional(parsed(AmilonOrderId)),
    adopted: flag,
  }),
  VouchersDelivered: schema({ vouchers: listOf(voucher), instructions: named(text) }),
  VoucherCorrected: schema({ voucher }),
  VoucherRevoked: schema({ voucherId }),
  VoucherRevealed: schema({ voucherId, reason: text }),
  OrderDelayed: schema({ progress: upstreamProgress, upstreamStatus: text, delivered: count }),
  OrderFailedAtAmilon: schema({ upstreamStatus: text, delivered: count }),
  OrderCancelled: schema({
    by: oneOf<OrderCancelled['by']>({ client: true, service: true, amilon: true }),
    reason: text,
  }),
  OrderCompleted: nothing,
  OrderPriceMismatchDetected: schema({ expected: amount, charged: amount }),
  ExternalIdConflictDetected: schema({
    expected: orderedRows,
    found: object({ rows: optional(orderedRows), codes: optional(count) }),
  }),
  OrderReconciliationRequested: nothing,
  OrderResolved: schema({ purchase: oneOf({ purchased: true, not_purchased: true }), reason: text }),
  OrderErased: nothing,
};
