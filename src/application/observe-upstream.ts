import type { ObservedOrder } from '../domain/order/commands.ts';
import type { UpstreamOrder, UpstreamVoucher } from './ports/amilon.ts';
import type { OrderCipher } from './ports/encryption.ts';

/** Amilon's answer as the order's decisions take it: vouchers encrypted at once, instructions once per product. */
export const observeUpstream = (upstream: UpstreamOrder, cipher: OrderCipher): ObservedOrder => {
  const { vouchers, rows, ...rest } = upstream;
  return {
    ...rest,
    ...(rows === undefined ? {} : { rows: rows.map(({ productCode, quantity }) => ({ productCode, quantity })) }),
    vouchers: vouchers.map((voucher) => ({ ...cipher.encryptVoucher(voucher), revoked: voucher.revoked })),
    instructions: instructionsOf(vouchers),
  };
};

const instructionsOf = (vouchers: readonly UpstreamVoucher[]): { readonly [productCode: string]: string } =>
  Object.fromEntries(
    vouchers.flatMap(({ productCode, instructions }) =>
      productCode === undefined || instructions === undefined ? [] : [[productCode, instructions]],
    ),
  );
