import { z } from 'zod';
import { publicRoute } from '../route.ts';

// Whether the process lives, and whether it can take requests: without a key, without Amilon (surface.md).

const noQuery = z.strictObject({});
const headers = { 'Cache-Control': 'no-store' } as const;

export const live = publicRoute(
  {
    method: 'GET',
    path: '/livez',
    summary: 'The process lives',
    query: noQuery,
    responses: { 200: z.strictObject({ status: z.literal('live') }) },
    answerHeaders: ['Cache-Control'],
    problems: [],
  },
  () => async () => ({ status: 200, headers, body: { status: 'live' } }),
);

const part = z.strictObject({
  part: z.string(),
  state: z.enum(['ready', 'not_ready']),
  optional: z.literal(true).describe('Requests can be taken without it').exactOptional(),
  reason: z.string().describe('What is out, where it is known').exactOptional(),
});

const readiness = z.strictObject({ status: z.enum(['ready', 'not_ready']), parts: z.array(part) });

export const ready = publicRoute(
  {
    method: 'GET',
    path: '/readyz',
    summary: 'Whether requests can be taken, and what is out',
    query: noQuery,
    responses: { 200: readiness, 503: readiness },
    answerHeaders: ['Cache-Control'],
    problems: [],
  },
  (services) => async () => {
    const parts = services.readiness();
    const can = !services.stopping.aborted && parts.every(({ state, optional }) => state === 'ready' || optional);
    return { status: can ? 200 : 503, headers, body: { status: can ? 'ready' : 'not_ready', parts } };
  },
);
