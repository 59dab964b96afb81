import { z } from 'zod';
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
import { amount, count, currency, flag, object, oneOf, parsed, type Schemas, text } from './fields.ts';

const productCode = parsed(ProductCode);
const merchantId = parsed(MerchantId);
const categoryId = parsed(CategoryId);
const country = parsed(Country);
export const countryOrUnknown: z.ZodType<Country | 'unknown'> = z.union([country, z.literal('unknown')]);

const product = object<Product>({
  productCode,
  name: text,
  description: text.exactOptional(),
  merchantId: merchantId.exactOptional(),
  merchantCode: text.exactOptional(),
  price: amount,
  netPrice: amount.exactOptional(),
  discount: text.exactOptional(),
  categoryId: categoryId.exactOptional(),
  category: text.exactOptional(),
  imageUrl: text.exactOptional(),
  active: flag.exactOptional(),
  stock: text.exactOptional(),
  minQuantity: count.exactOptional(),
  maxQuantity: count.exactOptional(),
  terms: text.exactOptional(),
  deliveryMethod: text.exactOptional(),
  deliveryTime: text.exactOptional(),
  country: countryOrUnknown.exactOptional(),
});

const merchant = object<Merchant>({
  merchantId,
  otherId: text.exactOptional(),
  code: text.exactOptional(),
  name: text,
  description: text.exactOptional(),
  logoUrl: text.exactOptional(),
  websiteUrl: text.exactOptional(),
  category: text.exactOptional(),
  country: countryOrUnknown.exactOptional(),
  countryRaw: text.exactOptional(),
  active: flag.exactOptional(),
  productCount: count.exactOptional(),
  minAmount: amount.exactOptional(),
  maxAmount: amount.exactOptional(),
  currency: currency.exactOptional(),
  averageDiscount: text.exactOptional(),
  features: z.array(text).exactOptional(),
});

const rules = object<OrderabilityRules>({
  countries: z.array(country),
  faceValues: z.record(text, z.array(count)),
  excludedMerchants: z.array(text),
});

const list = oneOf<QuarantinedRow['list']>({ products: true, merchants: true });
const quarantinedRow = object<QuarantinedRow>({ list, index: count.exactOptional(), reason: text });
const trigger = oneOf<SyncTrigger>({ start: true, daily: true, on_demand: true, order_refused: true });
const ofSync = { culture: parsed(Culture), syncId: text };

export const catalogSchemas: Schemas<CatalogEvent> = {
  CatalogSyncRequested: object({ ...ofSync, trigger }),
  MerchantsListed: object({ ...ofSync, merchants: z.array(merchant) }),
  ProductsListed: object({ ...ofSync, products: z.array(product) }),
  ProductsDelisted: object({ ...ofSync, productCodes: z.array(productCode) }),
  MerchantsDelisted: object({ ...ofSync, merchantIds: z.array(merchantId) }),
  CatalogSyncCompleted: object({
    ...ofSync,
    products: count,
    merchants: count,
    quarantined: z.array(quarantinedRow),
    quarantinedCount: count,
  }),
  CatalogSyncRejected: object({
    ...ofSync,
    list,
    reason: oneOf({ empty: true, shrunk: true }),
    before: count,
    now: count,
  }),
  CatalogSyncFailed: object({ ...ofSync, reason: text }),
  CategoriesListed: object({ categories: z.array(object<Category>({ categoryId, name: text })) }),
  OrderabilityRulesChanged: object({ rules }),
};
