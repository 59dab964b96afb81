import type { OrderCommand } from '../../domain/order/commands.ts';
import { orderDecider } from '../../domain/order/decider.ts';
import type { OrderDocument } from '../ports/order-documents.ts';

export const orderActions = ['cancel', 'reconcile', 'resolve'] as const;
export type OrderAction = (typeof orderActions)[number];

/** What people may ask of the order in this state: asked of the decisions themselves, so the two never differ. */
export const allowedActions = ({ order, updatedAt: at }: OrderDocument): readonly OrderAction[] => {
  const decide = (command: OrderCommand) => orderDecider.decide(command, order);
  const records = (command: OrderCommand): boolean => {
    const decision = decide(command);
    return decision.accepted && decision.events.length > 0;
  };
  const allowed: { readonly [A in OrderAction]: boolean } = {
    cancel: records({ type: 'CancelOrder', at, by: 'client', reason: 'asked' }),
    // Accepted is enough: a read that is under way now may be asked for again later.
    reconcile: decide({ type: 'RequestReconciliation', at }).accepted,
    // No quiet time: an attempt in flight only delays the one answer, and never bars the other.
    resolve: (['purchased', 'not_purchased'] as const).some((purchase) =>
      records({ type: 'ResolveOrder', at, purchase, reason: 'asked', quietTime: 0 }),
    ),
  };
  return orderActions.filter((action) => allowed[action]);
};
