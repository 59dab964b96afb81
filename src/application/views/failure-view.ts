import type { PlacedOrder } from '../../domain/order/state.ts';
import type { RefusalCode } from '../../domain/order/values.ts';

export const failureCodes = [
  'product_not_orderable',
  'quantity_out_of_range',
  'insufficient_funds',
  'product_unavailable',
  'rejected_by_amilon',
  'failed_at_amilon',
  'resolved_not_purchased',
  'cancelled_by_service',
  'cancelled_by_amilon',
] as const;

/** Why an order ended without what was ordered. */
export interface FailureView {
  readonly code: (typeof failureCodes)[number];
  readonly detail: string;
  /** Whether a new order, with a new idempotency key, may succeed later; this one stays failed. */
  readonly retryable: boolean;
}

const refusals: { readonly [C in RefusalCode]: Omit<FailureView, 'code'> } = {
  product_not_orderable: { detail: 'Amilon does not sell the product under this contract.', retryable: false },
  quantity_out_of_range: { detail: 'Amilon refused the quantity.', retryable: false },
  insufficient_funds: { detail: 'The credit at Amilon does not cover the order.', retryable: true },
  product_unavailable: { detail: 'Amilon has no vouchers of the product at the moment.', retryable: true },
  rejected_by_amilon: { detail: 'Amilon refused the order.', retryable: false },
};

/** What a client's cancellation ended did not fail. */
export const failureView = (order: PlacedOrder): FailureView | undefined => {
  if (order.status === 'cancelled') {
    return order.by === 'client'
      ? undefined
      : { code: `cancelled_by_${order.by}`, detail: order.reason, retryable: false };
  }
  if (order.status !== 'failed') return undefined;
  const { failure } = order;
  switch (failure.code) {
    case 'failed_at_amilon':
      return { code: failure.code, detail: `Amilon ended the order: ${failure.upstreamStatus}`, retryable: false };
    case 'resolved_not_purchased':
      return { code: failure.code, detail: failure.reason, retryable: true };
    default:
      return { code: failure.code, ...refusals[failure.code] };
  }
};
