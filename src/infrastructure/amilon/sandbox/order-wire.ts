import { type Money, add, decimalOf, times } from '../../../domain/shared/money.ts';
import { decimal } from './catalogue-wire.ts';
import type { WireForm } from './calls.ts';
import type { StatusWords } from './magic.ts';
import type { Purchase } from './store.ts';
import type { SandboxRow, SandboxVoucher } from './vouchers.ts';

/** An order as it stands now. */
export interface OrderView {
  readonly purchase: Purchase;
  readonly words: StatusWords;
  readonly rows: readonly SandboxRow[];
  /** Sandbox time, ms. */
  readonly completedAt?: number;
  readonly wire: WireForm;
}

export const orderJson = (view: OrderView): object =>
  view.wire === 'observed' ? observedOrder(view) : reportOrder(view);

const totalOf = (rows: readonly SandboxRow[]): Money => {
  const [first, ...others] = rows.map(({ unitPrice, quantity }) => times(unitPrice, quantity));
  if (first === undefined) throw new RangeError('an order without rows');
  return others.reduce(add, first);
};

// Amilon's own id is no secret and needs no order of its own.
const amilonIdOf = ({ externalOrderId }: Purchase): string => `sandbox-order-${externalOrderId.slice(-36)}`;

const isoSeconds = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`;
const withoutZone = (ms: number): string => new Date(ms).toISOString().slice(0, -1);

const reportOrder = ({ purchase, words, rows, completedAt }: OrderView): object => {
  const total = totalOf(rows);
  return {
    id: amilonIdOf(purchase),
    externalOrderId: purchase.externalOrderId,
    ...words,
    createdAt: isoSeconds(purchase.at),
    ...(completedAt === undefined ? {} : { completedAt: isoSeconds(completedAt) }),
    totalAmount: decimal(total),
    currency: total.currency,
    orderRows: rows.map((row) => ({
      productId: row.productId,
      productName: row.productName,
      quantity: row.quantity,
      unitPrice: decimal(row.unitPrice),
      totalPrice: decimal(times(row.unitPrice, row.quantity)),
      vouchers: row.vouchers.map(reportVoucher),
    })),
  };
};

const reportVoucher = (voucher: SandboxVoucher): object => ({
  code: voucher.code,
  pin: voucher.pin,
  url: voucher.url,
  qrCode: voucher.qrCode,
  expiryDate: isoSeconds(voucher.expiry),
  value: decimal(voucher.value),
  currency: voucher.value.currency,
  status: 'Active',
  instructions: voucher.instructions,
});

/** As it was seen: no status, no rows, all vouchers in one flat list (amilon.md section 2). */
const observedOrder = ({ purchase, words, rows }: OrderView): object => {
  const total = totalOf(rows);
  return {
    Id: amilonIdOf(purchase),
    ExternalOrderId: purchase.externalOrderId,
    OrderDate: withoutZone(purchase.at),
    OrderStatus: words.orderStatus,
    GrossAmount: decimalOf(total),
    NetAmount: decimalOf(total),
    TotalRequestedCodes: rows.reduce((sum, { quantity }) => sum + quantity, 0),
    Vouchers: rows.flatMap((row) =>
      row.vouchers.map((voucher) => ({
        VoucherLink: voucher.url,
        CardCode: voucher.code,
        Pin: voucher.pin,
        ValidityStartDate: withoutZone(voucher.validFrom),
        ValidityEndDate: withoutZone(voucher.expiry),
        Amount: decimal(voucher.value),
        Deleted: false,
        RetailerId: row.retailerId.toUpperCase(),
      })),
    ),
  };
};
