import { assertNever } from '../domain/shared/decider.ts';
import type { OrderEvent } from '../domain/order/events.ts';
import { secretFields } from '../domain/order/values.ts';
import type { EncryptedVoucher } from '../domain/order/values.ts';
import { instructionsFor } from '../domain/order/voucher-facts.ts';
import type { VoucherId } from '../domain/shared/ids.ts';
import type { Instant } from '../domain/shared/instant.ts';
import type { Decoded } from '../application/ports/codec.ts';
import { NEVER } from '../application/ports/order-documents.ts';
import type { VoucherDocument } from '../application/ports/order-documents.ts';
import { orderIdOf } from './orders.ts';
import type { Projection } from './projection.ts';

type VoucherEvent = Extract<OrderEvent, { type: 'VouchersDelivered' | 'VoucherCorrected' | 'VoucherRevoked' }>;

const voucherEvent = ({ event }: Decoded): VoucherEvent | undefined =>
  event.type === 'VouchersDelivered' || event.type === 'VoucherCorrected' || event.type === 'VoucherRevoked'
    ? event
    : undefined;

/** One document per voucher, masked; a correction or a revocation changes it. */
export const vouchersProjection: Projection<VoucherDocument> = {
  category: 'order',
  definition: {
    name: 'vouchers',
    schema: 2,
    fields: {
      tenant: (doc) => doc.tenant,
      deliveredAt: (doc) => doc.deliveredAt,
      userId: (doc) => doc.userId,
      productCode: (doc) => doc.productCode,
      revoked: (doc) => doc.revoked,
      expiresAt: (doc) => doc.expiresAt ?? NEVER,
    },
    within: 'tenant',
    sort: { field: 'deliveredAt', direction: 'desc' },
    // What has expired is a stretch of this order: no event says so (amilon.md trap 23).
    orders: { expiresAt: ['userId', 'productCode', 'revoked'] },
  },
  apart: true,
  keys: (event) => {
    const happened = voucherEvent(event);
    return happened === undefined ? [] : idsOf(happened);
  },
  evolve: (doc, event, key) => {
    const happened = voucherEvent(event);
    return happened === undefined ? undefined : evolveVoucher(doc, happened, { event, key });
  },
};

const idsOf = (event: VoucherEvent): readonly VoucherId[] => {
  switch (event.type) {
    case 'VouchersDelivered':
      return event.vouchers.map(({ id }) => id);
    case 'VoucherCorrected':
      return [event.voucher.id];
    case 'VoucherRevoked':
      return [event.voucherId];
    default:
      return assertNever(event);
  }
};

const evolveVoucher = (
  doc: VoucherDocument | undefined,
  happened: VoucherEvent,
  { event, key }: { readonly event: Decoded; readonly key: string },
): VoucherDocument | undefined => {
  switch (happened.type) {
    case 'VouchersDelivered': {
      const voucher = happened.vouchers.find(({ id }) => id === key);
      return voucher === undefined ? undefined : delivered(voucher, happened, event);
    }
    case 'VoucherCorrected':
      return doc === undefined ? undefined : corrected(doc, happened.voucher, happened.at);
    case 'VoucherRevoked':
      return doc === undefined ? undefined : { ...doc, revoked: true, statusAsOf: happened.at };
    default:
      return assertNever(happened);
  }
};

const delivered = (
  { secrets, id, ...facts }: EncryptedVoucher,
  { at, instructions }: Extract<VoucherEvent, { type: 'VouchersDelivered' }>,
  event: Decoded,
): VoucherDocument | undefined => {
  const { tenant, order } = event.recorded.envelope;
  if (tenant === undefined) return undefined;
  const how = instructionsFor(facts.productCode, instructions);
  return {
    ...facts,
    voucherId: id,
    orderId: orderIdOf(event),
    tenant,
    ...(order?.userId === undefined ? {} : { userId: order.userId }),
    ...(how === undefined ? {} : { instructions: how }),
    has: hasOf(secrets),
    revoked: false,
    statusAsOf: at,
    deliveredAt: at,
  };
};

const corrected = (doc: VoucherDocument, voucher: EncryptedVoucher, at: Instant): VoucherDocument => {
  const { secrets, id: _id, ...facts } = voucher;
  const now = hasOf(secrets);
  const has = Object.fromEntries(secretFields.map((field) => [field, doc.has[field] || now[field]]));
  return { ...doc, ...facts, has: has as VoucherDocument['has'], statusAsOf: at };
};

const hasOf = (secrets: EncryptedVoucher['secrets']): VoucherDocument['has'] => ({
  code: secrets.code !== undefined,
  pin: secrets.pin !== undefined,
  url: secrets.url !== undefined,
  qrCode: secrets.qrCode !== undefined,
});
