import type { z } from 'zod';
import type { Instant } from '../../../domain/shared/instant.ts';
import type { OrderDocument } from '../../../application/ports/order-documents.ts';
import { etagOf, isKnown } from '../etag.ts';
import { expand, expandedView, requireExpansions } from '../expansion.ts';
import { ifNoneMatchHeader, preferHeader } from '../headers.ts';
import { orderIdIn, untilNews } from '../order-requests.ts';
import { preferenceOf } from '../prefer.ts';
import type { Preference } from '../prefer.ts';
import { Problem } from '../problems.ts';
import { route } from '../route.ts';
import { expandedOrderAnswer } from '../schemas/expanded-order.ts';
import { moment } from '../schemas/values.ts';

const query = moment.safeExtend({ expand: expand.exactOptional() });

export const getOrder = route(
  {
    method: 'GET',
    path: '/v1/orders/{id}',
    summary: 'One order by its id or externalOrderId: now, at a version, or at a time; expand=lines.product,vouchers',
    scope: 'orders:read',
    headers: { 'If-None-Match': ifNoneMatchHeader, Prefer: preferHeader },
    query,
    responses: { 200: expandedOrderAnswer, 304: 'no body' },
    answerHeaders: ['ETag', 'Preference-Applied', 'Cache-Control'],
    problems: ['order_not_found', 'version_not_reached', 'not_known_then'],
  },
  (services) => async (asked) => {
    requireExpansions(asked);
    const { expand: expanded, ...when } = asked.query;
    const order = { tenant: asked.caller.tenant, id: orderIdIn(asked) };
    const known = asked.header('If-None-Match');
    const { wait, applied } = patienceOf(known, asked.header('Prefer'), when);
    const isOld = (doc: OrderDocument): boolean => isKnown(known, doc.version);
    const doc = await untilNews(services, { ...order, ...when }, { wait, stop: asked.stop }, isOld);
    if (doc === undefined) throw notFound(await services.readOrder(order), when.asOf);
    const headers = {
      ETag: etagOf(doc.version),
      ...(applied === undefined ? {} : { 'Preference-Applied': applied }),
    };
    // A version says nothing of the catalogue, nor whether a voucher has expired: what is expanded is sent whole.
    if (isOld(doc) && expanded === undefined) return { status: 304, headers };
    const [metadata, body] = [await services.readMetadata(doc), await expandedView(services, asked, doc)];
    return metadata === undefined
      ? { status: 200, headers, body }
      : {
          status: 200,
          // Metadata is the client's secret: no cache keeps it.
          headers: { ...headers, 'Cache-Control': 'no-store' },
          body: { ...body, metadata },
        };
  },
);

/** Whoever knows a version may wait for the next one; what is past has none. */
const patienceOf = (
  known: string | undefined,
  prefer: string | undefined,
  { version, asOf }: z.output<typeof moment>,
): Preference =>
  known === undefined || version !== undefined || asOf !== undefined ? { wait: 0 } : preferenceOf(prefer);

/** Where the order itself is there, what was asked for lies outside of its history. */
const notFound = (now: OrderDocument | undefined, asOf: Instant | undefined): Problem =>
  now === undefined
    ? new Problem('order_not_found')
    : new Problem(asOf === undefined ? 'version_not_reached' : 'not_known_then', {
        detail: `The order has the versions 1 to ${String(now.version)}, the first of ${now.createdAt}.`,
      });
