import type { Product, SnapshotEvent } from '../domain/catalog-snapshot/events.ts';
import { stockOf } from '../domain/catalog-snapshot/stock.ts';
import type { Culture } from '../domain/shared/ids.ts';
import { productFields, sortedName } from '../application/ports/catalogue-documents.ts';
import type { ProductDocument } from '../application/ports/catalogue-documents.ts';
import type { Decoded } from '../application/ports/codec.ts';
import type { Projection } from './projection.ts';

type ProductsEvent = Extract<SnapshotEvent, { type: 'ProductsListed' | 'ProductsDelisted' }>;

const productsEvent = ({ event }: Decoded): ProductsEvent | undefined =>
  event.type === 'ProductsListed' || event.type === 'ProductsDelisted' ? event : undefined;

const keyOf = (culture: Culture, productCode: string): string => `${culture}/${productCode}`;

/** Rows as Amilon lists them, keyed `{culture}/{productCode}`; what left the list is flagged. */
export const productsProjection: Projection<ProductDocument> = {
  category: 'catalog',
  definition: {
    name: 'products',
    schema: 2,
    within: productFields.culture,
    fields: {
      [productFields.culture]: (doc) => doc.culture,
      [productFields.name]: (doc) => sortedName(doc.product.name),
      [productFields.listed]: (doc) => doc.listed,
      [productFields.offered]: (doc) => doc.listed && offered(doc.product),
      [productFields.merchant]: (doc) => merchantIds(doc.product),
      [productFields.faceValue]: ({ product: { price } }) => `${price.currency} ${String(price.minor)}`,
      [productFields.currency]: (doc) => doc.product.price.currency,
    },
    sort: { field: productFields.name, direction: 'asc' },
  },
  keys: (event) => {
    const happened = productsEvent(event);
    return happened === undefined ? [] : codesOf(happened).map((code) => keyOf(happened.culture, code));
  },
  evolve: (doc, event, key) => {
    const happened = productsEvent(event);
    if (happened === undefined) return undefined;
    const { culture, at } = happened;
    if (happened.type === 'ProductsDelisted')
      return doc === undefined ? undefined : { ...doc, listed: false, changedAt: at };
    const product = happened.products.find((row) => row.productCode === key.slice(culture.length + 1));
    return product === undefined ? undefined : { culture, product, listed: true, changedAt: at };
  },
};

const codesOf = (event: ProductsEvent): readonly string[] =>
  event.type === 'ProductsDelisted' ? event.productCodes : event.products.map((row) => row.productCode);

const offered = (product: Product): boolean => product.active !== false && stockOf(product) !== 'out_of_stock';

const merchantIds = ({ merchantId, merchantCode }: Product): readonly string[] => [
  ...new Set([merchantId, merchantCode].flatMap((id) => (id === undefined ? [] : [id.toLowerCase()]))),
];
