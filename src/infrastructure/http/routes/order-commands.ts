import { z } from 'zod';
import type { OrderCommand } from '../../../domain/order/commands.ts';
import type { Instant } from '../../../domain/shared/instant.ts';
import type { Actor } from '../../../application/ports/event-store.ts';
import { orderView } from '../../../application/views/order-view.ts';
import { provenanceOf } from '../authenticate.ts';
import { etagOf, requireVersion } from '../etag.ts';
import { ifMatchHeader } from '../headers.ts';
import { orderIdIn } from '../order-requests.ts';
import { Problem, refusalProblem } from '../problems.ts';
import { route } from '../route.ts';
import type { Answer, Asked } from '../route.ts';
import { orderAnswer } from '../schemas/answers.ts';
import { reason } from '../schemas/values.ts';
import type { HttpServices } from '../services.ts';
import { withSafeTexts } from '../upstream-texts.ts';
import { parseBody } from '../validation.ts';

const cancellation = z.strictObject({ reason: reason.exactOptional() });
const resolution = z.strictObject({ purchased: z.boolean(), reason });

const onOrder = {
  method: 'POST',
  headers: { 'If-Match': ifMatchHeader },
  query: z.strictObject({}),
  answerHeaders: ['ETag'],
} as const;

export const cancelOrder = route(
  {
    ...onOrder,
    path: '/v1/orders/{id}/cancellation',
    summary: 'Cancel an order that was not submitted yet',
    scope: 'orders:write',
    body: cancellation,
    responses: { 202: orderAnswer },
    problems: ['order_not_found', 'not_cancellable'],
  },
  (services) => (asked) => {
    const body = parseBody(cancellation, asked.body === undefined ? {} : asked.body);
    const why = body.reason ?? 'asked for by the client';
    return command(services, asked, { status: 202, actor: 'client' }, (at) => {
      return { type: 'CancelOrder', at, by: 'client', reason: why };
    });
  },
);

export const reconcileOrder = route(
  {
    ...onOrder,
    path: '/v1/orders/{id}/reconciliation',
    summary: 'Have the order read at Amilon now',
    scope: 'ops',
    responses: { 202: orderAnswer },
    problems: ['order_not_found', 'nothing_to_reconcile', 'order_erased'],
  },
  (services) => (asked) =>
    command(services, asked, { status: 202, actor: 'operator' }, (at) => ({ type: 'RequestReconciliation', at })),
);

export const resolveOrder = route(
  {
    ...onOrder,
    path: '/v1/orders/{id}/resolution',
    summary: 'Settle whether an order was purchased that stays unknown',
    scope: 'ops',
    body: resolution,
    responses: { 200: orderAnswer },
    problems: ['order_not_found', 'not_resolvable', 'attempt_in_flight', 'order_erased'],
  },
  (services) => (asked) => {
    const body = parseBody(resolution, asked.body);
    const purchase = body.purchased ? 'purchased' : 'not_purchased';
    return command(services, asked, { status: 200, actor: 'operator' }, (at) => {
      return { type: 'ResolveOrder', at, purchase, reason: body.reason, quietTime: services.quietTime };
    });
  },
);

/** Does what is asked of an order of the caller's tenant, and answers with the order after it. */
const command = async (
  services: HttpServices,
  asked: Asked<object>,
  as: { readonly status: number; readonly actor: Actor['type'] },
  make: (at: Instant) => OrderCommand,
): Promise<Answer> => {
  const { tenant } = asked.caller;
  const before = await services.readOrder({ tenant, id: orderIdIn(asked) });
  if (before === undefined) throw new Problem('order_not_found');
  const { orderId } = before;
  const ifMatch = asked.header('If-Match');
  const handled = await services.orders.handle(
    orderId,
    (at, _order, version) => {
      requireVersion(ifMatch, version);
      return make(at);
    },
    provenanceOf(asked, as.actor),
  );
  if (!handled.accepted) throw refusalProblem(handled.refusal);
  const after = await services.readOrder({ tenant, id: orderId });
  if (after === undefined) throw new TypeError(`the order ${orderId} is gone`);
  return { status: as.status, headers: { ETag: etagOf(after.version) }, body: withSafeTexts(orderView(after)) };
};
