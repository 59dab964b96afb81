import type { Country, MerchantId } from '../shared/ids.ts';
import type { Currency } from '../shared/money.ts';
import type { Merchant, OrderabilityRules, Product } from './events.ts';
import { stockOf } from './stock.ts';

/** Why a product may not be ordered; a product without any reason may. */
export type NotOrderable =
  | 'delisted'
  | 'product_inactive'
  | 'out_of_stock'
  | 'merchant_unknown'
  | 'merchant_inactive'
  | 'merchant_excluded'
  | 'merchant_not_in_country'
  | 'country_unknown'
  | 'country_not_in_contract'
  | 'face_value_not_allowed'
  | 'currency_not_of_contract';

/** What of the contract bounds the catalogue; absent countries are no bound (amilon.md section 2). */
interface ContractBounds {
  readonly currency: Currency;
  readonly countries?: readonly (Country | 'unknown')[];
}

/** Merchants by each of their ids and codes, lower case. */
export type MerchantIndex = ReadonlyMap<string, Merchant>;

export interface OrderabilityContext {
  readonly merchants: MerchantIndex;
  readonly rules: OrderabilityRules;
  readonly contract?: ContractBounds;
}

/** Every id and code the merchant is known by, lower case. */
export const idsOf = ({ merchantId, otherId, code }: Merchant): readonly string[] =>
  [merchantId, otherId, code].flatMap((id) => (id === undefined ? [] : [id.toLowerCase()]));

/** RetailerIds win over other ids, those over codes (amilon.md trap 39). */
export const indexMerchants = (merchants: ReadonlyMap<MerchantId, Merchant>): MerchantIndex => {
  const rows = [...merchants.values()];
  const by = (idOf: (merchant: Merchant) => string | undefined): readonly (readonly [string, Merchant])[] =>
    rows.flatMap((row) => {
      const id = idOf(row);
      return id === undefined ? [] : [[id.toLowerCase(), row] as const];
    });
  return new Map([...by((row) => row.code), ...by((row) => row.otherId), ...by((row) => row.merchantId)]);
};

/** By MerchantId, else by MerchantCode, which may hold either (amilon.md section 2 and trap 39). */
export const merchantOf = (product: Product, merchants: MerchantIndex): Merchant | undefined => {
  const { merchantId, merchantCode } = product;
  const byId = merchantId === undefined ? undefined : merchants.get(merchantId.toLowerCase());
  return byId ?? (merchantCode === undefined ? undefined : merchants.get(merchantCode.toLowerCase()));
};

/** Whether the merchant is excluded under any id that it, or a product of it, is known by (amilon.md trap 37). */
const excluded = (ids: readonly (string | undefined)[], { excludedMerchants }: OrderabilityRules): boolean =>
  ids.some((id) => id !== undefined && excludedMerchants.includes(id.toLowerCase()));

const knownCountry = (country: Country | 'unknown' | undefined): Country | undefined =>
  country === 'unknown' ? undefined : country;

/** A product's country is its merchant's; `told`: where the product's own row names it (amilon.md trap 33). */
export const countryOf = (merchant: Merchant, told?: Country | 'unknown'): Country | undefined =>
  knownCountry(merchant.country) ?? knownCountry(told);

/** A culture allows no country: only the rules and the contract do, both of them (amilon.md trap 33). */
const objectionToCountry = (
  country: Country | undefined,
  { rules, contract }: OrderabilityContext,
): readonly NotOrderable[] => {
  if (country === undefined) return ['country_unknown'];
  return reasons({
    merchant_not_in_country: !rules.countries.includes(country),
    country_not_in_contract: contract?.countries?.includes(country) === false,
  });
};

/** Why nothing of this merchant may be ordered. `told`: the country where a product's own row names it. */
export const objectionsToMerchant = (
  merchant: Merchant,
  context: OrderabilityContext,
  told?: Country | 'unknown',
): readonly NotOrderable[] => [
  ...reasons({
    merchant_excluded: excluded(idsOf(merchant), context.rules),
    merchant_inactive: merchant.active === false,
  }),
  ...objectionToCountry(countryOf(merchant, told), context),
];

/** Why this listed product may not be ordered; none: it may (amilon.md traps 33 to 40). */
export const objectionsTo = (product: Product, context: OrderabilityContext): readonly NotOrderable[] => {
  const { rules, contract } = context;
  const merchant = merchantOf(product, context.merchants);
  const { minor, currency } = product.price;
  const own = reasons({
    product_inactive: product.active === false,
    out_of_stock: stockOf(product) === 'out_of_stock',
    merchant_unknown: merchant === undefined,
    merchant_excluded: excluded([product.merchantId, product.merchantCode], rules),
    face_value_not_allowed: rules.faceValues[currency]?.includes(minor) !== true,
    currency_not_of_contract: contract !== undefined && contract.currency !== currency,
  });
  const merchants = merchant === undefined ? [] : objectionsToMerchant(merchant, context, product.country);
  return [...new Set([...own, ...merchants])];
};

const reasons = (found: { readonly [R in NotOrderable]?: boolean }): readonly NotOrderable[] =>
  (Object.keys(found) as NotOrderable[]).filter((reason) => found[reason] === true);
