import { Currency, type Money, money } from '../../../domain/shared/money.ts';
import type { WireForm } from './calls.ts';
import { PORTUGAL } from './cultures.ts';
import { generatedMerchants, generatedProducts } from './generated-catalogue.ts';
import { magic } from './magic.ts';

export interface SandboxMerchant {
  readonly id: string;
  readonly code: string;
  readonly name: string;
  readonly description: string;
  readonly category: string;
  /** ISO alpha-3 and the English name. */
  readonly country: readonly [alpha3: string, name: string];
  readonly active: boolean;
  readonly currency: string;
  readonly features: readonly string[];
  /** The one culture it is listed in, with its products; without it all are. */
  readonly culture?: string;
}

export interface SandboxProduct {
  readonly code: string;
  readonly merchant: SandboxMerchant;
  readonly name: string;
  readonly price: Money;
  readonly category: SandboxCategory;
  readonly active: boolean;
  readonly stock: string;
  readonly maxQuantity: number;
  readonly terms: string;
  /** How its row is written, whatever the others are. */
  readonly wire?: WireForm;
}

export interface Catalogue {
  readonly merchants: readonly SandboxMerchant[];
  readonly products: ReadonlyMap<string, SandboxProduct>;
}

export interface SandboxCategory {
  readonly id: string;
  readonly name: string;
  /** As it was seen: a GUID, and a name in Italian whatever the culture. */
  readonly observed: { readonly id: string; readonly name: string };
}

export const categories: readonly SandboxCategory[] = [
  ['e-commerce', 'Commercio elettronico'],
  ['retail', 'Negozi'],
  ['entertainment', 'Intrattenimento'],
  ['food-delivery', 'Consegna di cibo'],
  ['travel', 'Viaggi'],
  ['gaming', 'Giochi'],
].map(([name = 'none', italian = name], index) => ({
  id: `cat-00${String(index + 1)}`,
  name,
  observed: { id: `ca700000-0000-4000-8000-00000000000${String(index + 1)}`, name: italian },
}));

const categoryOf = (name: string): SandboxCategory => {
  const found = categories.find((category) => category.name === name);
  if (found === undefined) throw new RangeError(`no such category: ${name}`);
  return found;
};

const merchant = (id: string, name: string, rest: Partial<SandboxMerchant> = {}): SandboxMerchant => ({
  id,
  code: name.toUpperCase().replace(/[^A-Z0-9]/g, ''),
  name,
  description: `Gift cards of ${name}`,
  category: 'retail',
  country: PORTUGAL,
  active: true,
  currency: 'EUR',
  features: ['Digital delivery'],
  ...rest,
});

const amazon = merchant('a1234567-89ab-cdef-0123-456789abcdef', 'Amazon', {
  description: "World's largest online retailer",
  category: 'e-commerce',
  features: ['Instant delivery', 'No expiry', 'Reloadable'],
});
const fnac = merchant('b2345678-90ab-cdef-1234-56789abcdef0', 'Fnac', {
  description: 'French retail chain for cultural and electronic products',
  features: ['Digital delivery', '24 months validity'],
});
// Excluded by App Store policy (amilon.md section 1).
const twitch = merchant('a4322514-36f1-401e-af3d-6a1784a3da7a', 'Twitch', { category: 'gaming' });
const closed = merchant('c3456789-01ab-4def-8345-6789abcdef01', 'Closed Cinema', {
  category: 'entertainment',
  active: false,
});
const italian = merchant('d4567890-12ab-4def-8456-789abcdef012', 'Trattoria', {
  category: 'food-delivery',
  country: ['ITA', 'Italy'],
});
const british = merchant('e5678901-23ab-4def-8567-89abcdef0123', 'Corner Shop', {
  country: ['GBR', 'United Kingdom'],
  currency: 'GBP',
});
const travel = merchant('f6789012-34ab-4def-8678-9abcdef01234', 'Viagens', { category: 'travel' });
const simulator = merchant('5a4d0b0c-0000-4000-8000-000000000001', 'Simulator', { category: 'gaming' });

const symbols = new Map([
  ['EUR', '€'],
  ['GBP', '£'],
]);

const product = (
  code: string,
  of: SandboxMerchant,
  amount: number,
  rest: Partial<SandboxProduct> = {},
): SandboxProduct => ({
  code,
  merchant: of,
  name: `${of.name} Gift Card ${symbols.get(of.currency) ?? `${of.currency} `}${String(amount)}`,
  price: money(amount * 100, Currency(of.currency)),
  category: categoryOf(of.category),
  active: true,
  stock: 'Available',
  maxQuantity: 10,
  terms: 'Valid for 12 months',
  ...rest,
});

const ordinaryProducts: readonly SandboxProduct[] = [
  product('AMAZON_50_EUR', amazon, 50),
  product('FNAC_25_EUR', fnac, 25, { maxQuantity: 20, terms: 'Valid for 24 months' }),
  product('AMAZON_100_EUR', amazon, 100, { stock: 'OutOfStock' }),
  product('AMAZON_250_EUR', amazon, 250, { active: false }),
  // Not in the list of amounts.
  product('FNAC_15_EUR', fnac, 15),
  product('FNAC_500_EUR', fnac, 500, { category: categoryOf('entertainment'), maxQuantity: 20 }),
  product('TWITCH_25_EUR', twitch, 25),
  product('CINEMA_10_EUR', closed, 10),
  product('TRATTORIA_50_EUR', italian, 50),
  product('CORNER_25_GBP', british, 25),
  product('VIAGENS_100_EUR', travel, 100),
];

const magicProducts: readonly SandboxProduct[] = [...magic].map(([code, { wire }]) =>
  product(code, simulator, 10, {
    name: `Simulated: ${code}`,
    maxQuantity: 100,
    ...(wire === undefined ? {} : { wire }),
  }),
);

/** The ordinary catalogue, the magic products, and `extra` generated ones: always the same for the same `extra`. */
export const createCatalogue = (extra: number): Catalogue => {
  const more = generatedMerchants(extra).map(({ id, name, ...rest }) => merchant(id, name, rest));
  const generated = generatedProducts(extra, more, ({ code, of, amount }) => product(code, of, amount));
  const all = [...ordinaryProducts, ...magicProducts, ...generated];
  return {
    merchants: [amazon, fnac, twitch, closed, italian, british, travel, simulator, ...more],
    products: new Map(all.map((each) => [each.code, each])),
  };
};
