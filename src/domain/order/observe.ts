import type { Instant } from '../shared/instant.ts';
import { sameMoney } from '../shared/money.ts';
import type { ObservedOrder } from './commands.ts';
import type { OrderEvent, OrderedRow } from './events.ts';
import { evolvePlaced } from './evolve.ts';
import type { LaterEvent } from './evolve.ts';
import { boughtOf, fullyDelivered, isDelivering, orderedQuantity, standing } from './state.ts';
import type { PlacedOrder } from './state.ts';
import { voucherFacts } from './voucher-facts.ts';

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
  const events: LaterEvent[] = [];
  let now = order;
  const record = (facts: readonly LaterEvent[]): void => {
    events.push(...facts);
    now = facts.reduce(evolvePlaced, now);
  };

  record(purchase(now, seen, at, attempt));
  if (boughtOf(now) === undefined) return events;
  record(priceMismatch(now, seen, at));
  // What an erased order gets later cannot be read by anyone.
  if (now.erased) return events;
  record(voucherFacts(now, seen, at));
  record(outcome(now, seen, at));
  return events;
};

/**
 * Our own create that was answered has bought, whatever the answer shows. What a read finds may be another's:
 * it is ours only where it is what we ordered (amilon.md trap 2).
 */
const purchase = (
  order: PlacedOrder,
  seen: ObservedOrder,
  at: Instant,
  attempt: number | undefined,
): readonly LaterEvent[] => {
  if (boughtOf(order) !== undefined || seen.progress === 'absent') return [];
  const ours = showsOurs(order, seen);
  if (ours) return [creation(order, seen, at, attempt)];
  if (attempt !== undefined) return [creation(order, seen, at, attempt), conflict(order, seen, at)];
  return order.conflict ? [] : [conflict(order, seen, at)];
};

const creation = (order: PlacedOrder, seen: ObservedOrder, at: Instant, attempt?: number): LaterEvent => ({
  type: 'OrderCreatedAtAmilon',
  at,
  attempt: attempt ?? order.attempts.length,
  adopted: attempt === undefined,
  ...(seen.amilonOrderId === undefined ? {} : { amilonOrderId: seen.amilonOrderId }),
});

/** Whether rows and counts, as far as the wire has them, are the ordered ones (amilon.md trap 17: no rows, any case). */
const showsOurs = (order: PlacedOrder, { rows = [], codes }: ObservedOrder): boolean => {
  const sameRows = rows.length === 0 || rowsKey(rows) === rowsKey(order.request.lines);
  return sameRows && (codes === undefined || codes === orderedQuantity(order));
};

const rowsKey = (rows: readonly OrderedRow[]): string => {
  const sums = new Map<string, number>();
  for (const { productCode, quantity } of rows) {
    const key = productCode.toLowerCase();
    sums.set(key, (sums.get(key) ?? 0) + quantity);
  }
  return JSON.stringify([...sums].sort(([a], [b]) => (a < b ? -1 : 1)));
};

const conflict = (order: PlacedOrder, { rows, codes }: ObservedOrder, at: Instant): LaterEvent => ({
  type: 'ExternalIdConflictDetected',
  at,
  expected: order.request.lines.map(({ productCode, quantity }) => ({ productCode, quantity })),
  found: { ...(rows === undefined ? {} : { rows }), ...(codes === undefined ? {} : { codes }) },
});

const priceMismatch = (order: PlacedOrder, { total: charged }: ObservedOrder, at: Instant): readonly LaterEvent[] => {
  const expected = order.request.total;
  if (charged === undefined || sameMoney(charged, expected)) return [];
  const noted = boughtOf(order)?.mismatches.some((mismatch) => sameMoney(mismatch, charged)) === true;
  return noted ? [] : [{ type: 'OrderPriceMismatchDetected', at, expected, charged }];
};

const outcome = (order: PlacedOrder, seen: ObservedOrder, at: Instant): readonly LaterEvent[] => {
  if (order.status === 'completed') return [];
  if (fullyDelivered(order)) return [{ type: 'OrderCompleted', at }];
  if (!isDelivering(order)) return [];
  const { progress, upstreamStatus } = seen;
  if (progress === 'failed') {
    return [{ type: 'OrderFailedAtAmilon', at, upstreamStatus, delivered: standing(order.vouchers).length }];
  }
  return progress === 'cancelled' ? [{ type: 'OrderCancelled', at, by: 'amilon', reason: upstreamStatus }] : [];
};
