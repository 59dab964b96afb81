import type { CategoryId, Country, Culture, MerchantId, ProductCode } from '../shared/ids.ts';
import type { Instant } from '../shared/instant.ts';
import type { Currency, Money } from '../shared/money.ts';

/** A product as Amilon lists it; what is orderable follows from the rules, not from here (design 18). */
export interface Product {
  readonly productCode: ProductCode;
  readonly name: string;
  readonly description?: string;
  readonly merchantId?: MerchantId;
  readonly merchantCode?: string;
  readonly price: Money;
  readonly netPrice?: Money;
  /** Percent as decimal text. */
  readonly discount?: string;
  readonly categoryId?: CategoryId;
  readonly category?: string;
  readonly imageUrl?: string;
  readonly active?: boolean;
  readonly stock?: string;
  readonly minQuantity?: number;
  readonly maxQuantity?: number;
  readonly terms?: string;
  readonly deliveryMethod?: string;
  readonly deliveryTime?: string;
  readonly country?: Country | 'unknown';
}

export interface Merchant {
  readonly merchantId: MerchantId;
  /** Amilon's `id` where it differs from RetailerId: exclusions match it too (amilon.md traps 37 and 39). */
  readonly otherId?: string;
  readonly code?: string;
  readonly name: string;
  readonly description?: string;
  readonly logoUrl?: string;
  readonly websiteUrl?: string;
  readonly category?: string;
  readonly country?: Country | 'unknown';
  readonly countryRaw?: string;
  readonly active?: boolean;
  readonly productCount?: number;
  readonly minAmount?: Money;
  readonly maxAmount?: Money;
  readonly currency?: Currency;
  readonly averageDiscount?: string;
  readonly features?: readonly string[];
}

export interface Category {
  readonly categoryId: CategoryId;
  readonly name: string;
}

/** What may be ordered, as configured; applied to the catalogue wherever it is shown or ordered from. */
export interface OrderabilityRules {
  /** ISO alpha-2; a merchant outside makes its products not orderable. */
  readonly countries: readonly Country[];
  /** Amounts per currency, in minor units; a currency without a list is not orderable. */
  readonly faceValues: { readonly [currency: string]: readonly number[] };
  /** Ids or codes of merchants, lower case; compared with every id field (amilon.md trap 37). */
  readonly excludedMerchants: readonly string[];
}

/** A row that was left out, the others count (amilon.md trap 38); without an index the reason names the row. */
export interface QuarantinedRow {
  readonly list: 'products' | 'merchants';
  readonly index?: number;
  readonly reason: string;
}

export type SyncTrigger = 'start' | 'daily' | 'on_demand' | 'order_refused';

/** Of the stream of one culture, `catalog-{culture}`. */
export type SnapshotEvent = { readonly at: Instant } & (
  | {
      readonly type: 'CatalogSyncRequested';
      readonly culture: Culture;
      readonly syncId: string;
      readonly trigger: SyncTrigger;
    }
  | {
      readonly type: 'MerchantsListed';
      readonly culture: Culture;
      readonly syncId: string;
      readonly merchants: readonly Merchant[];
    }
  | {
      readonly type: 'ProductsListed';
      readonly culture: Culture;
      readonly syncId: string;
      readonly products: readonly Product[];
    }
  | {
      readonly type: 'ProductsDelisted';
      readonly culture: Culture;
      readonly syncId: string;
      readonly productCodes: readonly ProductCode[];
    }
  | {
      readonly type: 'MerchantsDelisted';
      readonly culture: Culture;
      readonly syncId: string;
      readonly merchantIds: readonly MerchantId[];
    }
  | {
      readonly type: 'CatalogSyncCompleted';
      readonly culture: Culture;
      readonly syncId: string;
      /** How many Amilon lists. */
      readonly products: number;
      readonly merchants: number;
      /** The first of them, so that the event stays small. */
      readonly quarantined: readonly QuarantinedRow[];
      readonly quarantinedCount: number;
    }
  | {
      readonly type: 'CatalogSyncRejected';
      readonly culture: Culture;
      readonly syncId: string;
      readonly list: 'products' | 'merchants';
      readonly reason: 'empty' | 'shrunk';
      readonly before: number;
      readonly now: number;
      /** Where rows were left out: they may be why. As of a completed sync. */
      readonly quarantined?: readonly QuarantinedRow[];
      readonly quarantinedCount?: number;
    }
  | { readonly type: 'CatalogSyncFailed'; readonly culture: Culture; readonly syncId: string; readonly reason: string }
);

/** Of the stream `catalog-categories`. */
export type CategoriesEvent = { readonly at: Instant } & {
  readonly type: 'CategoriesListed';
  readonly categories: readonly Category[];
};

/** Of the stream `catalog-orderability`. */
export type OrderabilityEvent = { readonly at: Instant } & {
  readonly type: 'OrderabilityRulesChanged';
  readonly rules: OrderabilityRules;
};

export type CatalogEvent = SnapshotEvent | CategoriesEvent | OrderabilityEvent;
