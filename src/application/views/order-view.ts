import { attentionOf } from '../../domain/order/attention.ts';
import type { Attention } from '../../domain/order/attention.ts';
import { boughtOf, deliveredOf, purchaseOf } from '../../domain/order/state.ts';
import type { OrderStatus, PlacedOrder } from '../../domain/order/state.ts';
import type { Line, Mode, Purchase } from '../../domain/order/values.ts';
import type { OrderDocument } from '../ports/order-documents.ts';
import { publicMoney } from '../public-messages/message.ts';
import { allowedActions } from './allowed-actions.ts';
import type { OrderAction } from './allowed-actions.ts';
import { failureView } from './failure-view.ts';
import type { FailureView } from './failure-view.ts';

interface MoneyView {
  readonly amount: string;
  readonly currency: string;
}

export const lineStatuses = ['pending', 'partially_delivered', 'delivered', 'not_delivered'] as const;

interface LineView {
  readonly productCode: string;
  readonly productName: string;
  readonly quantity: number;
  readonly unitPrice: MoneyView;
  readonly delivered: number;
  readonly status: (typeof lineStatuses)[number];
}

interface AttentionView {
  readonly code: Attention;
  /** Why an order is on hold; `not_visible`: why it is delayed, Amilon shows no such order. */
  readonly reason?: string;
}

/** An order as clients see it (surface.md). */
export interface OrderView {
  readonly id: string;
  readonly externalOrderId: string;
  readonly reference?: string;
  readonly mode: Mode;
  readonly status: OrderStatus;
  readonly attention: readonly AttentionView[];
  readonly purchase: Purchase;
  readonly version: number;
  readonly lines: readonly LineView[];
  readonly totals: { readonly gross: MoneyView };
  readonly userId?: string;
  /** Only where one order is read by itself. */
  readonly metadata?: unknown;
  readonly createdAt: string;
  readonly submittedAt?: string;
  readonly completedAt?: string;
  readonly failure?: FailureView;
  readonly allowedActions: readonly OrderAction[];
  readonly links: { readonly self: string; readonly events: string; readonly vouchers: string };
}

/** Nothing more is expected of it, so nobody need wait. */
export const isFinal = ({ status }: PlacedOrder): boolean =>
  status === 'completed' || status === 'failed' || status === 'cancelled';

/** An order as clients see it (surface.md), without its metadata and vouchers. */
export const orderView = (doc: OrderDocument): OrderView => {
  const { order, orderId } = doc;
  const { externalOrderId, reference, userId, mode, lines, total } = order.request;
  const failure = failureView(order);
  return {
    id: orderId,
    externalOrderId,
    ...(reference === undefined ? {} : { reference }),
    mode,
    status: order.status,
    attention: attentionOf(order).map((code) => attentionView(order, code)),
    purchase: purchaseOf(order),
    version: doc.version,
    lines: lines.map((line) => lineView(order, line)),
    totals: { gross: publicMoney(total) },
    ...(userId === undefined ? {} : { userId }),
    createdAt: doc.createdAt,
    ...(doc.submittedAt === undefined ? {} : { submittedAt: doc.submittedAt }),
    ...(doc.completedAt === undefined ? {} : { completedAt: doc.completedAt }),
    ...(failure === undefined ? {} : { failure }),
    allowedActions: allowedActions(doc),
    links: {
      self: `/v1/orders/${orderId}`,
      events: `/v1/orders/${orderId}/events`,
      vouchers: `/v1/vouchers?orderId=${orderId}`,
    },
  };
};

const attentionView = (order: PlacedOrder, code: Attention): AttentionView => {
  if (code === 'on_hold' && 'deferred' in order) return { code, reason: order.deferred.reason };
  const hidden = code === 'delayed' && boughtOf(order)?.delayed?.progress === 'absent';
  return hidden ? { code, reason: 'not_visible' } : { code };
};

const lineView = (order: PlacedOrder, line: Line): LineView => {
  const delivered = deliveredOf(order.vouchers, line);
  return {
    productCode: line.productCode,
    productName: line.productName,
    quantity: line.quantity,
    unitPrice: publicMoney(line.unitPrice),
    delivered,
    status: lineStatus(order, line, delivered),
  };
};

const lineStatus = (order: PlacedOrder, line: Line, delivered: number): LineView['status'] => {
  if (delivered >= line.quantity) return 'delivered';
  if (delivered > 0) return 'partially_delivered';
  return isFinal(order) ? 'not_delivered' : 'pending';
};
