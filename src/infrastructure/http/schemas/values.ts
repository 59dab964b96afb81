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
import { Currency, parseMoney } from '../../../domain/shared/money.ts';
import type { Money } from '../../../domain/shared/money.ts';
import { parsedBy } from '../validation.ts';

// What clients send, and how it becomes the domain's own values.

export const productCode = parsedBy(ProductCode, 'a product code: 1 to 200 printable characters, no spaces');
export const merchantId = parsedBy(MerchantId, 'a merchant id');
export const culture = parsedBy(Culture, 'a culture such as pt-PT');
export const categoryId = parsedBy(CategoryId, 'a category id');
export const country = parsedBy(Country, 'an ISO alpha-2 country such as PT');
export const currency = parsedBy(Currency, 'an ISO 4217 currency such as EUR');
export const userId = parsedBy(UserId, 'a pseudonym of 1 to 128 characters: no @, no spaces');
export const reference = parsedBy(Reference, 'a pseudonym of 1 to 128 characters: no @, no spaces');
export const orderId = parsedBy((text) => OrderId(text.toLowerCase()), 'an order id');
export const externalOrderId = parsedBy(ExternalOrderId, 'an external order id');

/** Why a person does something; kept for ever, so no place for secrets. */
export const reason = z.string().trim().min(1).max(200);

/** Any zone is understood; milliseconds count. */
export const time = z
  .string()
  .refine((text) => z.iso.datetime({ offset: true }).safeParse(text).success, {
    error: 'a time as RFC 3339 writes it in UTC, such as 2026-03-01T10:00:00.000Z',
  })
  .transform((text) => fromEpochMs(Date.parse(text)));

/** `field` or `-field` of those that a list can be sorted by: rising, or falling. */
export const sortBy = (...fields: readonly [string, ...string[]]) =>
  z.enum(fields.flatMap((field) => [field, `-${field}`])).transform((text): Sort => {
    const falling = text.startsWith('-');
    return { field: falling ? text.slice(1) : text, direction: falling ? 'desc' : 'asc' };
  });

/** What is searched for. */
export const q = z.string().trim().min(1).max(100);

export const limit = z.coerce.number().int().min(1).max(200).default(50);
export const cursor = z.string().min(1);

/** `{ "amount": "50.00", "currency": "EUR" }`: decimal text, never a float (amilon.md trap 35). */
export const moneyInput = z
  .strictObject({ amount: z.string().max(30), currency: z.string().regex(/^[A-Z]{3}$/) })
  .transform(({ amount, currency }, context): Money => {
    const money = parseMoney(amount, Currency(currency));
    if (typeof money !== 'string') return money;
    context.addIssue({ code: 'custom', path: ['amount'], message: amountProblems[money] });
    return z.NEVER;
  });

const amountProblems = {
  not_a_decimal: 'decimal text such as 50.00',
  too_many_decimals: 'more decimals than the currency has',
  too_large: 'too large',
};
