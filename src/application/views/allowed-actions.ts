import type { OrderCommand } from '../../domain/order/commands.ts';
import { orderDecider } from '../../domain/order/decider.ts';
import { next } from '../../domain/order/next.ts';
import { defaultPolicy } from '../../domain/order/policy.ts';
import type { OrderDocument } from '../ports/order-documents.ts';

export const orderActions = ['cancel', 'reconcile', 'resolve'] as const;
export type OrderAction = (typeof orderActions)[number];

/** What people may ask of the order in this state: asked of the decisions themselves, so the two never differ. */
export const allowedActions = ({ order, updatedAt: at }: OrderDocument): readonly OrderAction[] => {
  const records = (command: OrderCommand): boolean => {
    const decision = orderDecider.decide(command, order);
    return decision.accepted && decision.events.length > 0;
  };
  const allowed: { readonly [A in OrderAction]: boolean } = {
    cancel: records({ type: 'CancelOrder', at, by: 'client', reason: 'asked' }),
    reconcile: next(order, defaultPolicy).do === 'read',
    resolve: (['purchased', 'not_purchased'] as const).some((purchase) =>
      records({ type: 'ResolveOrder', at, purchase, reason: 'asked' }),
    ),
  };
  return orderActions.filter((action) => allowed[action]);
};
