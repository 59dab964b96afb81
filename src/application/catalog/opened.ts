import type { Culture } from '../../domain/shared/ids.ts';
import type { Instant } from '../../domain/shared/instant.ts';
import type { MerchantDocument, ProductDocument } from '../ports/catalogue-documents.ts';
import type { Clock } from '../ports/clock.ts';
import type { ReadModel } from '../ports/read-models.ts';
import type { Catalogue, CatalogueView } from './catalogue.ts';
import { isPast } from './history.ts';
import type { CatalogueHistory, Moment, NotThen } from './history.ts';
import type { CatalogueMeta } from './view-shapes.ts';
import { metaOf } from './views.ts';

export interface QueryDeps {
  readonly catalogue: Catalogue;
  readonly history: CatalogueHistory;
  readonly products: ReadModel<ProductDocument>;
  readonly merchants: ReadModel<MerchantDocument>;
  readonly clock: Clock;
}

/** Why there is no catalogue to read: not configured, never synced so far, or not then. */
export type NoCatalogue = 'unknown_culture' | 'catalog_not_ready' | NotThen;

/** Which catalogue is read, and as of when. */
export interface CatalogueAsked extends Moment {
  readonly culture: Culture;
}

/** What queries read: now the read models and the kept fold, else both of a prefix. */
interface Opened {
  readonly view: CatalogueView;
  readonly meta: CatalogueMeta;
  readonly products: ReadModel<ProductDocument>;
  readonly merchants: ReadModel<MerchantDocument>;
}

/** @throws Unavailable */
export const open = async (deps: QueryDeps, asked: CatalogueAsked): Promise<Opened | NoCatalogue> => {
  const { culture } = asked;
  if (!isPast(asked)) {
    const view = await deps.catalogue.current(culture);
    return view === 'unknown_culture' ? view : (opened(deps, view, deps.clock.now()) ?? 'catalog_not_ready');
  }
  if (!deps.catalogue.cultures.includes(culture)) return 'unknown_culture';
  const past = await deps.history.catalogue(culture, asked);
  return typeof past === 'string' ? past : (opened(past, past.view, past.now) ?? 'not_known_then');
};

const opened = (
  { products, merchants }: Pick<Opened, 'products' | 'merchants'>,
  view: CatalogueView,
  now: Instant,
): Opened | undefined => {
  const { lastCompleted } = view.snapshot;
  if (lastCompleted === 'never') return undefined;
  return { view, meta: metaOf(lastCompleted, view.version, now), products, merchants };
};
