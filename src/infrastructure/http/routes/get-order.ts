import type { OrderDocument } from '../../../application/ports/order-documents.ts';
import { orderView } from '../../../application/views/order-view.ts';
import { etagOf, isKnown } from '../etag.ts';
import { ifNoneMatchHeader, preferHeader } from '../headers.ts';
import { orderIdIn, untilNews } from '../order-requests.ts';
import { preferenceOf } from '../prefer.ts';
import { Problem } from '../problems.ts';
import { route } from '../route.ts';
import { orderAnswer } from '../schemas/answers.ts';
import { moment } from '../schemas/values.ts';
import { withSafeTexts } from '../upstream-texts.ts';

export const getOrder = route(
  {
    method: 'GET',
    path: '/v1/orders/{id}',
    summary: 'One order by its id or externalOrderId: now, at a version, or at a time',
    scope: 'orders:read',
    headers: { 'If-None-Match': ifNoneMatchHeader, Prefer: preferHeader },
    query: moment,
    responses: { 200: orderAnswer, 304: 'no body' },
    answerHeaders: ['ETag', 'Preference-Applied'],
    problems: ['order_not_found'],
  },
  (services) => async (asked) => {
    const known = asked.header('If-None-Match');
    const { wait, applied } = preferenceOf(asked.header('Prefer'));
    const isOld = (doc: OrderDocument): boolean => isKnown(known, doc.version);
    const doc = await untilNews(
      services,
      { tenant: asked.caller.tenant, id: orderIdIn(asked), ...asked.query },
      { wait: known === undefined ? 0 : wait, stop: asked.stop },
      isOld,
    );
    if (doc === undefined) throw new Problem('order_not_found');
    const headers = {
      ETag: etagOf(doc.version),
      ...(known === undefined || applied === undefined ? {} : { 'Preference-Applied': applied }),
    };
    if (isOld(doc)) return { status: 304, headers };
    const metadata = await services.readMetadata(doc);
    return metadata === undefined
      ? { status: 200, headers, body: withSafeTexts(orderView(doc)) }
      : {
          status: 200,
          // Metadata is the client's secret: no cache keeps it.
          headers: { ...headers, 'Cache-Control': 'no-store' },
          body: { ...withSafeTexts(orderView(doc)), metadata },
        };
  },
);
