import type { VoucherId } from '../shared/ids.ts';
import type { Instant } from '../shared/instant.ts';
import { sameMoney } from '../shared/money.ts';
import type { ObservedOrder } from './commands.ts';
import type { OrderEvent, OrderedRow } from './events.ts';
import { evolve } from './evolve.ts';
import { boughtOf, fullyDelivered, orderedQuantity } from './state.ts';
import type { PlacedOrder } from './state.ts';
import type { EncryptedVoucher, KnownVoucher } from './values.ts';
import { brings, learn, recognise } from './vouchers.ts';

/**
 * The facts in an answer of Amilon that the order does not know yet: one path for create and poll.
 * Evidence of vouchers weighs more than any status (amilon.md trap 14), and a stale answer changes nothing (16).
 * @param attempt the attempt whose create this answers; absent for a read, which adopts.
 */
export const observe = (
  order: PlacedOrder,
  seen: ObservedOrder,
  at: Instant,
  attempt?: number,
): readonly OrderEvent[] => {
  const events: OrderEvent[] = [];
  let now = order;
  const record = (event: OrderEvent): void => {
    events.push(event);
    now = evolve(now, event) as PlacedOrder;
  };

  if (boughtOf(now) === undefined && !foundSame(now, seen)) {
    return now.conflict ? [] : [conflict(now, seen, at)];
  }
  if (boughtOf(now) === undefined) record(creation(now, seen, at, attempt));
  for (const event of priceMismatch(now, seen, at)) record(event);
  for (const event of voucherFacts(now, seen, at)) record(event);
  for (const event of outcome(now, seen, at)) record(event);
  return events;
};

/** Whether what Amilon holds under our external id is what we ordered (amilon.md trap 2). */
const foundSame = (order: PlacedOrder, seen: ObservedOrder): boolean => {
  if (seen.rows !== undefined) return rowsKey(seen.rows) === rowsKey(order.request.lines);
  return seen.codes === undefined || seen.codes === orderedQuantity(order);
};

const rowsKey = (rows: readonly OrderedRow[]): string => {
  const sums = new Map<string, number>();
  for (const row of rows) sums.set(row.productCode, (sums.get(row.productCode) ?? 0) + row.quantity);
  return JSON.stringify([...sums].sort(([a], [b]) => (a < b ? -1 : 1)));
};

const conflict = (order: PlacedOrder, seen: ObservedOrder, at: Instant): OrderEvent => ({
  type: 'ExternalIdConflictDetected',
  at,
  expected: order.request.lines.map(({ productCode, quantity }) => ({ productCode, quantity })),
  found: {
    ...(seen.rows === undefined ? {} : { rows: seen.rows }),
    ...(seen.codes === undefined ? {} : { codes: seen.codes }),
  },
});

const creation = (order: PlacedOrder, seen: ObservedOrder, at: Instant, attempt?: number): OrderEvent => ({
  type: 'OrderCreatedAtAmilon',
  at,
  attempt: attempt ?? order.attempts.length,
  adopted: attempt === undefined,
  ...(seen.amilonOrderId === undefined ? {} : { amilonOrderId: seen.amilonOrderId }),
});

const priceMismatch = (order: PlacedOrder, seen: ObservedOrder, at: Instant): readonly OrderEvent[] => {
  const charged = seen.total;
  if (charged === undefined || sameMoney(charged, order.request.total)) return [];
  const noted = boughtOf(order)?.mismatch;
  if (noted !== undefined && sameMoney(noted, charged)) return [];
  return [{ type: 'OrderPriceMismatchDetected', at, expected: order.request.total, charged }];
};

/** Vouchers per VouchersDelivered: keeps an event below 256 KiB with the largest secrets that are accepted. */
export const DELIVERY_CHUNK = 50;

const voucherFacts = (order: PlacedOrder, seen: ObservedOrder, at: Instant): readonly OrderEvent[] => {
  const corrected: OrderEvent[] = [];
  const revoked: OrderEvent[] = [];
  const fresh: EncryptedVoucher[] = [];
  const all = new Map<VoucherId, KnownVoucher>(order.vouchers.map((voucher) => [voucher.id, voucher]));
  for (const { revoked: gone, ...voucher } of seen.vouchers) {
    const known = recognise([...all.values()], voucher);
    const id = known?.id ?? voucher.id;
    if (known === undefined) fresh.push(placed(order, voucher));
    else if (brings(voucher, known)) {
      corrected.push({ type: 'VoucherCorrected', at, voucher: { ...voucher, id, productCode: known.productCode } });
    }
    if (gone && known?.revoked !== true) revoked.push({ type: 'VoucherRevoked', at, voucherId: id });
    all.set(id, { ...learn(voucher, known), revoked: gone || known?.revoked === true });
  }
  const delivered = chunks(fresh).map((vouchers): OrderEvent => {
    return { type: 'VouchersDelivered', at, vouchers, instructions: instructionsOf(vouchers, seen.instructions) };
  });
  return [...corrected, ...delivered, ...revoked];
};

const placed = (order: PlacedOrder, voucher: EncryptedVoucher): EncryptedVoucher =>
  order.request.lines.some((line) => line.productCode === voucher.productCode)
    ? voucher
    : { ...voucher, productCode: 'unexpected' };

const chunks = (vouchers: readonly EncryptedVoucher[]): readonly (readonly EncryptedVoucher[])[] =>
  Array.from({ length: Math.ceil(vouchers.length / DELIVERY_CHUNK) }, (_, index) =>
    vouchers.slice(index * DELIVERY_CHUNK, (index + 1) * DELIVERY_CHUNK),
  );

const instructionsOf = (
  vouchers: readonly EncryptedVoucher[],
  all: ObservedOrder['instructions'],
): ObservedOrder['instructions'] => {
  const products = new Set<string>(vouchers.map((voucher) => voucher.productCode));
  return Object.fromEntries(Object.entries(all).filter(([product]) => products.has(product)));
};

const outcome = (order: PlacedOrder, seen: ObservedOrder, at: Instant): readonly OrderEvent[] => {
  if (order.status === 'completed') return [];
  if (fullyDelivered(order)) return [{ type: 'OrderCompleted', at }];
  const { upstreamStatus } = seen;
  const delivered = order.vouchers.length;
  if (seen.progress === 'failed' && order.status !== 'failed') {
    return [{ type: 'OrderFailedAtAmilon', at, upstreamStatus, delivered }];
  }
  if (seen.progress === 'cancelled' && order.status !== 'cancelled' && order.status !== 'failed') {
    return [{ type: 'OrderCancelled', at, by: 'amilon', reason: upstreamStatus }];
  }
  return [];
};
