import { orderOfExternalId } from '../domain/shared/ids.ts';
import type { ExternalOrderId } from '../domain/shared/ids.ts';
import type { Clock } from './ports/clock.ts';
import type { DueOrders } from './ports/due-orders.ts';

/**
 * Someone says that Amilon has news of an order: it is looked at now instead of at its next poll. A hint is never a
 * fact: whatever it says, the order is read at Amilon, by the usual pace and limits. Unknown orders are ignored.
 * @throws Unavailable
 */
export const createPollHint =
  ({ dueOrders, clock }: { readonly dueOrders: DueOrders; readonly clock: Clock }) =>
  async (externalOrderId: ExternalOrderId): Promise<void> => {
    const orderId = orderOfExternalId(externalOrderId);
    if (orderId !== undefined) await dueOrders.wake(orderId, clock.now());
  };
