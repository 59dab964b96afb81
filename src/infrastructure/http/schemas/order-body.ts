import { z } from 'zod';
import type { Culture } from '../../../domain/shared/ids.ts';
import type { OrderInput } from '../../../application/place-order.ts';
import { parseBody } from '../validation.ts';
import { culture, moneyInput, productCode, reference, userId } from './values.ts';

/** What an order is asked for with; a quote takes the same. */
export const orderBody = z.strictObject({
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
  metadata: z.record(z.string(), z.unknown()).exactOptional(),
});

/** @throws Problem `validation_failed` */
export const inputOf = (body: unknown, defaultCulture: Culture): OrderInput => ({
  culture: defaultCulture,
  ...parseBody(orderBody, body, { purchase: 'not_purchased' }),
});
