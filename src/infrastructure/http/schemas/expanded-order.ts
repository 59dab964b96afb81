import { z } from 'zod';
import { lineShape, orderShape, voucherAnswer } from './answers.ts';
import { productAnswer } from './catalogue-answers.ts';

/** An order with what `expand` asked for. */
export const expandedOrderAnswer = z
  .strictObject({
    ...orderShape,
    lines: z.array(z.strictObject({ ...lineShape, product: productAnswer.exactOptional() })),
    vouchers: z.array(voucherAnswer).exactOptional(),
  })
  .meta({ id: 'ExpandedOrder' });
