import { z } from 'zod';
import { attentions } from '../../../domain/order/attention.ts';
import { orderView } from '../../../application/views/order-view.ts';
import { listAnswer, placeOf } from '../lists.ts';
import { route } from '../route.ts';
import { listOf, orderAnswer, orderStatus } from '../schemas/answers.ts';
import { cursor, externalOrderId, limit, merchantId, productCode, reference, time, userId } from '../schemas/values.ts';

const query = z.strictObject({
  status: orderStatus.exactOptional(),
  reference: reference.exactOptional(),
  externalOrderId: externalOrderId.exactOptional(),
  userId: userId.exactOptional(),
  productCode: productCode.exactOptional(),
  merchantId: merchantId.exactOptional(),
  attention: z.enum(attentions).exactOptional(),
  createdAfter: time.exactOptional(),
  createdBefore: time.exactOptional(),
  limit,
  cursor: cursor.exactOptional(),
});

export const listOrders = route(
  {
    method: 'GET',
    path: '/v1/orders',
    summary: 'Orders, the newest first',
    scope: 'orders:read',
    query,
    responses: { 200: listOf(orderAnswer) },
    answerHeaders: ['Link'],
    problems: [],
  },
  (services) => async (asked) => {
    const { limit: most, cursor: at, createdAfter, createdBefore, ...filters } = asked.query;
    const page = await services.listOrders({
      tenant: asked.caller.tenant,
      filters,
      ...(createdAfter === undefined ? {} : { createdAfter }),
      ...(createdBefore === undefined ? {} : { createdBefore }),
      ...placeOf('orders', at),
      limit: most,
    });
    return listAnswer('orders', page, orderView, asked);
  },
);
