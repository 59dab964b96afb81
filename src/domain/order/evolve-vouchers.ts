import { assertNever } from '../shared/decider.ts';
import type { OrderEvent } from './events.ts';
import type { PlacedOrder } from './state.ts';
import type { KnownVoucher } from './values.ts';
import { learn } from './vouchers.ts';

type VoucherEvent = Extract<OrderEvent, { type: 'VouchersDelivered' | 'VoucherCorrected' | 'VoucherRevoked' }>;

/** Vouchers are only added and learnt more of, whatever the order's status. */
export const evolveVouchers = (order: PlacedOrder, event: VoucherEvent): PlacedOrder => {
  const vouchers = vouchersAfter(order.vouchers, event);
  return order.status === 'processing' && vouchers.length > 0
    ? { ...order, vouchers, status: 'partially_delivered' }
    : { ...order, vouchers };
};

const vouchersAfter = (known: readonly KnownVoucher[], event: VoucherEvent): readonly KnownVoucher[] => {
  switch (event.type) {
    case 'VouchersDelivered': {
      const ids = new Set(known.map((voucher) => voucher.id));
      return [...known, ...event.vouchers.filter(({ id }) => !ids.has(id)).map((voucher) => learn(voucher))];
    }
    case 'VoucherCorrected':
      return known.map((voucher) => (voucher.id === event.voucher.id ? learn(event.voucher, voucher) : voucher));
    case 'VoucherRevoked':
      return known.map((voucher) => (voucher.id === event.voucherId ? { ...voucher, revoked: true } : voucher));
    default:
      return assertNever(event);
  }
};
