import { z } from 'zod';
import { attentions } from '../../../domain/order/attention.ts';
import { orderView } from '../../../application/views/order-view.ts';
import { listAnswer, placeOf } from '../lists.ts';
import { route } from '../route.ts';
import { listOf, orderAnswer, orderStatus } from '../schemas/answers.ts';
import {
  cursor,
  externalOrderId,
  limit,
  merchantId,
  productCode,
  q,
  reference,
  sortBy,
  time,
  userId,
} from '../schemas/values.ts';
import { withSafeTexts } from '../upstream-texts.ts';

const filters = z.strictObject({
  status: orderStatus.exactOptional(),
  reference: reference.exactOptional(),
  externalOrderId: externalOrderId.exactOptional(),
  userId: userId.exactOptional(),
  productCode: productCode.exactOptional(),
  merchantId: merchantId.exactOptional(),
  attention: z.enum(attentions).exactOptional(),
  createdAfter: time.exactOptional(),
  createdBefore: time.exactOptional(),
  q: q.exactOptional(),
  sort: sortBy('createdAt').exactOptional(),
  limit,
  cursor: cursor.exactOptional(),
});

const query = filters.refine((asked) => asked.q === undefined || asked.sort === undefined, {
  path: ['sort'],
  error: 'not with q: what is found comes in the order of the text that was found',
});

export const listOrders = route(
  {
    method: 'GET',
    path: '/v1/orders',
    summary: 'Orders, the newest first; with q those whose reference, externalOrderId or userId begins with it',
    scope: 'orders:read',
    query,
    responses: { 200: listOf(orderAnswer) },
    answerHeaders: ['Link'],
    problems: [],
  },
  (services) => async (asked) => {
    const { limit: most, cursor: _cursor, ...rest } = asked.query;
    const page = await services.listOrders({
      tenant: asked.caller.tenant,
      ...rest,
      ...placeOf(services, asked),
      limit: most,
    });
    return listAnswer(services, asked, page, (doc) => withSafeTexts(orderView(doc)));
  },
);
