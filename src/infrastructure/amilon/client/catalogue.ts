import type { z } from 'zod';
import type {
  QuarantinedRow,
  UpstreamCategory,
  UpstreamContract,
  UpstreamMerchant,
  UpstreamProduct,
} from '../../../application/ports/amilon.ts';
import { MerchantId } from '../../../domain/shared/ids.ts';
import { type Currency, type Money, type MoneyRefusal, parseMoney } from '../../../domain/shared/money.ts';
import type { NoteDrift } from './drift.ts';
import { type Reading, categoryShape, contractShape, merchantShape, productShape, readShape } from './shapes.ts';
import { country } from './values.ts';
import { type Wire, present } from './wire.ts';

export type Listing<T> = { readonly rows: readonly T[]; readonly quarantined: readonly QuarantinedRow[] };

/** Reads a list; one bad row is left out and named, the others count (amilon.md trap 38). */
export const readList = <T>(
  wire: Wire | undefined,
  readRow: (row: Wire, drift: NoteDrift) => Reading<T>,
  drift: NoteDrift,
): Reading<Listing<T>> => {
  if (!Array.isArray(wire)) return { ok: false, field: 'the list' };
  const rows: T[] = [];
  const quarantined: QuarantinedRow[] = [];
  for (const [index, row] of (wire as readonly Wire[]).entries()) {
    const read = readRow(row, drift);
    if (read.ok) rows.push(read.value);
    else quarantined.push({ index, reason: `unreadable: ${read.field}` });
  }
  return { ok: true, value: { rows, quarantined } };
};

export const readProduct = (wire: Wire, drift: NoteDrift): Reading<UpstreamProduct> => {
  const read = readShape(productShape, wire, drift);
  if (!read.ok) return read;
  const row = read.value;
  const price = parseMoney(row.price, row.currency);
  if (typeof price === 'string') return { ok: false, field: `price: ${price}` };
  const netPrice = optionalAmount(row.netprice, row.currency);
  if (typeof netPrice === 'string') return { ok: false, field: `netprice: ${netPrice}` };
  return {
    ok: true,
    value: present({
      productCode: row.productcode,
      name: row.name,
      description: row.description,
      merchantId: row.merchantid,
      merchantCode: row.merchantcode,
      price,
      netPrice,
      discount: row.discount,
      categoryId: row.categoryid,
      category: row.category,
      imageUrl: row.imageurl,
      active: row.active,
      stock: row.stock,
      minQuantity: row.minquantity,
      maxQuantity: row.maxquantity,
      terms: row.terms,
      deliveryMethod: row.deliverymethod,
      deliveryTime: row.deliverytime,
      country: row.merchantcountryisoalpha3,
    }),
  };
};

const optionalAmount = (
  decimal: string | undefined,
  currency: Currency | undefined,
): Money | MoneyRefusal | undefined =>
  decimal === undefined || currency === undefined ? undefined : parseMoney(decimal, currency);

export const readMerchant = (wire: Wire, drift: NoteDrift): Reading<UpstreamMerchant> => {
  const read = readShape(merchantShape, wire, drift);
  if (!read.ok) return read;
  const row = read.value;
  const merchantId = merchantIdOf(row);
  if (merchantId === undefined) return { ok: false, field: 'retailerid' };
  const otherId = row.id?.trim().toLowerCase();
  const differs = otherId !== undefined && otherId !== merchantId;
  const place = placeOf(row, drift);
  if (differs) drift({ kind: 'contradiction', where: 'merchant', what: 'id is not RetailerId' });
  return {
    ok: true,
    value: present({
      merchantId,
      otherId: differs ? otherId : undefined,
      code: row.code,
      name: row.name,
      description: row.description,
      logoUrl: row.logourl,
      websiteUrl: row.websiteurl,
      category: row.category,
      country: place,
      countryRaw: row.country,
      active: row.active,
      productCount: row.productcount,
      // Shown, not enforced (amilon.md trap 36): one that cannot be read is not worth the merchant.
      minAmount: amountOrNone(row.minamount, row.currency),
      maxAmount: amountOrNone(row.maxamount, row.currency),
      currency: row.currency,
      averageDiscount: row.averagediscount,
      features: row.features,
    }),
  };
};

type WireMerchant = z.output<typeof merchantShape.fields>;

const placeOf = (row: WireMerchant, drift: NoteDrift) => {
  if (row.country === undefined) return undefined;
  const place = country.parse(row.country);
  if (place === 'unknown') drift({ kind: 'unknown_word', where: 'merchant.country', what: row.country.slice(0, 40) });
  return place;
};

const merchantIdOf = ({ retailerid, id }: WireMerchant): MerchantId | undefined => {
  if (retailerid !== undefined || id === undefined) return retailerid;
  try {
    return MerchantId(id);
  } catch {
    return undefined;
  }
};

const amountOrNone = (decimal: string | undefined, currency: Currency | undefined): Money | undefined => {
  const amount = optionalAmount(decimal, currency);
  return typeof amount === 'string' ? undefined : amount;
};

export const readCategory = (wire: Wire, drift: NoteDrift): Reading<UpstreamCategory> => {
  const read = readShape(categoryShape, wire, drift);
  if (!read.ok) return read;
  return { ok: true, value: { categoryId: read.value.categoryid, name: read.value.categoryname } };
};

export const readContract = (wire: Wire | undefined, drift: NoteDrift): Reading<UpstreamContract> => {
  const read = readShape(contractShape, wire, drift);
  if (!read.ok) return read;
  const contract = read.value;
  // A limit that cannot be read must not become "no limit" (amilon.md trap 32).
  const maxOrderAmount = optionalAmount(contract.maxorderamount, contract.currency);
  if (typeof maxOrderAmount === 'string') return { ok: false, field: `maxorderamount: ${maxOrderAmount}` };
  return {
    ok: true,
    value: present({
      name: contract.name,
      status: contract.status,
      validFrom: contract.startdate,
      validUntil: contract.enddate,
      terms: contract.terms,
      countries: contract.allowedcountries,
      maxOrderAmount,
      balance: amountOrNone(contract.currentamount, contract.currency),
      currency: contract.currency,
    }),
  };
};
