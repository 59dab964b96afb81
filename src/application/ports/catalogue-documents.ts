import type { Merchant, Product } from '../../domain/catalog-snapshot/events.ts';
import type { Culture } from '../../domain/shared/ids.ts';
import type { Instant } from '../../domain/shared/instant.ts';

/**
 * A row of one culture as Amilon listed it last. Whether it is orderable, its merchant and its category are not
 * in it: they come from the fold, so that one changed merchant rewrites no product (design 18).
 */
export interface ProductDocument {
  readonly culture: Culture;
  readonly product: Product;
  /** False once Amilon lists it no more: flagged, never deleted. */
  readonly listed: boolean;
  readonly changedAt: Instant;
}

/** As a product's, of a merchant. */
export interface MerchantDocument {
  readonly culture: Culture;
  readonly merchant: Merchant;
  readonly listed: boolean;
  readonly changedAt: Instant;
}

/** Fields that lists of products filter by. */
export const productFields = {
  culture: 'culture',
  /** Lower case: the order of lists. */
  name: 'name',
  /** Listed, not inactive, not out of stock: what the row alone decides. */
  offered: 'offered',
  listed: 'listed',
  /** MerchantId and MerchantCode, lower case. */
  merchant: 'merchant',
  /** `EUR 5000`: currency and minor units. */
  faceValue: 'faceValue',
  currency: 'currency',
} as const;

/** Characters of a name that order a list: a place in it must fit into a cursor. Names that begin alike go by their keys. */
const SORTED = 200;

/** What lists are ordered by. */
export const sortedName = (name: string): string => name.toLowerCase().slice(0, SORTED).toWellFormed();

/** Fields that lists of merchants filter by. */
export const merchantFields = { culture: 'culture', name: 'name', listed: 'listed' } as const;
