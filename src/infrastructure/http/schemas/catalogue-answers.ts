import { z } from 'zod';
import { moneyAnswer } from './answers.ts';

const text = z.string();
const time = z.iso.datetime({ precision: 3 });
const percent = z.string();

const meta = z.strictObject({
  syncedAt: time,
  generation: z.int().nonnegative(),
  version: z.int().positive(),
  stale: z.boolean(),
});

export const productAnswer = z
  .strictObject({
    productCode: text,
    name: text,
    description: text.exactOptional(),
    merchant: z.strictObject({ id: text.exactOptional(), code: text.exactOptional(), name: text.exactOptional() }),
    category: z.strictObject({ id: text.exactOptional(), name: text.exactOptional() }).exactOptional(),
    faceValue: moneyAnswer,
    currency: text,
    imageUrl: text.exactOptional(),
    active: z.boolean().exactOptional(),
    stock: text.exactOptional(),
    quantity: z.strictObject({ min: z.number().exactOptional(), max: z.number().exactOptional() }),
    terms: text.exactOptional(),
    delivery: z.strictObject({ method: text.exactOptional(), time: text.exactOptional() }),
    orderable: z.boolean(),
    notOrderableBecause: z.array(text),
    pricing: z
      .strictObject({ net: moneyAnswer.exactOptional(), discountPercent: percent.exactOptional() })
      .exactOptional(),
  })
  .meta({ id: 'Product' });

export const merchantAnswer = z
  .strictObject({
    id: text,
    code: text.exactOptional(),
    name: text,
    description: text.exactOptional(),
    logoUrl: text.exactOptional(),
    websiteUrl: text.exactOptional(),
    category: text.exactOptional(),
    country: z.string().length(2).exactOptional(),
    active: z.boolean().exactOptional(),
    productCount: z.int().nonnegative(),
    faceValue: z.strictObject({ min: moneyAnswer.exactOptional(), max: moneyAnswer.exactOptional() }),
    currency: text.exactOptional(),
    features: z.array(text),
    averageDiscountPercent: percent.exactOptional(),
  })
  .meta({ id: 'Merchant' });

export const categoryAnswer = z.strictObject({ id: text, name: text }).meta({ id: 'Category' });

export const contractAnswer = z
  .strictObject({
    name: text,
    status: text.exactOptional(),
    validFrom: time.exactOptional(),
    validUntil: time.exactOptional(),
    terms: text.exactOptional(),
    countries: z.array(text).exactOptional(),
    maxOrderAmount: moneyAnswer.exactOptional(),
    balance: moneyAnswer.exactOptional(),
    currency: text,
    asOf: time,
    version: z.int().positive(),
    warnings: z.array(text),
  })
  .meta({ id: 'Contract' });

/** `{"data": …, "meta": …}` of one thing of the catalogue. */
export const oneOf = <Item extends z.ZodType>(item: Item) => z.strictObject({ data: item, meta });

/** As every list, with how fresh it is. */
export const listedOf = <Item extends z.ZodType>(item: Item) =>
  z.strictObject({ data: z.array(item), meta, nextCursor: text.nullable() });
