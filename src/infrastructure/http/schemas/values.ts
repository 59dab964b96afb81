import { z } from 'zod';
import {
  CategoryId,
  Country,
  Culture,
  ExternalOrderId,
  MerchantId,
  OrderId,
  ProductCode,
  Reference,
  UserId,
} from '../../../domain/shared/ids.ts';
import type { Sort } from '../../../application/ports/read-models.ts';
import { fromEpochMs } from '../../../domain/shared/instant.ts';
import type { Instant } from '../../../domain/shared/instant.ts';
import { Currency, parseMoney } from '../../../domain/shared/money.ts';
import type { Money } from '../../../domain/shared/money.ts';
import { matching, parsedBy } from '../validation.ts';

// What clients send, and how it becomes the domain's own values.

export const productCode = parsedBy(ProductCode, 'a product code: 1 to 200 printable characters, no spaces');
export const merchantId = matching(ProductCode.pattern, 'a merchant id').transform((text) => MerchantId(text));
export const merchantCode = z.string().max(200).regex(/\S/, 'not blank').trim();
/** Those of this service are listed in the OpenAPI document that it serves. */
export const culture = parsedBy(Culture, 'a culture such as pt-PT').meta({ id: 'Culture' });
export const categoryId = parsedBy(CategoryId, 'a category id');
export const country = parsedBy(Country, 'an ISO alpha-2 country such as PT');
export const currency = matching(/^[A-Z]{3}$/, 'an ISO 4217 currency such as EUR').transform((text) => Currency(text));
export const userId = parsedBy(UserId, 'a pseudonym of 1 to 128 characters: no @, no spaces');
export const reference = parsedBy(Reference, 'a pseudonym of 1 to 128 characters: no @, no spaces');
export const orderId = matching(
  new RegExp(OrderId.pattern.source.replaceAll('a-f', 'a-fA-F')),
  'an order id',
).transform((text) => OrderId(text.toLowerCase()));
export const externalOrderId = parsedBy(ExternalOrderId, 'an external order id');

/** Why a person does something; kept for ever, so no place for secrets. */
export const reason = z.string().max(200).regex(/\S/, 'not blank').trim();

const aTime = 'a time as RFC 3339 writes it, such as 2026-03-01T10:00:00.000Z; in a query + is written %2B';

/** Any zone is understood; milliseconds count. */
export const time = z.iso.datetime({ offset: true, error: aTime }).transform((text, context): Instant => {
  try {
    return fromEpochMs(Date.parse(text));
  } catch {
    // In UTC it may be in a year that four digits do not write.
    context.addIssue({ code: 'custom', message: aTime });
    return z.NEVER;
  }
});

/** `field` or `-field` of those that a list can be sorted by: rising, or falling. */
export const sortBy = (...fields: readonly [string, ...string[]]) =>
  z.enum(fields.flatMap((field) => [field, `-${field}`])).transform((text): Sort => {
    const falling = text.startsWith('-');
    return { field: falling ? text.slice(1) : text, direction: falling ? 'desc' : 'asc' };
  });

/** What is searched for. */
export const q = z.string().max(100).regex(/\S/, 'not blank').trim();

/** A whole number of a query: digits, and nothing that JavaScript would take for a number besides. */
export const wholeNumber = (number: z.ZodInt) =>
  z.preprocess((text) => (typeof text === 'string' && /^\d{1,16}$/.test(text) ? Number(text) : text), number);

export const limit = wholeNumber(z.int().min(1).max(200)).default(50);
export const cursor = z.string().min(1);

export const decimal = matching(/^\d{1,16}(\.\d{1,15})?$/, 'decimal text such as 50.00');

/** `{ "amount": "50.00", "currency": "EUR" }`: decimal text, never a float (amilon.md trap 35). */
export const moneyInput = z
  .strictObject({
    amount: decimal,
    currency: matching(/^[A-Z]{3}$/, 'an ISO 4217 currency such as EUR'),
  })
  .transform(({ amount, currency }, context): Money => {
    const money = parseMoney(amount, Currency(currency));
    if (typeof money !== 'string') return money;
    context.addIssue({ code: 'custom', path: ['amount'], message: amountProblems[money] });
    return z.NEVER;
  });

/** What `parseMoney` objects to, for a person. */
export const amountProblems = {
  not_a_decimal: 'decimal text such as 50.00',
  too_many_decimals: 'more decimals than the currency has',
  too_large: 'too large',
};

/** The past: at a version of the history, or at a time. */
export const moment = z
  .strictObject({
    version: wholeNumber(z.int().min(1)).exactOptional(),
    asOf: time.exactOptional(),
  })
  .refine(({ version, asOf }) => version === undefined || asOf === undefined, {
    path: ['asOf'],
    error: 'either a version or a time',
  });
