import { accept, assertNever, refuse } from '../shared/decider.ts';
import type { Decision } from '../shared/decider.ts';
import { sameBody } from './commands.ts';
import type { OrderCommand, OrderRefusal } from './commands.ts';
import type { OrderEvent } from './events.ts';
import { observe } from './observe.ts';
import { erase, requestReconciliation, resolve } from './settlement.ts';
import { delayOf, isDelivering, standing } from './state.ts';
import type { Order, PlacedOrder } from './state.ts';
import { deferSubmission, recordSubmission, startSubmission } from './submission.ts';

type Command<Type extends OrderCommand['type']> = Extract<OrderCommand, { type: Type }>;
type OrderDecision = Decision<OrderEvent, OrderRefusal>;

/** What a command makes of an order. Asked again, it records nothing more (except a reveal: each is an access). */
export const decide = (command: OrderCommand, order: Order): OrderDecision => {
  if (command.type === 'RequestOrder') return request(command, order);
  if (order.status === 'none') return refuse({ reason: 'order_not_found' });
  switch (command.type) {
    case 'StartSubmission':
      return startSubmission(command, order);
    case 'DeferSubmission':
      return deferSubmission(command, order);
    case 'RecordSubmission':
      return accept(...recordSubmission(command, order));
    case 'RecordRead':
      return accept(...observe(order, command.order, command.at));
    case 'RecordDelay':
      return accept(...delay(command, order));
    case 'RecordReveal':
      return reveal(command, order);
    case 'CancelOrder':
      return cancel(command, order);
    case 'RequestReconciliation':
      return requestReconciliation(command, order);
    case 'ResolveOrder':
      return resolve(command, order);
    case 'EraseOrder':
      return erase(command, order);
    default:
      return assertNever(command);
  }
};

const request = (command: Command<'RequestOrder'>, order: Order): OrderDecision => {
  if (order.status === 'none') return accept({ ...command, type: 'OrderRequested' });
  return sameBody(order.request.body, command.body) ? accept() : refuse({ reason: 'idempotency_key_reused' });
};

const delay = (command: Command<'RecordDelay'>, order: PlacedOrder): readonly OrderEvent[] => {
  if (!isDelivering(order) && order.status !== 'submitting') return [];
  const { at, progress, upstreamStatus } = command;
  const delayed = delayOf(order);
  if (delayed?.progress === progress && delayed.upstreamStatus === upstreamStatus) return [];
  return [{ type: 'OrderDelayed', at, progress, upstreamStatus, delivered: standing(order.vouchers).length }];
};

const reveal = (command: Command<'RecordReveal'>, order: PlacedOrder): OrderDecision => {
  if (order.erased) return refuse({ reason: 'order_erased' });
  const { voucherId, reason, at } = command;
  if (!order.vouchers.some((voucher) => voucher.id === voucherId)) {
    return refuse({ reason: 'voucher_not_found', voucherId });
  }
  return accept({ type: 'VoucherRevealed', at, voucherId, reason });
};

const cancel = (command: Command<'CancelOrder'>, order: PlacedOrder): OrderDecision => {
  const { at, by, reason } = command;
  if (order.status === 'cancelled' && order.by === by) return accept();
  // A pending order has no attempt that could have bought: amilon.md trap 12.
  if (order.status !== 'pending') return refuse({ reason: 'not_cancellable', status: order.status });
  return accept({ type: 'OrderCancelled', at, by, reason });
};
