import { same } from '../shared/same.ts';
import type { Merchant, Product, SnapshotEvent } from './events.ts';
import { chunksOf } from './chunks.ts';
import type { RecordListing } from './commands.ts';
import type { CatalogSnapshot } from './state.ts';

/** What changed between the fold and what Amilon lists, in chunks, each a true fact by itself (design 18). */
export const differences = (
  { at, culture, syncId, listing, policy }: RecordListing,
  state: CatalogSnapshot,
): readonly SnapshotEvent[] => {
  const sync = { at, culture, syncId };
  const chunks = <Row>(rows: readonly Row[]): readonly (readonly Row[])[] => chunksOf(rows, policy.chunkBytes);
  const products = changes(state.products, listing.products, (row: Product) => row.productCode);
  const merchants = changes(state.merchants, listing.merchants, (row: Merchant) => row.merchantId);
  // Merchants come before their products and go after them: a product never stands without its merchant.
  return [
    ...chunks(merchants.listed).map((rows): SnapshotEvent => ({ type: 'MerchantsListed', ...sync, merchants: rows })),
    ...chunks(products.listed).map((rows): SnapshotEvent => ({ type: 'ProductsListed', ...sync, products: rows })),
    ...chunks(products.gone).map((rows): SnapshotEvent => ({ type: 'ProductsDelisted', ...sync, productCodes: rows })),
    ...chunks(merchants.gone).map((rows): SnapshotEvent => ({ type: 'MerchantsDelisted', ...sync, merchantIds: rows })),
  ];
};

const changes = <Key, Row>(
  known: ReadonlyMap<Key, Row>,
  rows: readonly Row[],
  keyOf: (row: Row) => Key,
): { readonly listed: readonly Row[]; readonly gone: readonly Key[] } => {
  const now = new Map(rows.map((row) => [keyOf(row), row]));
  return {
    listed: [...now].filter(([key, row]) => !same(known.get(key), row)).map(([, row]) => row),
    gone: [...known.keys()].filter((key) => !now.has(key)),
  };
};
