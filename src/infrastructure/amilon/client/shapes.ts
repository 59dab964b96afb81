import { z } from 'zod';
import { CategoryId, MerchantId, ProductCode } from '../../../domain/shared/ids.ts';
import type { NoteDrift } from './drift.ts';
import { branded, count, country, currency, flag, moment, text } from './values.ts';
import { type Wire, type WireObject, isWireObject } from './wire.ts';

/** What could be read, or the field that could not. */
export type Reading<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly field: string };

/** Amilon's names for one thing: all keys in lower case; `aliases` are the second wire's words for the same field. */
interface Shape<Fields extends z.ZodRawShape> {
  readonly kind: string;
  readonly aliases: { readonly [alias: string]: string };
  /** Both wires have always had them, yet nothing here rests on them: without one it is read all the same, and noted. */
  readonly expected: readonly string[];
  readonly fields: z.ZodObject<Fields>;
}

const shape = <Fields extends z.ZodRawShape>(
  kind: string,
  fields: Fields,
  {
    aliases = {},
    expected = [],
  }: {
    readonly aliases?: { readonly [alias: string]: string & keyof Fields };
    readonly expected?: readonly (string & keyof Fields)[];
  } = {},
): Shape<Fields> => ({ kind, aliases, expected, fields: z.object(fields) });

const rows = z.array(z.unknown() as unknown as z.ZodType<Wire>);

export const orderShape = shape(
  'order',
  {
    id: text.optional(),
    externalorderid: text.optional(),
    status: text.optional(),
    orderstatus: text.optional(),
    createdat: text.optional(),
    completedat: text.optional(),
    totalamount: text.optional(),
    netamount: text.optional(),
    currency: currency.optional(),
    totalrequestedcodes: count.optional(),
    orderrows: rows.optional(),
    vouchers: rows.optional(),
  },
  {
    aliases: { orderid: 'id', orderdate: 'createdat', grossamount: 'totalamount', currencyisocode: 'currency' },
    expected: ['id', 'externalorderid'],
  },
);

export const rowShape = shape(
  'row',
  {
    productid: branded(ProductCode),
    productname: text.optional(),
    quantity: count,
    unitprice: text.optional(),
    totalprice: text.optional(),
    currency: currency.optional(),
    vouchers: rows.optional(),
  },
  { aliases: { productcode: 'productid' } },
);

export const voucherShape = shape(
  'voucher',
  {
    code: text.optional(),
    pin: text.optional(),
    url: text.optional(),
    qrcode: text.optional(),
    expirydate: moment.optional(),
    validitystartdate: text.optional(),
    value: text.optional(),
    currency: currency.optional(),
    status: text.optional(),
    instructions: text.optional(),
    deleted: flag.optional(),
    retailerid: text.optional(),
    retailername: text.optional(),
    productid: branded(ProductCode).optional(),
  },
  {
    aliases: {
      voucherlink: 'url',
      cardcode: 'code',
      amount: 'value',
      validityenddate: 'expirydate',
      productcode: 'productid',
      currencyisocode: 'currency',
    },
  },
);

export const productShape = shape('product', {
  productcode: branded(ProductCode),
  merchantcode: text.optional(),
  merchantid: branded(MerchantId).optional(),
  name: text,
  description: text.optional(),
  price: text,
  netprice: text.optional(),
  currency,
  discount: text.optional(),
  category: text.optional(),
  categoryid: branded(CategoryId).optional(),
  imageurl: text.optional(),
  active: flag.optional(),
  stock: text.optional(),
  minquantity: count.optional(),
  maxquantity: count.optional(),
  terms: text.optional(),
  deliverymethod: text.optional(),
  deliverytime: text.optional(),
  merchantcountryisoalpha3: country.optional(),
});

export const merchantShape = shape(
  'merchant',
  {
    id: text.optional(),
    retailerid: branded(MerchantId).optional(),
    code: text.optional(),
    name: text,
    description: text.optional(),
    logourl: text.optional(),
    websiteurl: text.optional(),
    category: text.optional(),
    country: text.optional(),
    active: flag.optional(),
    productcount: count.optional(),
    minamount: text.optional(),
    maxamount: text.optional(),
    currency: currency.optional(),
    averagediscount: text.optional(),
    features: z.array(text).optional(),
  },
  { aliases: { merchantcode: 'code', countryisoalpha3: 'country' }, expected: ['retailerid', 'country'] },
);

export const categoryShape = shape('category', { categoryid: branded(CategoryId), categoryname: text });

export const contractShape = shape(
  'contract',
  {
    id: text.optional(),
    name: text,
    status: text.optional(),
    startdate: moment.optional(),
    enddate: moment.optional(),
    terms: text.optional(),
    allowedcountries: z.array(country).optional(),
    maxorderamount: text.optional(),
    currency,
    currentamount: text.optional(),
    previousamount: text.optional(),
  },
  {
    aliases: { contractid: 'id', contractname: 'name', currencyisocode: 'currency' },
    expected: ['startdate', 'enddate'],
  },
);

/** Reads one object of the wire; fields that the shape does not know are noted as drift and left out. */
export const readShape = <Fields extends z.ZodRawShape>(
  { kind, aliases, expected, fields }: Shape<Fields>,
  wire: Wire | undefined,
  drift: NoteDrift,
): Reading<z.output<z.ZodObject<Fields>>> => {
  if (!isWireObject(wire)) return { ok: false, field: kind };
  const named = withoutAliases(wire, aliases);
  for (const key of Object.keys(named)) {
    if (!(key in fields.shape)) drift({ kind: 'unknown_field', where: kind, what: key.slice(0, 80) });
  }
  const read = fields.safeParse(named);
  const unread = read.success ? [] : read.error.issues.map((issue) => issue.path.map(String).join('.'));
  noteMissing([...expected, ...unread.filter((field) => field in fields.shape)], { kind, named, drift });
  return read.success ? { ok: true, value: read.data } : { ok: false, field: unread[0] ?? kind };
};

const noteMissing = (
  wanted: readonly string[],
  { kind, named, drift }: { readonly kind: string; readonly named: WireObject; readonly drift: NoteDrift },
): void => {
  for (const key of wanted) {
    if (!(key in named)) drift({ kind: 'missing_field', where: kind, what: key });
  }
};

// The second wire's own word is the one that was filled when both are there.
const withoutAliases = (wire: WireObject, aliases: Shape<z.ZodRawShape>['aliases']): WireObject => {
  const own = Object.entries(wire).filter(([key]) => !Object.hasOwn(aliases, key));
  const other = Object.entries(wire).filter(([key]) => Object.hasOwn(aliases, key));
  return Object.fromEntries([...own, ...other.map(([key, value]) => [aliases[key] ?? key, value] as const)]);
};
