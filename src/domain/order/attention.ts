import type { FulfilmentPolicy } from './policy.ts';
import { submissionExhausted } from './next.ts';
import { boughtOf, deliveredOf, fullyDelivered } from './state.ts';
import type { PlacedOrder } from './state.ts';
import { holdReasons } from './values.ts';

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

const rules: { readonly [A in Attention]: (order: PlacedOrder, policy: FulfilmentPolicy) => boolean } = {
  on_hold: (order) => 'deferred' in order && order.deferred !== undefined && holdReasons.has(order.deferred.reason),
  submission_uncertain: (order, policy) => order.status === 'submitting' && submissionExhausted(order, policy),
  delayed: (order) => undelivered(order) && boughtOf(order)?.delayed !== undefined,
  missing_vouchers: (order) => undelivered(order) && boughtOf(order)?.delayed?.progress === 'completed',
  unexpected_vouchers: (order) =>
    order.vouchers.some((voucher) => voucher.productCode === 'unexpected') ||
    order.request.lines.some((line) => deliveredOf(order.vouchers, line) > line.quantity),
  external_id_conflict: (order) => order.conflict,
  price_mismatch: (order) => boughtOf(order)?.mismatch !== undefined,
  failed_after_purchase: (order) =>
    (order.status === 'failed' || order.status === 'cancelled') && order.bought !== undefined,
};

export const attentionOf = (order: PlacedOrder, policy: FulfilmentPolicy): readonly Attention[] =>
  attentions.filter((attention) => rules[attention](order, policy));

const undelivered = (order: PlacedOrder): boolean =>
  (order.status === 'processing' || order.status === 'partially_delivered') && !fullyDelivered(order);
