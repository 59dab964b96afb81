import { z } from 'zod';
import { Problem } from '../problems.ts';
import { route } from '../route.ts';

const noQuery = z.strictObject({});

const parkedAnswer = z.strictObject({
  id: z.string(),
  consumer: z.string(),
  stream: z.string(),
  version: z.int(),
  last: z.int(),
  reason: z.string(),
  retrying: z.boolean(),
});

export const listParked = route(
  {
    method: 'GET',
    path: '/v1/ops/parked',
    summary: 'Streams that wait behind an event that a consumer could not apply; all others flow',
    scope: 'ops',
    query: noQuery,
    responses: { 200: z.strictObject({ data: z.array(parkedAnswer), nextCursor: z.null() }) },
    problems: [],
  },
  (services) => async () => ({ status: 200, body: { data: await services.parked.list(), nextCursor: null } }),
);

export const retryParked = route(
  {
    method: 'POST',
    path: '/v1/ops/parked/{id}/retries',
    summary: 'Have a parked stream tried again, in its order; its consumer comes to it within seconds',
    scope: 'ops',
    query: noQuery,
    responses: { 202: parkedAnswer },
    problems: ['not_parked'],
  },
  (services) => async (asked) => {
    const parked = await services.parked.retry(asked.params['id'] ?? 'none');
    if (parked === undefined) throw new Problem('not_parked');
    return { status: 202, body: parked };
  },
);
