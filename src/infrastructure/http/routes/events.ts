import { z } from 'zod';
import type { Position, StoreId, StreamId } from '../../../application/ports/event-store.ts';
import type { FeedCursor } from '../../../application/queries/event-feed.ts';
import { cloudEvent } from '../../../application/views/cloud-event.ts';
import { readCursor, writeCursor } from '../cursor.ts';
import { Problem } from '../problems.ts';
import { route } from '../route.ts';
import { cloudEventAnswer } from '../schemas/answers.ts';
import { cursor, limit } from '../schemas/values.ts';

const feedCursor = z.strictObject({
  store: z.string().transform((text) => text as StoreId),
  at: z.string().transform((text) => text as Position | 'start'),
  seen: z
    .strictObject({ stream: z.string().transform((text) => text as StreamId), version: z.int().min(1) })
    .exactOptional(),
});

export const events = route(
  {
    method: 'GET',
    path: '/v1/events',
    summary: 'Everything that happened, as CloudEvents in one order; go on with nextCursor as after',
    scope: 'orders:read',
    query: z.strictObject({ after: cursor.exactOptional(), limit }),
    responses: { 200: z.strictObject({ data: z.array(cloudEventAnswer), nextCursor: z.string() }) },
    problems: ['invalid_cursor', 'cursor_gone'],
  },
  (services) => async (asked) => {
    const { after, limit: most } = asked.query;
    const page = await services.eventFeed({
      tenant: asked.caller.tenant,
      ...(after === undefined ? {} : { after: readCursor<z.ZodType<FeedCursor>>(feedCursor, after, 'after') }),
      limit: most,
    });
    if (page.is === 'gone') {
      throw new Problem('cursor_gone', {
        detail: 'The store does not know the event behind it: start again without after, and skip ids you know.',
      });
    }
    return { status: 200, body: { data: page.messages.map(cloudEvent), nextCursor: writeCursor(page.next) } };
  },
);
