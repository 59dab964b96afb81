import { createHmac } from 'node:crypto';
import { Currency, type Money, money } from '../../../domain/shared/money.ts';
import type { Catalogue } from './catalogue.ts';
import type { Behaviour } from './magic.ts';
import type { Purchase } from './store.ts';

export interface SandboxVoucher {
  readonly code: string | null;
  readonly pin: string | null;
  readonly url: string;
  readonly qrCode: string;
  /** Sandbox time, ms. */
  readonly validFrom: number;
  readonly expiry: number;
  readonly value: Money;
  readonly instructions: string;
}

export interface SandboxRow {
  readonly productId: string;
  readonly productName: string;
  readonly retailerId: string;
  readonly quantity: number;
  readonly unitPrice: Money;
  readonly vouchers: readonly SandboxVoucher[];
}

const BASE32 = '23456789ABCDEFGHJKLMNPQRSTUVWXYZ';
const YEAR = 365 * 86_400_000;

export interface VoucherTerms {
  readonly seed: string;
  readonly catalogue: Catalogue;
  readonly behaviour: Behaviour;
  /** How many of the order's vouchers are there already. */
  readonly handedOut: number;
  /** Since the purchase, ms. */
  readonly age: number;
}

/** The rows of a purchase with the vouchers handed out so far: always the same for the same seed and external id. */
export const rowsOf = (purchase: Purchase, terms: VoucherTerms): readonly SandboxRow[] => {
  let left = terms.handedOut;
  return purchase.rows.map(({ productId, quantity }) => {
    const product = terms.catalogue.products.get(productId);
    const vouchers = Math.min(Math.max(left, 0), quantity);
    left -= quantity;
    const price = product?.price ?? money(1_000, Currency('EUR'));
    return {
      productId,
      productName: product?.name ?? productId,
      retailerId: product?.merchant.id ?? '',
      quantity,
      unitPrice: { ...price, minor: price.minor + (terms.behaviour.priceDrift ?? 0) },
      vouchers: Array.from({ length: vouchers }, (_, index) =>
        voucher(`${purchase.externalOrderId}/${productId}/${String(index)}`, price, purchase, terms),
      ),
    };
  });
};

const voucher = (
  name: string,
  value: Money,
  { at }: Purchase,
  { seed, behaviour, age }: VoucherTerms,
): SandboxVoucher => {
  const bytes = createHmac('sha256', `voucher ${seed}`).update(name).digest();
  const letters = [...bytes.subarray(0, 16)].map((byte) => BASE32[byte % 32]).join('');
  const code = `SANDBOX-${letters.slice(0, 4)}-${letters.slice(4, 8)}-${letters.slice(8, 12)}`;
  const pin = String(bytes.readUInt16BE(16) % 10_000).padStart(4, '0');
  return {
    code: behaviour.withoutCode === true ? null : code,
    pin: age < (behaviour.pinAfter ?? 0) ? null : pin,
    url: `https://redeem.sandbox.example/card?ie=UTF8&code=${code}`,
    qrCode: `https://qr.sandbox.example/${bytes.subarray(18).toString('hex')}.png`,
    validFrom: at,
    expiry: at + YEAR,
    value,
    instructions: 'Not a real voucher: this is the sandbox. Redeemable nowhere.',
  };
};
