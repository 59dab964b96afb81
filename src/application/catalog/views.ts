import type { Category, Product } from '../../domain/catalog-snapshot/events.ts';
import { merchantOf, objectionsTo } from '../../domain/catalog-snapshot/orderability.ts';
import type { NotOrderable } from '../../domain/catalog-snapshot/orderability.ts';
import type { Generation } from '../../domain/catalog-snapshot/state.ts';
import { warnings } from '../../domain/contract/validity.ts';
import { HOUR, elapsed } from '../../domain/shared/instant.ts';
import type { Instant, Ms } from '../../domain/shared/instant.ts';
import type { Country } from '../../domain/shared/ids.ts';
import { decimalOf } from '../../domain/shared/money.ts';
import type { Money } from '../../domain/shared/money.ts';
import type { MerchantDocument, ProductDocument } from '../ports/catalogue-documents.ts';
import type { CatalogueView, KnownContract } from './catalogue.ts';
import { told } from './told.ts';
import type { CatalogueMeta, CategoryView, ContractView, MerchantView, MoneyView, ProductView } from './view-shapes.ts';

/** Net prices and discounts are commercial (amilon.md trap 36). */
export interface ViewDetail {
  readonly pricing: 'shown' | 'hidden';
}

/** A daily sync that is missed by half a day. */
const STALE_AFTER: Ms = 36 * HOUR;

const moneyView = (amount: Money): MoneyView => ({ amount: decimalOf(amount), currency: amount.currency });
const moneyIfTold = (amount: Money | undefined): MoneyView | undefined =>
  amount === undefined ? undefined : moneyView(amount);

/** Why what the document shows may not be ordered now; none: it may. */
export const objectionsToDocument = (
  { product, listed }: ProductDocument,
  { orderability }: CatalogueView,
): readonly NotOrderable[] => [...(listed ? [] : (['delisted'] as const)), ...objectionsTo(product, orderability)];

/** A product as clients see it: the document is its own row, what may be ordered comes from the catalogue's fold. */
export const productView = (doc: ProductDocument, view: CatalogueView, detail: ViewDetail): ProductView => {
  const { product } = doc;
  const { productCode, name, description, price, imageUrl, active, stock, terms } = product;
  const notOrderableBecause = objectionsToDocument(doc, view);
  return told({
    productCode,
    name,
    description,
    merchant: merchantOfProduct(product, view),
    category: categoryOfProduct(product, view),
    faceValue: moneyView(price),
    currency: price.currency,
    imageUrl,
    active,
    stock,
    quantity: told({ min: product.minQuantity, max: product.maxQuantity }),
    terms,
    delivery: told({ method: product.deliveryMethod, time: product.deliveryTime }),
    orderable: notOrderableBecause.length === 0,
    notOrderableBecause,
    pricing: detail.pricing === 'shown' ? pricingOf(product) : undefined,
  });
};

const pricingOf = ({ netPrice, discount }: Product): NonNullable<ProductView['pricing']> =>
  told({ net: moneyIfTold(netPrice), discountPercent: discount });

const merchantOfProduct = (product: Product, view: CatalogueView): ProductView['merchant'] => {
  const merchant = merchantOf(product, view.merchants);
  return merchant === undefined
    ? told({ id: product.merchantId, code: product.merchantCode })
    : told({ id: merchant.merchantId, code: merchant.code ?? product.merchantCode, name: merchant.name });
};

const alike = (a: string, b: string | undefined): boolean => a.toLowerCase() === b?.toLowerCase();

/** By id, else by name, in any case (amilon.md trap 39). */
export const categoryOf = (product: Product, { categories }: CatalogueView): Category | undefined => {
  const { categoryId, category } = product;
  const known = [...categories.values()];
  if (categoryId === undefined) return known.find(({ name }) => alike(name, category));
  return known.find((one) => alike(one.categoryId, categoryId)) ?? { categoryId, name: category ?? categoryId };
};

const categoryOfProduct = (product: Product, view: CatalogueView): ProductView['category'] => {
  const known = categoryOf(product, view);
  if (known !== undefined) return { id: known.categoryId, name: known.name };
  return product.category === undefined ? undefined : { name: product.category };
};

/** A merchant as clients see it; its average discount only where prices are shown (amilon.md trap 36). */
export const merchantView = (doc: MerchantDocument, view: CatalogueView, detail: ViewDetail): MerchantView => {
  const { merchant } = doc;
  const { code, name, description, logoUrl, websiteUrl, category, country, currency, features } = merchant;
  return told({
    id: merchant.merchantId,
    code,
    name,
    description,
    logoUrl,
    websiteUrl,
    category,
    country: country === 'unknown' ? undefined : country,
    active: doc.listed ? merchant.active : false,
    productCount: view.orderableProducts().get(merchant.merchantId) ?? 0,
    faceValue: told({ min: moneyIfTold(merchant.minAmount), max: moneyIfTold(merchant.maxAmount) }),
    currency,
    features: features ?? [],
    averageDiscountPercent: detail.pricing === 'shown' ? merchant.averageDiscount : undefined,
  });
};

/** A category as clients see it. */
export const categoryView = ({ categoryId, name }: Category): CategoryView => ({ id: categoryId, name });

/** The contract as last told, never its id; `undefined` while Amilon never told it. */
export const contractView = (
  { contract, version, confirmedAt }: KnownContract,
  now: Instant,
): ContractView | undefined => {
  if (!contract.known) return undefined;
  const { name, status, validFrom, validUntil, terms, countries, maxOrderAmount, balance, currency } = contract.terms;
  return told({
    name,
    status,
    validFrom,
    validUntil,
    terms,
    countries: countries?.filter((country): country is Country => country !== 'unknown'),
    maxOrderAmount: moneyIfTold(maxOrderAmount),
    balance: moneyIfTold(balance),
    currency,
    asOf: confirmedAt ?? contract.since,
    version,
    warnings: warnings(contract.terms, now),
  });
};

/** How fresh the catalogue is that an answer was made of. */
export const metaOf = ({ syncedAt, number }: Generation, version: number, now: Instant): CatalogueMeta => ({
  syncedAt,
  generation: number,
  version,
  stale: elapsed(syncedAt, now) > STALE_AFTER,
});
