import type { NotOrderable } from '../../domain/catalog-snapshot/orderability.ts';
import type { ContractWarning } from '../../domain/contract/validity.ts';
import type { CategoryId, Country, MerchantId, ProductCode } from '../../domain/shared/ids.ts';
import type { Instant } from '../../domain/shared/instant.ts';
import type { Currency } from '../../domain/shared/money.ts';

// What clients read of the catalogue and the contract: the shapes of surface.md. What Amilon did not tell is absent.

export interface MoneyView {
  /** Decimal text with all the currency's decimals. */
  readonly amount: string;
  readonly currency: Currency;
}

export interface ProductView {
  readonly productCode: ProductCode;
  readonly name: string;
  readonly description?: string;
  readonly merchant: { readonly id?: MerchantId; readonly code?: string; readonly name?: string };
  readonly category?: { readonly id?: CategoryId; readonly name: string };
  readonly faceValue: MoneyView;
  readonly currency: Currency;
  readonly imageUrl?: string;
  readonly active?: boolean;
  readonly stock?: string;
  readonly quantity: { readonly min?: number; readonly max?: number };
  readonly terms?: string;
  readonly delivery: { readonly method?: string; readonly time?: string };
  readonly orderable: boolean;
  readonly notOrderableBecause: readonly NotOrderable[];
  /** Only for the scope `catalog:pricing`. */
  readonly pricing?: { readonly net?: MoneyView; readonly discountPercent?: string };
}

export interface MerchantView {
  readonly id: MerchantId;
  readonly code?: string;
  readonly name: string;
  readonly description?: string;
  readonly logoUrl?: string;
  readonly websiteUrl?: string;
  readonly category?: string;
  readonly country?: Country;
  readonly active?: boolean;
  /** Of products that may be ordered now: counts follow the rules too (amilon.md trap 37). */
  readonly productCount: number;
  /** Shown, not enforced: a product's own price decides (amilon.md trap 36). */
  readonly faceValue: { readonly min?: MoneyView; readonly max?: MoneyView };
  readonly currency?: Currency;
  readonly features: readonly string[];
  /** Only for the scope `catalog:pricing`. */
  readonly averageDiscountPercent?: string;
}

export interface CategoryView {
  readonly id: CategoryId;
  readonly name: string;
}

export interface ContractView {
  readonly name: string;
  readonly status?: string;
  readonly validFrom?: Instant;
  readonly validUntil?: Instant;
  readonly terms?: string;
  readonly countries?: readonly Country[];
  readonly maxOrderAmount?: MoneyView;
  readonly balance?: MoneyView;
  readonly currency: Currency;
  /** When Amilon last told this. */
  readonly asOf: Instant;
  /** How often it was told otherwise than before: `version=` asks for it again. */
  readonly version: number;
  readonly warnings: readonly ContractWarning[];
}

/** How fresh what is shown is (amilon.md trap 38). */
export interface CatalogueMeta {
  readonly syncedAt: Instant;
  /** How many syncs of this culture were completed. */
  readonly generation: number;
  /** Of the culture's history: `version=` asks for it again. */
  readonly version: number;
  readonly stale: boolean;
}
