import type { Culture } from '../../domain/shared/ids.ts';
import type { Orderable } from '../../application/catalog/filters.ts';
import type { Moment } from '../../application/catalog/history.ts';
import type { CatalogueAsked, NoCatalogue } from '../../application/catalog/opened.ts';
import type { Listed, One } from '../../application/catalog/queries.ts';
import type { ViewDetail } from '../../application/catalog/views.ts';
import { conditional } from './conditional.ts';
import { pageAnswer } from './lists.ts';
import { Problem } from './problems.ts';
import type { ProblemCode } from './problems.ts';
import type { Answer, Asked, Incoming } from './route.ts';
import type { HttpServices } from './services.ts';
import { withSafeTexts } from './upstream-texts.ts';

/** In which culture the caller reads, and whether prices are shown to it (amilon.md trap 36). */
export const viewerOf = (
  { caller, query }: Asked<Moment & { readonly culture?: Culture }>,
  { defaultCulture }: Pick<HttpServices, 'defaultCulture'>,
): ViewDetail & CatalogueAsked => ({
  ...momentOf(query),
  culture: query.culture ?? defaultCulture,
  pricing: caller.scopes.has('catalog:pricing') ? 'shown' : 'hidden',
});

const momentOf = ({ version, asOf }: Moment): Moment => ({
  ...(version === undefined ? {} : { version }),
  ...(asOf === undefined ? {} : { asOf }),
});

export const orderableOf = (asked: 'true' | 'false' | 'all'): Orderable => {
  if (asked === 'all') return 'all';
  return asked === 'true' ? 'only' : 'not';
};

/** @throws Problem where there is no catalogue */
export const readListed = <View>(
  services: HttpServices,
  asked: Asked<unknown>,
  listed: Listed<View> | NoCatalogue,
): Answer => {
  if (typeof listed === 'string') throw noCatalogue(listed, services);
  const answer = pageAnswer(services, asked, withSafeTexts(listed.data), listed.next);
  return conditional({ ...answer, body: { ...(answer.body as object), meta: listed.meta } }, asked);
};

/** @throws Problem where there is no catalogue, or no such thing in it */
export const readOne = <View>(
  services: HttpServices,
  one: One<View> | NoCatalogue | 'not_found',
  asked: Incoming,
  missing: ProblemCode,
): Answer => {
  if (one === 'not_found') throw new Problem(missing);
  if (typeof one === 'string') throw noCatalogue(one, services);
  return conditional({ status: 200, body: withSafeTexts(one) }, asked);
};

/** What answers when there is nothing to read, now or then. */
export const noCatalogue = (why: NoCatalogue, { cultures }: Pick<HttpServices, 'cultures'>): Problem => {
  switch (why) {
    case 'catalog_not_ready':
      return new Problem(why, { headers: { 'Retry-After': '5' } });
    case 'version_not_reached':
      return new Problem(why, { detail: 'The newest version is an older one; the answer without version= names it.' });
    case 'not_known_then':
      return new Problem(why, { detail: 'Amilon had told nothing of it at that time.' });
    case 'unknown_culture':
      return new Problem('invalid_query', {
        errors: [{ parameter: 'culture', code: why, detail: `one of ${cultures.join(', ')}` }],
      });
  }
};
