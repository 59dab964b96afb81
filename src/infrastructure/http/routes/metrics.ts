import { z } from 'zod';
import { authenticate } from '../authenticate.ts';
import { publicRoute } from '../route.ts';

/** Prometheus's own text format. */
const mediaType = 'text/plain; version=0.0.4; charset=utf-8';

/** The figures tell how much is ordered, which is not for every client. */
export const metrics = publicRoute(
  {
    method: 'GET',
    path: '/metrics',
    summary: 'Figures for Prometheus; without a key from the same machine, with one of scope ops from elsewhere',
    query: z.strictObject({}),
    responses: { 200: { mediaType } },
    answerHeaders: ['Cache-Control'],
    problems: ['unauthorized', 'insufficient_scope'],
  },
  (services) => async (asked) => {
    if (!asked.local) await authenticate(services, asked.header('Authorization'), 'ops');
    return { status: 200, headers: { 'Cache-Control': 'no-store' }, body: await services.metrics() };
  },
);
