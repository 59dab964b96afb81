import { submissionExhausted } from './next.ts';
import { boughtOf, deliveredOf, fullyDelivered, isDelivering, isOnHold, standing } from './state.ts';
import type { PlacedOrder } from './state.ts';

/** What a person should look at; orthogonal to the status, folded from named facts. */
export const attentions = [
  'on_hold',
  'submission_uncertain',
  'delayed',
  'missing_vouchers',
  'unexpected_vouchers',
  'external_id_conflict',
  'price_mismatch',
  'failed_after_purchase',
] as const;
export type Attention = (typeof attentions)[number];

const rules: { readonly [A in Attention]: (order: PlacedOrder) => boolean } = {
  on_hold: isOnHold,
  submission_uncertain: (order) =>
    order.status === 'submitting' && (submissionExhausted(order) || order.delayed !== undefined),
  delayed: (order) => isDelivering(order) && order.bought.delayed !== undefined,
  // Also a completed order whose voucher was taken back without a replacement.
  missing_vouchers: (order) =>
    isDelivering(order)
      ? order.bought.delayed?.progress === 'completed'
      : order.status === 'completed' && !fullyDelivered(order),
  unexpected_vouchers: (order) =>
    standing(order.vouchers).some((voucher) => voucher.productCode === 'unexpected') ||
    order.request.lines.some((line) => deliveredOf(order.vouchers, line) > line.quantity),
  external_id_conflict: (order) => order.conflict,
  price_mismatch: (order) => (boughtOf(order)?.mismatches ?? []).length > 0,
  failed_after_purchase: (order) =>
    (order.status === 'failed' || order.status === 'cancelled') && order.bought !== undefined,
};

export const attentionOf = (order: PlacedOrder): readonly Attention[] =>
  attentions.filter((attention) => rules[attention](order));
