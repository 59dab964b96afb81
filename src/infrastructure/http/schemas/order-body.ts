import { z } from 'zod';
import type { Culture } from '../../../domain/shared/ids.ts';
import type { OrderInput } from '../../../application/place-order.ts';
import { parseBody } from '../validation.ts';
import { culture, moneyInput, productCode, reference, userId } from './values.ts';

/** zod would leave it out silently. */
const refuseProto = (given: unknown, context: z.core.$RefinementCtx): unknown => {
  if (typeof given === 'object' && given !== null && Object.hasOwn(given, '__proto__')) {
    context.addIssue({ code: 'custom', path: ['__proto__'], message: 'no name that is kept' });
  }
  return given;
};

/** What an order is asked for with; a quote takes the same. */
export const orderBody = z
  .strictObject({
    lines: z
      .array(
        z.strictObject({
          productCode,
          quantity: z.int().min(1),
          maxUnitPrice: moneyInput.exactOptional(),
        }),
      )
      .min(1)
      .max(200),
    culture: culture.exactOptional(),
    reference: reference.exactOptional(),
    userId: userId.exactOptional(),
    metadata: z.preprocess(refuseProto, z.record(z.string(), z.unknown())).exactOptional(),
  })
  .meta({
    // As examples, zod would leave it out: it takes examples for what comes of reading, which is no text any more.
    override: {
      examples: [
        {
          lines: [
            { productCode: 'AMAZON_50_EUR', quantity: 2, maxUnitPrice: { amount: '50.00', currency: 'EUR' } },
            { productCode: 'FNAC_25_EUR', quantity: 1 },
          ],
          reference: 'campaign-7',
          userId: 'user-1001',
        },
      ],
    },
  });

/** @throws Problem `validation_failed` */
export const inputOf = (body: unknown, defaultCulture: Culture): OrderInput => ({
  culture: defaultCulture,
  ...parseBody(orderBody, body, { purchase: 'not_purchased' }),
});
