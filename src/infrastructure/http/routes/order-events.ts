import { z } from 'zod';
import { pageAnswer, signedCursor } from '../lists.ts';
import { orderIdIn } from '../order-requests.ts';
import { Problem } from '../problems.ts';
import { route } from '../route.ts';
import { listOf, timelineEntryAnswer } from '../schemas/answers.ts';
import { cursor, limit, wholeNumber } from '../schemas/values.ts';

const version = wholeNumber(z.int().min(0));

export const orderEvents = route(
  {
    method: 'GET',
    path: '/v1/orders/{id}/events',
    summary: 'The history of one order, without secrets; its hash chain is verified',
    scope: 'audit:read',
    query: z.strictObject({ after: version.exactOptional(), limit, cursor: cursor.exactOptional() }),
    responses: { 200: listOf(timelineEntryAnswer) },
    answerHeaders: ['Link'],
    problems: ['order_not_found'],
  },
  (services) => async (asked) => {
    const { after = 0, limit: most } = asked.query;
    const timeline = await services.orderTimeline({
      tenant: asked.caller.tenant,
      id: orderIdIn(asked),
      after: signedCursor(services, asked, timelineCursor)?.version ?? after,
      limit: most,
    });
    if (timeline === undefined) throw new Problem('order_not_found');
    const { data, next: version } = timeline;
    return pageAnswer(services, asked, data, version === undefined ? undefined : { version });
  },
);

const timelineCursor = z.strictObject({ version: z.int().min(0) });
