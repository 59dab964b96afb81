import { objectionsToMerchant } from '../../domain/catalog-snapshot/orderability.ts';
import type { MerchantId, ProductCode } from '../../domain/shared/ids.ts';
import { merchantFields } from '../ports/catalogue-documents.ts';
import { pageOf } from '../queries/pages.ts';
import type { Page, PageQuery } from '../queries/pages.ts';
import { matchesMerchant, matchesProduct, whereOf } from './filters.ts';
import type { MerchantFilters, ProductFilters } from './filters.ts';
import { isPast } from './history.ts';
import type { Moment, NotThen } from './history.ts';
import { open } from './opened.ts';
import type { CatalogueAsked, NoCatalogue, QueryDeps } from './opened.ts';
import type { CatalogueMeta, CategoryView, ContractView, MerchantView, ProductView } from './view-shapes.ts';
import { categoryView, contractView, merchantView, objectionsToDocument, productView } from './views.ts';
import type { ViewDetail } from './views.ts';

export interface Listed<View> extends Page<View> {
  readonly meta: CatalogueMeta;
}

export interface One<View> {
  readonly data: View;
  readonly meta: CatalogueMeta;
}

type Asked = ViewDetail & CatalogueAsked;

const orderOf = ({ sort }: PageQuery): Pick<PageQuery, 'sort'> => (sort === undefined ? {} : { sort });

/** Products by name; excluded merchants' never. @throws Unavailable */
export const listProducts =
  (deps: QueryDeps) =>
  async (asked: Asked, filters: ProductFilters, page: PageQuery): Promise<Listed<ProductView> | NoCatalogue> => {
    const opened = await open(deps, asked);
    if (typeof opened === 'string') return opened;
    const { view, meta, products } = opened;
    const list = { where: whereOf(filters, view), ...orderOf(page) };
    const { data, ...next } = await pageOf(
      (part) => products.find({ ...list, ...part }),
      page,
      ({ doc }) => matchesProduct(doc, filters, view),
    );
    return { data: data.map((doc) => productView(doc, view, asked)), meta, ...next };
  };

/** One product, also when it left the list; not of an excluded merchant (amilon.md trap 37). @throws Unavailable */
export const getProduct =
  (deps: QueryDeps) =>
  async (asked: Asked, code: ProductCode): Promise<One<ProductView> | NoCatalogue | 'not_found'> => {
    const opened = await open(deps, asked);
    if (typeof opened === 'string') return opened;
    const { view, meta } = opened;
    const kept = await opened.products.get(`${asked.culture}/${code}`);
    if (kept === undefined || objectionsToDocument(kept.doc, view).includes('merchant_excluded')) return 'not_found';
    return { data: productView(kept.doc, view, asked), meta };
  };

/** Merchants by name; excluded ones never. @throws Unavailable */
export const listMerchants =
  (deps: QueryDeps) =>
  async (asked: Asked, filters: MerchantFilters, page: PageQuery): Promise<Listed<MerchantView> | NoCatalogue> => {
    const opened = await open(deps, asked);
    if (typeof opened === 'string') return opened;
    const { view, meta } = opened;
    const where = { [merchantFields.culture]: asked.culture, [merchantFields.listed]: true };
    const { data, ...next } = await pageOf(
      (part) => opened.merchants.find({ where, ...orderOf(page), ...part }),
      page,
      ({ doc }) => matchesMerchant(doc, filters, view),
    );
    return { data: data.map((doc) => merchantView(doc, view, asked)), meta, ...next };
  };

/** One merchant; not an excluded one (amilon.md trap 37). @throws Unavailable */
export const getMerchant =
  (deps: QueryDeps) =>
  async (asked: Asked, id: MerchantId): Promise<One<MerchantView> | NoCatalogue | 'not_found'> => {
    const opened = await open(deps, asked);
    if (typeof opened === 'string') return opened;
    const { view, meta } = opened;
    const kept = await opened.merchants.get(`${asked.culture}/${id}`);
    if (kept === undefined) return 'not_found';
    if (objectionsToMerchant(kept.doc.merchant, view.orderability).includes('merchant_excluded')) return 'not_found';
    return { data: merchantView(kept.doc, view, asked), meta };
  };

/** All categories by id: there are few, and they are the same in every culture. @throws Unavailable */
export const listCategories =
  (deps: QueryDeps) =>
  async (asked: CatalogueAsked): Promise<Listed<CategoryView> | NoCatalogue> => {
    const opened = await open(deps, asked);
    if (typeof opened === 'string') return opened;
    const { view, meta } = opened;
    const sorted = [...view.categories.values()].map(categoryView).sort((a, b) => (a.id < b.id ? -1 : 1));
    return { data: sorted, meta };
  };

/** The contract as last told, or as of a moment; `catalog_not_ready` while Amilon never told it. @throws Unavailable */
export const getContract =
  (deps: QueryDeps) =>
  async (moment: Moment = {}): Promise<ContractView | 'catalog_not_ready' | NotThen> => {
    if (!isPast(moment)) return contractView(await deps.catalogue.contract(), deps.clock.now()) ?? 'catalog_not_ready';
    const past = await deps.history.contract(moment);
    if (typeof past === 'string') return past;
    const { state, version } = past.folded;
    return contractView({ contract: state, version }, past.now) ?? 'not_known_then';
  };
