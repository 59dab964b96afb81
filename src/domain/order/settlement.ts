import { accept, refuse } from '../shared/decider.ts';
import type { Decision } from '../shared/decider.ts';
import { elapsed } from '../shared/instant.ts';
import type { Instant } from '../shared/instant.ts';
import type { OrderCommand, OrderRefusal } from './commands.ts';
import type { OrderEvent } from './events.ts';
import { RECONCILING_FOR, SETTLED_AFTER } from './policy.ts';
import { boughtOf, quietUntil } from './state.ts';
import type { PlacedOrder } from './state.ts';

type Command<Type extends OrderCommand['type']> = Extract<OrderCommand, { type: Type }>;
type OrderDecision = Decision<OrderEvent, OrderRefusal>;
type Settled = Command<'ResolveOrder'>['purchase'];

/** An operator settles what stays unknown: the one step back that exists (design 9). */
export const resolve = (command: Command<'ResolveOrder'>, order: PlacedOrder): OrderDecision => {
  const { at, purchase, reason, quietTime } = command;
  if (order.erased) return refuse({ reason: 'order_erased' });
  if (settledAs(order, purchase)) return accept();
  if (!resolvable(order, purchase)) return refuse({ reason: 'not_resolvable', status: order.status });
  // Nobody reads an order that was settled as not purchased: what is in flight must have landed before.
  const until = quietUntil(order, quietTime);
  if (purchase === 'not_purchased' && order.status === 'submitting' && at < until) {
    return refuse({ reason: 'attempt_in_flight', until });
  }
  return accept({ type: 'OrderResolved', at, purchase, reason });
};

/** Has the order read at Amilon now. While such a read is under way, asking again adds nothing. */
export const requestReconciliation = ({ at }: Command<'RequestReconciliation'>, order: PlacedOrder): OrderDecision => {
  if (order.erased) return refuse({ reason: 'order_erased' });
  // Before its first attempt, and after attempts that certainly did not buy, the next step is a create.
  const sent = order.status !== 'pending' && order.attempts.length > 0;
  if (!sent && !order.conflict) return refuse({ reason: 'nothing_to_reconcile', status: order.status });
  const { reconciliationAt: asked } = order;
  if (asked !== undefined && elapsed(asked, at) < RECONCILING_FOR) return accept();
  return accept({ type: 'OrderReconciliationRequested', at });
};

const settledAs = (order: PlacedOrder, purchase: Settled): boolean => {
  if (order.conflict) return false;
  const bought = boughtOf(order) !== undefined;
  return purchase === 'purchased' ? bought : !bought && ended(order);
};

const resolvable = (order: PlacedOrder, purchase: Settled): boolean => {
  // A voucher proves the purchase (amilon.md trap 14).
  if (purchase === 'not_purchased' && order.vouchers.length > 0) return false;
  if (order.status === 'submitting' || order.conflict || boughtOf(order) !== undefined) return true;
  // An operator may take back what an operator said.
  return order.status === 'failed' && order.failure.code === 'resolved_not_purchased';
};

const ended = (order: PlacedOrder): boolean => order.status === 'failed' || order.status === 'cancelled';

/** Erasing cannot be undone, so it waits until nothing more can come (design 17). */
export const erase = ({ at }: Command<'EraseOrder'>, order: PlacedOrder): OrderDecision => {
  if (order.erased) return accept();
  return final(order, at) ? accept({ type: 'OrderErased', at }) : refuse({ reason: 'not_final', status: order.status });
};

/** Failed or cancelled after the purchase: vouchers may still come for a while (amilon.md trap 15). */
const final = (order: PlacedOrder, at: Instant): boolean => {
  if (order.status === 'completed') return true;
  if (order.status !== 'failed' && order.status !== 'cancelled') return false;
  return order.bought === undefined || elapsed(order.endedAt, at) > SETTLED_AFTER;
};
