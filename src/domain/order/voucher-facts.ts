import type { VoucherId } from '../shared/ids.ts';
import type { Instant } from '../shared/instant.ts';
import type { ObservedOrder, ObservedVoucher } from './commands.ts';
import type { LaterEvent } from './evolve.ts';
import type { PlacedOrder } from './state.ts';
import type { EncryptedVoucher, KnownVoucher, Line } from './values.ts';
import { brings, learn, lineFor, merge, recognise, sameProduct } from './vouchers.ts';

/** Vouchers per VouchersDelivered: keeps an event below 256 KiB with the largest secrets that are accepted. */
export const DELIVERY_CHUNK = 50;

/** What an answer tells of vouchers that the order does not know yet: new ones, corrections, revocations. */
export const voucherFacts = (order: PlacedOrder, seen: ObservedOrder, at: Instant): readonly LaterEvent[] => {
  const sightings = sightingsOf(order, seen.vouchers);
  const fresh = sightings.flatMap(({ known, voucher }) => (known === undefined ? [voucher] : []));
  const corrected = sightings.flatMap(({ known, voucher }) =>
    known !== undefined && brings(voucher, known) ? [voucher] : [],
  );
  const revoked = sightings.filter((sighting) => sighting.revoked && sighting.known?.revoked !== true);
  return [
    ...corrected.map((voucher): LaterEvent => ({ type: 'VoucherCorrected', at, voucher })),
    ...chunks(fresh).map((vouchers): LaterEvent => {
      return { type: 'VouchersDelivered', at, vouchers, instructions: instructionsOf(vouchers, seen.instructions) };
    }),
    ...revoked.map(({ voucher }): LaterEvent => ({ type: 'VoucherRevoked', at, voucherId: voucher.id })),
  ];
};

/** One voucher as one answer shows it, however often; `known`: as the order knew it before. */
interface Sighting {
  readonly known: KnownVoucher | undefined;
  /** Under the id and product that it has in this order. */
  readonly voucher: EncryptedVoucher;
  readonly revoked: boolean;
}

const sightingsOf = (order: PlacedOrder, shown: readonly ObservedVoucher[]): readonly Sighting[] => {
  const before = new Map(order.vouchers.map((voucher) => [voucher.id, voucher]));
  const held = new Map<VoucherId, KnownVoucher>(before);
  const sightings = new Map<VoucherId, Sighting>();
  // A code proves more than a link: what it teaches of a link comes before the link is looked for.
  const codesFirst = [...shown.filter(hasCode), ...shown.filter((each) => !hasCode(each))];
  for (const { revoked, ...voucher } of codesFirst) {
    const recognised = recognise([...held.values()], voucher);
    const id = recognised?.id ?? voucher.id;
    const earlier = sightings.get(id);
    const sighting = {
      known: before.get(id),
      voucher: own(earlier === undefined ? voucher : merge(earlier.voucher, voucher), recognised, order, held),
      revoked: revoked || earlier?.revoked === true,
    };
    sightings.set(id, sighting);
    held.set(id, afterwards(sighting));
  }
  return [...sightings.values()];
};

const hasCode = (voucher: EncryptedVoucher): boolean => voucher.secrets.code !== undefined;

/** As this order has it: under its first id, and with its product once that is known. */
const own = (
  voucher: EncryptedVoucher,
  recognised: KnownVoucher | undefined,
  order: PlacedOrder,
  held: ReadonlyMap<VoucherId, KnownVoucher>,
): EncryptedVoucher => {
  const { id, productCode } = recognised ?? { id: voucher.id, productCode: 'unexpected' };
  const product =
    productCode === 'unexpected' ? lineFor(voucher, order.request.lines, [...held.values()]) : productCode;
  return { ...voucher, id, productCode: product };
};

const afterwards = ({ known, voucher, revoked }: Sighting): KnownVoucher => ({
  ...learn(voucher, known),
  revoked: revoked || known?.revoked === true,
});

const chunks = (vouchers: readonly EncryptedVoucher[]): readonly (readonly EncryptedVoucher[])[] =>
  Array.from({ length: Math.ceil(vouchers.length / DELIVERY_CHUNK) }, (_, index) =>
    vouchers.slice(index * DELIVERY_CHUNK, (index + 1) * DELIVERY_CHUNK),
  );

/** How a product is redeemed. Amilon makes up the codes: they may be names that every object knows. */
export const instructionsFor = (
  product: EncryptedVoucher['productCode'],
  all: ObservedOrder['instructions'],
): string | undefined => (Object.hasOwn(all, product) ? all[product] : undefined);

const instructionsOf = (
  vouchers: readonly EncryptedVoucher[],
  all: ObservedOrder['instructions'],
): ObservedOrder['instructions'] => {
  const products = [...new Set<Line['productCode'] | 'unexpected'>(vouchers.map(({ productCode }) => productCode))];
  return Object.fromEntries(
    products.flatMap((product) =>
      Object.entries(all)
        .filter(([written]) => sameProduct(written, product))
        .map(([, text]) => [product, text]),
    ),
  );
};
