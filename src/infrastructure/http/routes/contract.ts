import { z } from 'zod';
import { conditional } from '../conditional.ts';
import { ifNoneMatchHeader } from '../headers.ts';
import { Problem } from '../problems.ts';
import { route } from '../route.ts';
import { contractAnswer } from '../schemas/catalogue-answers.ts';
import { withSafeTexts } from '../upstream-texts.ts';

export const getContract = route(
  {
    method: 'GET',
    path: '/v1/contract',
    summary: 'The contract with Amilon as last told',
    scope: 'catalog:read',
    headers: { 'If-None-Match': ifNoneMatchHeader },
    query: z.strictObject({}),
    responses: { 200: contractAnswer, 304: 'no body' },
    answerHeaders: ['ETag'],
    problems: ['catalog_not_ready'],
  },
  (services) => async (asked) => {
    const contract = await services.catalogue.getContract();
    if (contract === 'catalog_not_ready') throw new Problem(contract, { headers: { 'Retry-After': '5' } });
    return conditional({ status: 200, body: withSafeTexts(contract) }, asked);
  },
);
