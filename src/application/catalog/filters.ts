import type { Merchant, Product } from '../../domain/catalog-snapshot/events.ts';
import { countryOf, idsOf, merchantOf, objectionsToMerchant } from '../../domain/catalog-snapshot/orderability.ts';
import type { NotOrderable } from '../../domain/catalog-snapshot/orderability.ts';
import type { CategoryId, Country, MerchantId } from '../../domain/shared/ids.ts';
import { sameMoney } from '../../domain/shared/money.ts';
import type { Currency, Money } from '../../domain/shared/money.ts';
import { productFields } from '../ports/catalogue-documents.ts';
import type { MerchantDocument, ProductDocument } from '../ports/catalogue-documents.ts';
import type { Query } from '../ports/read-models.ts';
import type { CatalogueView } from './catalogue.ts';
import { categoryOf, objectionsToDocument } from './views.ts';

/** `only`: what may be ordered now; `not`: what may not, and why; excluded merchants are in neither (amilon.md trap 37). */
export type Orderable = 'only' | 'not' | 'all';

export interface ProductFilters {
  readonly country?: Country;
  readonly currency?: Currency;
  readonly categoryId?: CategoryId;
  readonly merchantId?: MerchantId;
  readonly merchantCode?: string;
  readonly faceValue?: Money;
  readonly orderable: Orderable;
  /** Part of the name, the code, the description or the merchant's name, any case. */
  readonly q?: string;
}

export type MerchantFilters = Pick<ProductFilters, 'country' | 'orderable' | 'q'>;

export type Where = NonNullable<Query['where']>;

/** Narrows what is read; may let through more than the filters, never less. */
export const whereOf = (filters: ProductFilters, view: CatalogueView): Where => {
  const { currency, faceValue } = filters;
  const where = {
    [productFields.culture]: view.culture,
    [productFields.listed]: true,
    ...(currency === undefined ? {} : { [productFields.currency]: currency }),
    ...(faceValue === undefined
      ? {}
      : { [productFields.faceValue]: `${faceValue.currency} ${String(faceValue.minor)}` }),
    ...merchantsOf(filters, view),
  };
  if (filters.orderable !== 'only') return where;
  const allowed = Object.entries(view.rules.faceValues).flatMap(([of, amounts]) =>
    amounts.map((minor) => `${of} ${String(minor)}`),
  );
  return { [productFields.faceValue]: allowed, ...where, [productFields.offered]: true };
};

const merchantsOf = (filters: ProductFilters, view: CatalogueView): Where => {
  const merchants = [...view.snapshot.merchants.values()];
  if (filters.merchantId !== undefined || filters.merchantCode !== undefined) {
    const ids = [filters.merchantId, filters.merchantCode].flatMap((id) =>
      id === undefined ? [] : [id.toLowerCase()],
    );
    // Several may share a code.
    const known = merchants.map(idsOf).filter((all) => all.some((id) => ids.includes(id)));
    return { [productFields.merchant]: [...new Set([...ids, ...known.flat()])] };
  }
  if (filters.orderable !== 'only') return {};
  const open = merchants.filter((merchant) => view.orderableProducts().has(merchant.merchantId));
  // Where most are open hardly a product is spared, and asking for one of many merchants costs more than that.
  if (2 * open.length > merchants.length) return {};
  return { [productFields.merchant]: [...new Set(open.flatMap(idsOf))] };
};

/** Whether the document is in the list; the fold decides, exactly. */
export const matchesProduct = (doc: ProductDocument, filters: ProductFilters, view: CatalogueView): boolean => {
  const { product } = doc;
  const merchant = merchantOf(product, view.merchants);
  const { productCode, name, description, price } = product;
  return (
    shown(objectionsToDocument(doc, view), filters.orderable) &&
    (filters.faceValue === undefined || sameMoney(filters.faceValue, price)) &&
    asAsked([
      [filters.currency, price.currency],
      [filters.categoryId?.toLowerCase(), categoryOf(product, view)?.categoryId.toLowerCase()],
      ...merchantPairs(filters, product, merchant),
    ]) &&
    found(filters.q, [name, productCode, description, merchant?.name])
  );
};

/** What was asked for, and what the row has. */
type Pair = readonly [asked: string | undefined, is: string | undefined];

const asAsked = (pairs: readonly Pair[]): boolean => pairs.every(([asked, is]) => asked === undefined || asked === is);

const merchantPairs = (filters: ProductFilters, product: Product, merchant: Merchant | undefined): readonly Pair[] => {
  const code = filters.merchantCode?.toLowerCase();
  return merchant === undefined
    ? [
        [filters.merchantId, product.merchantId],
        [code, product.merchantCode?.toLowerCase()],
        [filters.country, undefined],
      ]
    : [
        [filters.merchantId, merchant.merchantId],
        [code, (merchant.code ?? product.merchantCode)?.toLowerCase()],
        [filters.country, countryOf(merchant, product.country)],
      ];
};

/**
 * Whether the merchant is in the list; one without objections is one whose products may be ordered. So is one of whose
 * products some may: their own rows may name the country that its row does not (amilon.md trap 33).
 */
export const matchesMerchant = (
  { merchant }: MerchantDocument,
  filters: MerchantFilters,
  view: CatalogueView,
): boolean =>
  shown(
    view.orderableProducts().has(merchant.merchantId) ? [] : objectionsToMerchant(merchant, view.orderability),
    filters.orderable,
  ) &&
  asAsked([[filters.country, countryOf(merchant)]]) &&
  found(filters.q, [merchant.name, merchant.code, merchant.description]);

const shown = (objections: readonly NotOrderable[], orderable: Orderable): boolean => {
  if (objections.includes('merchant_excluded')) return false;
  if (orderable === 'all') return true;
  return (objections.length === 0) === (orderable === 'only');
};

const found = (q: string | undefined, texts: readonly (string | undefined)[]): boolean =>
  q === undefined || texts.some((text) => text?.toLowerCase().includes(q.toLowerCase()) === true);
