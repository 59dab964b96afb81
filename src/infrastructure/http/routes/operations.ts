import { z } from 'zod';
import { route } from '../route.ts';
import { operationsAnswer } from '../schemas/operations-answers.ts';

export const operationsStatus = route(
  {
    method: 'GET',
    path: '/v1/ops/status',
    summary: 'How the service is: its consumers and their lag, Amilon endpoint by endpoint, what Amilon wrote anew',
    scope: 'ops',
    query: z.strictObject({}),
    responses: { 200: operationsAnswer },
    answerHeaders: ['Cache-Control'],
    problems: [],
  },
  (services) => async () => ({
    status: 200,
    headers: { 'Cache-Control': 'no-store' },
    body: await services.operations(),
  }),
);
