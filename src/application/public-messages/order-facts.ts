import { assertNever } from '../../domain/shared/decider.ts';
import type { OrderEvent } from '../../domain/order/events.ts';
import { secretFields } from '../../domain/order/values.ts';
import type { EncryptedVoucher, Line } from '../../domain/order/values.ts';
import type { Actor } from '../ports/event-store.ts';
import { publicMoney } from './message.ts';
import type { Facts } from './message.ts';

/** The facts of an order event that other systems may know: no secret, no ciphertext, no keyed hash. */
export const orderFacts = (event: OrderEvent, actor: Actor): Facts => {
  switch (event.type) {
    case 'OrderRequested':
      return { culture: event.culture, lines: event.lines.map(publicLine), total: publicMoney(event.total) };
    case 'OrderSubmissionStarted':
      return { attempt: event.attempt, sendBefore: event.sendBefore };
    case 'OrderSubmissionDeferred': {
      const { attempt, reason, retryAt } = event;
      return { ...(attempt === undefined ? {} : { attempt }), reason, retryAt };
    }
    case 'OrderSubmissionUncertain':
      return { attempt: event.attempt, cause: event.cause };
    case 'OrderRejectedByAmilon':
      return { attempt: event.attempt, code: event.code, upstream: event.upstream };
    case 'OrderCreatedAtAmilon':
      return { attempt: event.attempt, adopted: event.adopted };
    case 'OrderReconciliationRequested':
    case 'OrderCompleted':
    case 'OrderErased':
      return {};
    case 'VouchersDelivered':
    case 'VoucherCorrected':
    case 'VoucherRevoked':
    case 'VoucherRevealed':
      return voucherFacts(event, actor);
    default:
      return endingFacts(event);
  }
};

type VoucherEvent = Extract<
  OrderEvent,
  { type: 'VouchersDelivered' | 'VoucherCorrected' | 'VoucherRevoked' | 'VoucherRevealed' }
>;

const voucherFacts = (event: VoucherEvent, actor: Actor): Facts => {
  switch (event.type) {
    case 'VouchersDelivered':
      return { vouchers: event.vouchers.map(maskedVoucher) };
    case 'VoucherCorrected':
      return { voucher: maskedVoucher(event.voucher) };
    case 'VoucherRevoked':
      return { voucherId: event.voucherId };
    case 'VoucherRevealed':
      return { voucherId: event.voucherId, by: actor.id, reason: event.reason };
    default:
      return assertNever(event);
  }
};

type EndingEvent = Extract<
  OrderEvent,
  {
    type:
      | 'OrderDelayed'
      | 'OrderFailedAtAmilon'
      | 'OrderCancelled'
      | 'OrderPriceMismatchDetected'
      | 'ExternalIdConflictDetected'
      | 'OrderResolved';
  }
>;

const endingFacts = (event: EndingEvent): Facts => {
  switch (event.type) {
    case 'OrderDelayed':
    case 'OrderFailedAtAmilon':
      return { upstreamStatus: event.upstreamStatus, delivered: event.delivered };
    case 'OrderCancelled':
      return { by: event.by, reason: event.reason };
    case 'OrderPriceMismatchDetected':
      return { expected: publicMoney(event.expected), charged: publicMoney(event.charged) };
    case 'ExternalIdConflictDetected':
      return { expected: event.expected, found: event.found };
    case 'OrderResolved':
      return { outcome: event.purchase, reason: event.reason };
    default:
      return assertNever(event);
  }
};

const publicLine = ({ productCode, productName, merchantId, quantity, unitPrice }: Line): Facts => ({
  productCode,
  productName,
  merchantId,
  quantity,
  unitPrice: publicMoney(unitPrice),
});

/** A voucher for everybody's eyes: what it is and where it can be revealed. */
const maskedVoucher = (voucher: EncryptedVoucher): Facts => ({
  id: voucher.id,
  productCode: voucher.productCode,
  ...(voucher.last4 === undefined ? {} : { last4: voucher.last4 }),
  value: publicMoney(voucher.value),
  ...(voucher.expiresAt === undefined ? {} : { expiresAt: voucher.expiresAt }),
  has: Object.fromEntries(secretFields.map((field) => [field, voucher.secrets[field] !== undefined])),
  revealUrl: `/v1/vouchers/${voucher.id}/reveals`,
});
