declare const brand: unique symbol;
type Branded<Name extends string> = string & { readonly [brand]: Name };

/** Lower-case UUID, derived from tenant and idempotency key (design 6). */
export type OrderId = Branded<'OrderId'>;
/** `{PREFIX}-{YEAR}-{UUID}`: how Amilon knows an order (design 7). */
export type ExternalOrderId = Branded<'ExternalOrderId'>;
/** Amilon's own id of an order; opaque. */
export type AmilonOrderId = Branded<'AmilonOrderId'>;
/** Amilon's id of a product; opaque, never parsed (amilon.md trap 7). */
export type ProductCode = Branded<'ProductCode'>;
/** Amilon's RetailerId, lower case (amilon.md trap 39). */
export type MerchantId = Branded<'MerchantId'>;
export type CategoryId = Branded<'CategoryId'>;
export type VoucherId = Branded<'VoucherId'>;
export type TenantId = Branded<'TenantId'>;
/** A pseudonym by contract: no `@`, no spaces (design 17). */
export type UserId = Branded<'UserId'>;
/** A client's own number for an order; a pseudonym, never sent upstream (design 7). */
export type Reference = Branded<'Reference'>;
/** `language-COUNTRY` as Amilon writes it; goes upstream verbatim (amilon.md trap 33). */
export type Culture = Branded<'Culture'>;
/** ISO 3166-1 alpha-2, upper case. */
export type Country = Branded<'Country'>;

/** Takes texts of its pattern. @throws RangeError for any other. */
export interface Parser<Id extends string> {
  (text: string): Id;
  readonly pattern: RegExp;
}

const parser = <Id extends string>(what: string, pattern: RegExp): Parser<Id> => {
  const parse = (text: string): Id => {
    if (!pattern.test(text)) throw new RangeError(`not a valid ${what}: ${JSON.stringify(text.slice(0, 80))}`);
    return text as Id;
  };
  return Object.assign(parse, { pattern });
};

const GUID = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}';
// Printable ASCII: whatever Amilon calls its things, but nothing that could end a header or a log line.
const OPAQUE = /^[\x21-\x7e]{1,200}$/;
const PSEUDONYM = /^[^\s@\p{C}]{1,128}$/u;

export const OrderId = parser<OrderId>('order id', new RegExp(`^${GUID}$`));
export const ExternalOrderId = parser<ExternalOrderId>(
  'external order id',
  new RegExp(`^[A-Z][A-Z0-9]{0,15}-\\d{4}-${GUID}$`),
);
export const AmilonOrderId = parser<AmilonOrderId>('Amilon order id', OPAQUE);
export const ProductCode = parser<ProductCode>('product code', OPAQUE);
const opaqueMerchantId = parser<MerchantId>('merchant id', OPAQUE);
export const MerchantId = (text: string): MerchantId => opaqueMerchantId(text.trim().toLowerCase());
export const CategoryId = parser<CategoryId>('category id', OPAQUE);
export const VoucherId = parser<VoucherId>('voucher id', new RegExp(`^${GUID}-[0-9a-f]{16}$`));
export const TenantId = parser<TenantId>('tenant', /^[a-z0-9][a-z0-9-]{0,62}$/);
export const UserId = parser<UserId>('user id', PSEUDONYM);
export const Reference = parser<Reference>('reference', PSEUDONYM);
export const Culture = parser<Culture>('culture', /^[a-z]{2}-[A-Z]{2}$/);
export const Country = parser<Country>('country', /^[A-Z]{2}$/);

/** The order a voucher belongs to: its id begins with it. */
export const orderOfVoucher = (id: VoucherId): OrderId => OrderId(id.slice(0, 36));

/**
 * The id under which Amilon knows the order. The UUID is the order's own with version nibble 4, so it can be
 * turned back without an index; the year is fixed by the caller once, in UTC (amilon.md trap 4).
 * @throws RangeError for an order id of another version than 5: two orders could share one external id.
 */
export const externalOrderIdOf = (prefix: string, year: number, id: OrderId): ExternalOrderId => {
  if (id[14] !== '5') throw new RangeError(`not a derived order id: ${id}`);
  return ExternalOrderId(`${prefix}-${String(year)}-${id.slice(0, 14)}4${id.slice(15)}`);
};

/** The order behind an external id; `undefined` for ids that are not of this service's making. */
export const orderOfExternalId = (id: ExternalOrderId): OrderId | undefined => {
  const uuid = id.slice(-36);
  return uuid[14] === '4' ? OrderId(`${uuid.slice(0, 14)}5${uuid.slice(15)}`) : undefined;
};
