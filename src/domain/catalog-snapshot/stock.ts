import type { Product } from './events.ts';

const GONE = new Set([
  'outofstock', 'soldout', 'unavailable', 'notavailable', 'nostock', 'none', 'no', 'false', 'empty', 'exhausted',
]); // prettier-ignore
const THERE = new Set([
  'available', 'instock', 'yes', 'true', 'unlimited', 'limited', 'lowstock', 'low', 'high', 'medium',
]); // prettier-ignore

export type Stock = 'in_stock' | 'out_of_stock' | 'not_told' | 'not_understood';

/** What Amilon's word for the stock means; a word not known is orderable, and reported (amilon.md trap 40). */
export const stockOf = ({ stock }: Pick<Product, 'stock'>): Stock => {
  if (stock === undefined || stock.trim() === '') return 'not_told';
  const count = Number(stock);
  if (!Number.isNaN(count)) return count > 0 ? 'in_stock' : 'out_of_stock';
  const word = stock.toLowerCase().replace(/[^\p{L}]/gu, '');
  if (GONE.has(word)) return 'out_of_stock';
  return THERE.has(word) ? 'in_stock' : 'not_understood';
};
