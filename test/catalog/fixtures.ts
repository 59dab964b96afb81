import type { Listing, RecordListing } from '../../src/domain/catalog-snapshot/commands.ts';
import { defaultSyncPolicy } from '../../src/domain/catalog-snapshot/commands.ts';
import type { Merchant, OrderabilityRules, Product, SnapshotEvent } from '../../src/domain/catalog-snapshot/events.ts';
import { evolveAll, emptySnapshot } from '../../src/domain/catalog-snapshot/state.ts';
import type { CatalogSnapshot } from '../../src/domain/catalog-snapshot/state.ts';
import type { ContractTerms } from '../../src/domain/contract/events.ts';
import { Country, Culture, MerchantId, ProductCode } from '../../src/domain/shared/ids.ts';
import { instant } from '../../src/domain/shared/instant.ts';
import { Currency, money } from '../../src/domain/shared/money.ts';
import type { Money } from '../../src/domain/shared/money.ts';

export const at = instant('2026-03-01T10:00:00.000Z');
export const ptPT = Culture('pt-PT');
export const frFR = Culture('fr-FR');
export const EUR = Currency('EUR');
export const euro = (minor: number): Money => money(minor, EUR);

export const code = (n: number | string): ProductCode => ProductCode(`P-${String(n)}`);
export const shop: Merchant = { merchantId: MerchantId('m-1'), name: 'Shop', country: Country('PT') };
export const merchant = (n: number): Merchant => ({ ...shop, merchantId: MerchantId(`m-${String(n)}`) });
export const product = (n: number | string, change: Partial<Product> = {}): Product => ({
  productCode: code(n),
  name: `Voucher ${String(n)}`,
  merchantId: shop.merchantId,
  price: euro(5000),
  ...change,
});

export const products = (many: number): readonly Product[] => Array.from({ length: many }, (_, n) => product(n));

export const rules: OrderabilityRules = {
  countries: [Country('PT')],
  faceValues: { EUR: [1000, 5000] },
  excludedMerchants: ['0199bdd3-32b1-72be-905b-591833b488cf', 'twitch'],
};

export const terms: ContractTerms = {
  name: 'Frame contract',
  validFrom: instant('2026-01-01T00:00:00.000Z'),
  validUntil: instant('2026-12-31T23:59:59.000Z'),
  currency: EUR,
};

export const sync = (syncId: string) => ({ at, culture: ptPT, syncId });

export const listing = (change: Partial<Listing> = {}): Listing => ({
  products: [product(1)],
  merchants: [shop],
  quarantined: [],
  ...change,
});

export const recordListing = (syncId: string, change: Partial<Listing> = {}): RecordListing => ({
  type: 'RecordListing',
  ...sync(syncId),
  trigger: 'daily',
  listing: listing(change),
  policy: defaultSyncPolicy,
});

export const requested = (syncId: string): SnapshotEvent => ({
  type: 'CatalogSyncRequested',
  ...sync(syncId),
  trigger: 'daily',
});

export const completed = (syncId: string, counts: { products: number; merchants: number }): SnapshotEvent => ({
  type: 'CatalogSyncCompleted',
  ...sync(syncId),
  ...counts,
  quarantined: [],
  quarantinedCount: 0,
});

/** A catalogue after one whole sync, `s1`. */
export const synced = (rows: readonly Product[], merchants: readonly Merchant[] = [shop]): CatalogSnapshot =>
  evolveAll(emptySnapshot, [
    requested('s1'),
    { type: 'MerchantsListed', ...sync('s1'), merchants },
    { type: 'ProductsListed', ...sync('s1'), products: rows },
    completed('s1', { products: rows.length, merchants: merchants.length }),
  ]);

export const syncing = (state: CatalogSnapshot, syncId: string): CatalogSnapshot =>
  evolveAll(state, [requested(syncId)]);
