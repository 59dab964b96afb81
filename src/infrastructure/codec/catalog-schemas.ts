import type {
  CatalogEvent,
  Category,
  Merchant,
  OrderabilityRules,
  Product,
  QuarantinedRow,
  SyncTrigger,
} from '../../domain/catalog-snapshot/events.ts';
import { CategoryId, Country, Culture, MerchantId, ProductCode } from '../../domain/shared/ids.ts';
import {
  amount,
  count,
  currency,
  either,
  flag,
  listOf,
  named,
  object,
  oneOf,
  optional,
  parsed,
  schema,
  text,
} from './fields.ts';
import type { Schemas } from './fields.ts';

const productCode = parsed(ProductCode);
const merchantId = parsed(MerchantId);
const categoryId = parsed(CategoryId);
const country = parsed(Country);
export const countryOrUnknown = either(country, oneOf({ unknown: true }));

const product = object<Product>({
  productCode,
  name: text,
  description: optional(text),
  merchantId: optional(merchantId),
  merchantCode: optional(text),
  price: amount,
  netPrice: optional(amount),
  discount: optional(text),
  categoryId: optional(categoryId),
  category: optional(text),
  imageUrl: optional(text),
  active: optional(flag),
  stock: optional(text),
  minQuantity: optional(count),
  maxQuantity: optional(count),
  terms: optional(text),
  deliveryMethod: optional(text),
  deliveryTime: optional(text),
  country: optional(countryOrUnknown),
});

const merchant = object<Merchant>({
  merchantId,
  otherId: optional(text),
  code: optional(text),
  name: text,
  description: optional(text),
  logoUrl: optional(text),
  websiteUrl: optional(text),
  category: optional(text),
  country: optional(countryOrUnknown),
  countryRaw: optional(text),
  active: optional(flag),
  productCount: optional(count),
  minAmount: optional(amount),
  maxAmount: optional(amount),
  currency: optional(currency),
  averageDiscount: optional(text),
  features: optional(listOf(text)),
});

const rules = object<OrderabilityRules>({
  countries: listOf(country),
  faceValues: named(listOf(count)),
  excludedMerchants: listOf(text),
});

const list = oneOf<QuarantinedRow['list']>({ products: true, merchants: true });
const quarantinedRow = object<QuarantinedRow>({ list, index: optional(count), reason: text });
const trigger = oneOf<SyncTrigger>({ start: true, daily: true, on_demand: true, order_refused: true });
const ofSync = { culture: parsed(Culture), syncId: text };

export const catalogSchemas: Schemas<CatalogEvent> = {
  CatalogSyncRequested: schema({ ...ofSync, trigger }),
  MerchantsListed: schema({ ...ofSync, merchants: listOf(merchant) }),
  ProductsListed: schema({ ...ofSync, products: listOf(product) }),
  ProductsDelisted: schema({ ...ofSync, productCodes: listOf(productCode) }),
  MerchantsDelisted: schema({ ...ofSync, merchantIds: listOf(merchantId) }),
  CatalogSyncCompleted: schema({
    ...ofSync,
    products: count,
    merchants: count,
    quarantined: listOf(quarantinedRow),
    quarantinedCount: count,
  }),
  CatalogSyncRejected: schema({
    ...ofSync,
    list,
    reason: oneOf({ empty: true, shrunk: true }),
    before: count,
    now: count,
    quarantined: optional(listOf(quarantinedRow)),
    quarantinedCount: optional(count),
  }),
  CatalogSyncFailed: schema({ ...ofSync, reason: text }),
  CategoriesListed: schema({ categories: listOf(object<Category>({ categoryId, name: text })) }),
  OrderabilityRulesChanged: schema({ rules }),
};
