import { z } from 'zod';
import { pageAnswer } from '../lists.ts';
import { readCursor, writeCursor } from '../cursor.ts';
import { orderIdIn } from '../order-requests.ts';
import { Problem } from '../problems.ts';
import { route } from '../route.ts';
import { listOf, timelineEntryAnswer } from '../schemas/answers.ts';
import { cursor, limit } from '../schemas/values.ts';

const version = z.coerce.number().int().min(0);

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
    const { after, limit: most, cursor: at } = asked.query;
    const timeline = await services.orderTimeline({
      tenant: asked.caller.tenant,
      id: orderIdIn(asked),
      after: at === undefined ? (after ?? 0) : readCursor(timelineCursor, at).version,
      limit: most,
    });
    if (timeline === undefined) throw new Problem('order_not_found');
    const next = timeline.next === undefined ? undefined : writeCursor({ list: 'timeline', version: timeline.next });
    return pageAnswer(timeline.data, next, asked);
  },
);

const timelineCursor = z.strictObject({ list: z.literal('timeline'), version: z.int().min(0) });
