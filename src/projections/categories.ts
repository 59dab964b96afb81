import type { Category } from '../domain/catalog-snapshot/events.ts';
import type { Instant } from '../domain/shared/instant.ts';
import type { Projection } from './projection.ts';

/** All categories together: they are told as one list. */
export interface CategoriesDocument {
  readonly name: 'categories';
  readonly categories: readonly Category[];
  readonly changedAt: Instant;
}

/** One document, of the key `categories`. */
export const categoriesProjection: Projection<CategoriesDocument> = {
  category: 'catalog',
  definition: {
    name: 'categories',
    schema: 1,
    fields: { name: (doc) => doc.name },
    sort: { field: 'name', direction: 'asc' },
  },
  gapless: true,
  keys: ({ event }) => (event.type === 'CategoriesListed' ? ['categories'] : []),
  evolve: (_doc, { event }) =>
    event.type === 'CategoriesListed'
      ? { name: 'categories', categories: event.categories, changedAt: event.at }
      : undefined,
};
