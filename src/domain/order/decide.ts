import { accept, assertNever, refuse } from '../shared/decider.ts';
import type { Decision } from '../shared/decider.ts';
import { elapsed, plus } from '../shared/instant.ts';
import { sameBody } from './commands.ts';
import type { OrderCommand, OrderRefusal } from './commands.ts';
import type { OrderEvent } from './events.ts';
import { observe } from './observe.ts';
import { boughtOf } from './state.ts';
import type { Order, PlacedOrder } from './state.ts';
import { recordSubmission } from './submission.ts';

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
    default:
      return decideForPeople(command, order);
  }
};

type PeoplesCommand = Command<'RecordReveal' | 'CancelOrder' | 'RequestReconciliation' | 'ResolveOrder' | 'EraseOrder'>;

const decideForPeople = (command: PeoplesCommand, order: PlacedOrder): OrderDecision => {
  switch (command.type) {
    case 'RecordReveal':
      return reveal(command, order);
    case 'CancelOrder':
      return cancel(command, order);
    case 'RequestReconciliation':
      return order.reconciliationAt === command.at
        ? accept()
        : accept({ type: 'OrderReconciliationRequested', at: command.at });
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

const startSubmission = (command: Command<'StartSubmission'>, order: PlacedOrder): OrderDecision => {
  if (order.status !== 'pending' && order.status !== 'submitting') {
    return refuse({ reason: 'not_submittable', status: order.status });
  }
  if (order.status === 'submitting') {
    if (!order.mayPost || order.conflict) return refuse({ reason: 'not_submittable', status: order.status });
    const until = quietUntil(order, command.quietTime);
    if (command.at < until) return refuse({ reason: 'attempt_in_flight', until });
  }
  return accept({
    type: 'OrderSubmissionStarted',
    at: command.at,
    attempt: order.attempts.length + 1,
    sendBefore: command.sendBefore,
  });
};

/** Until when an earlier attempt may still reach Amilon or become visible there (design 9). */
export const quietUntil = (order: PlacedOrder, quietTime: number) =>
  order.attempts
    .filter((attempt) => attempt.result !== 'not_bought')
    .map((attempt) => plus(attempt.sendBefore, quietTime))
    .reduce((a, b) => (a < b ? b : a), order.request.at);

const deferSubmission = (command: Command<'DeferSubmission'>, order: PlacedOrder): OrderDecision => {
  if (order.status !== 'pending' && order.status !== 'submitting') {
    return refuse({ reason: 'not_submittable', status: order.status });
  }
  // Without an attempt to close, the same reason again is no news (design 9).
  if (order.deferred?.reason === command.reason) return accept();
  return accept({
    type: 'OrderSubmissionDeferred',
    at: command.at,
    reason: command.reason,
    retryAt: command.retryAt,
  });
};

const delay = (command: Command<'RecordDelay'>, order: PlacedOrder): readonly OrderEvent[] => {
  const bought = boughtOf(order);
  if (bought === undefined || order.status === 'completed') return [];
  if (bought.delayed?.upstreamStatus === command.upstreamStatus) return [];
  const { at, progress, upstreamStatus } = command;
  return [{ type: 'OrderDelayed', at, progress, upstreamStatus, delivered: order.vouchers.length }];
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

const resolve = (command: Command<'ResolveOrder'>, order: PlacedOrder): OrderDecision => {
  const { at, purchase, reason } = command;
  if (order.status === 'failed' && order.failure.code === 'resolved_not_purchased') {
    return purchase === 'not_purchased' ? accept() : accept({ type: 'OrderResolved', at, purchase, reason });
  }
  const bought = boughtOf(order) !== undefined;
  if (bought && purchase === 'purchased' && !order.conflict) return accept();
  const open = order.status === 'submitting' || order.conflict || (bought && order.vouchers.length === 0);
  if (!open) return refuse({ reason: 'not_resolvable', status: order.status });
  return accept({ type: 'OrderResolved', at, purchase, reason });
};

const erase = (command: Command<'EraseOrder'>, order: PlacedOrder): OrderDecision => {
  if (order.erased) return accept();
  const final = order.status === 'completed' || order.status === 'failed' || order.status === 'cancelled';
  const settled = final && (boughtOf(order) === undefined || order.status === 'completed' || overdue(order, command));
  return settled
    ? accept({ type: 'OrderErased', at: command.at })
    : refuse({ reason: 'not_final', status: order.status });
};

/** Failed or cancelled after the purchase: vouchers may still come for a while. */
const overdue = (order: PlacedOrder, { at }: Command<'EraseOrder'>): boolean =>
  'endedAt' in order && elapsed(order.endedAt, at) > 30 * 86_400_000;
