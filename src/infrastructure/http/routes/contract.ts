import { noCatalogue } from '../catalogue-requests.ts';
import { conditional } from '../conditional.ts';
import { ifNoneMatchHeader } from '../headers.ts';
import { route } from '../route.ts';
import { contractAnswer } from '../schemas/catalogue-answers.ts';
import { moment } from '../schemas/values.ts';
import { withSafeTexts } from '../upstream-texts.ts';

export const getContract = route(
  {
    method: 'GET',
    path: '/v1/contract',
    summary: 'The contract with Amilon as last told',
    scope: 'catalog:read',
    headers: { 'If-None-Match': ifNoneMatchHeader },
    query: moment,
    responses: { 200: contractAnswer, 304: 'no body' },
    answerHeaders: ['ETag'],
    problems: ['catalog_not_ready', 'version_not_reached', 'not_known_then'],
  },
  (services) => async (asked) => {
    const contract = await services.catalogue.getContract(asked.query);
    if (typeof contract === 'string') throw noCatalogue(contract, services);
    return conditional({ status: 200, body: withSafeTexts(contract) }, asked);
  },
);
