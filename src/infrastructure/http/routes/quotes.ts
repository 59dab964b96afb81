import { z } from 'zod';
import type { Quoted } from '../../../application/place-order.ts';
import { times } from '../../../domain/shared/money.ts';
import { publicMoney } from '../../../application/public-messages/message.ts';
import { notReady } from '../not-ready.ts';
import { Problem } from '../problems.ts';
import { route } from '../route.ts';
import { moneyAnswer, problemDetail } from '../schemas/answers.ts';
import { inputOf, orderBody } from '../schemas/order-body.ts';
import { withSafeTexts } from '../upstream-texts.ts';

const quoteAnswer = z.strictObject({
  orderable: z.boolean(),
  lines: z.array(
    z.strictObject({
      productCode: z.string(),
      productName: z.string(),
      quantity: z.int(),
      unitPrice: moneyAnswer,
      total: moneyAnswer,
    }),
  ),
  totals: z.strictObject({ gross: moneyAnswer }).exactOptional(),
  errors: z.array(problemDetail),
});

/** `catalog:read`: it spends nothing, writes nothing and tells nothing that catalogue and contract do not. */
export const quoteOrder = route(
  {
    method: 'POST',
    path: '/v1/quotes',
    summary: 'What an order of this body would cost now, or why it would be refused; nothing is ordered or kept',
    scope: 'catalog:read',
    query: z.strictObject({}),
    body: orderBody,
    responses: { 200: quoteAnswer },
    answerHeaders: ['Cache-Control'],
    problems: ['catalog_not_ready', 'contract_not_valid'],
  },
  (services) => async (asked) => {
    if (asked.body === undefined) throw new Problem('malformed_json', { detail: 'A body is missing.' });
    const quoted = await services.quote(inputOf(asked.body, services.defaultCulture));
    return { status: 200, headers: { 'Cache-Control': 'no-store' }, body: withSafeTexts(quoteView(quoted)) };
  },
);

/** @throws Problem where nothing at all can be ordered now, as an order would */
const quoteView = (quoted: Quoted): z.output<typeof quoteAnswer> => {
  switch (quoted.is) {
    case 'quoted':
      return {
        orderable: true,
        lines: quoted.lines.map(({ productCode, productName, quantity, unitPrice }) => ({
          productCode,
          productName,
          quantity,
          unitPrice: publicMoney(unitPrice),
          total: publicMoney(times(unitPrice, quantity)),
        })),
        totals: { gross: publicMoney(quoted.total) },
        errors: [],
      };
    case 'refused':
      return { orderable: false, lines: [], errors: [...quoted.errors] };
    case 'catalog_not_ready':
    case 'contract_not_valid':
      throw notReady(quoted);
  }
};
