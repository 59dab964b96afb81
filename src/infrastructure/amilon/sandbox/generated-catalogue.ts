import { markets } from './cultures.ts';

const amounts = [10, 25, 50, 100, 250, 500] as const;
const words = ['e-commerce', 'retail', 'entertainment', 'food-delivery', 'travel', 'gaming'] as const;
const PER_MERCHANT = 25;

const at = <T>(list: readonly T[], index: number): T => {
  const found = list[index % list.length];
  if (found === undefined) throw new RangeError('an empty list');
  return found;
};

/** A merchant for every 25 generated products, in one culture each, all ten in turn. */
export const generatedMerchants = (products: number) =>
  Array.from({ length: Math.ceil(products / PER_MERCHANT) }, (_, index) => ({
    id: `0e5a0000-0000-4000-8000-${String(index + 1).padStart(12, '0')}`,
    name: `Merchant ${String(index + 1)}`,
    category: at(words, index),
    ...at(markets, index),
  }));

/** Products `GEN_000001_10_EUR` …, by index alone; listed in the culture of their merchant. */
export const generatedProducts = <Merchant extends { readonly currency: string }, Product>(
  products: number,
  merchants: readonly Merchant[],
  make: (terms: { readonly code: string; readonly of: Merchant; readonly amount: number }) => Product,
): readonly Product[] =>
  Array.from({ length: products }, (_, index) => {
    const amount = at(amounts, index);
    const of = at(merchants, Math.floor(index / PER_MERCHANT));
    const code = `GEN_${String(index + 1).padStart(6, '0')}_${String(amount)}_${of.currency}`;
    return make({ code, of, amount });
  });
