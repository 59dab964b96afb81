import { isLongOver, next } from '../domain/order/next.ts';
import type { OrderId } from '../domain/shared/ids.ts';
import type { Provenance } from './command-handling.ts';
import type { FulfilmentDeps, Looked } from './fulfilment-context.ts';
import { readOrder } from './fulfilment-read.ts';
import { submitOrder } from './fulfilment-submit.ts';
import { Undecodable } from './ports/errors.ts';

/**
 * Does the next step of one order: submits it, or reads it at Amilon (design 11). Whoever calls it twice costs a
 * repeated read, never money: every POST is preceded by its own OrderSubmissionStarted at the version read.
 * @throws Unavailable, Undecodable, BrokenChain: nothing was sent after an uncertain write-ahead.
 */
export const createFulfilment =
  (deps: FulfilmentDeps) =>
  async (orderId: OrderId): Promise<Looked> => {
    const { state: order } = await deps.orders.load(orderId);
    const step = next(order, deps.policy);
    const now = deps.clock.now();
    if (order.status === 'none' || step.do === 'nothing') return 'never';
    if (step.notBefore > now) return step.notBefore;
    if (isLongOver(order, deps.policy, now)) return 'never';
    const cipher = await deps.encryption.open(orderId);
    if (cipher === 'destroyed') return 'never'; // Erased: nothing could be kept.
    if (cipher === 'absent') throw new Undecodable(`order ${orderId} has no data key: the store of keys is older`);
    const context = { ...deps, orderId, cipher, provenance: provenanceOf(orderId) };
    return step.do === 'submit' ? submitOrder(context, order) : readOrder(context, order);
  };

const provenanceOf = (orderId: OrderId): Provenance => ({
  actor: { type: 'service', id: 'fulfilment' },
  correlation: orderId,
  causation: orderId,
});
