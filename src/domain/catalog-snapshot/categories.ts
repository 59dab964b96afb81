import { accept } from '../shared/decider.ts';
import type { Decider } from '../shared/decider.ts';
import type { CategoryId } from '../shared/ids.ts';
import type { Instant } from '../shared/instant.ts';
import { same } from '../shared/same.ts';
import type { CategoriesEvent, Category } from './events.ts';

/** By id; names are Italian only and may repeat (amilon.md section 2). */
export type Categories = ReadonlyMap<CategoryId, Category>;

export interface ListCategories {
  readonly at: Instant;
  readonly categories: readonly Category[];
}

const byId = (categories: readonly Category[]): Categories => new Map(categories.map((row) => [row.categoryId, row]));

/** An empty answer keeps the list there is: names of categories are never worth losing. */
export const categoriesDecider: Decider<ListCategories, CategoriesEvent, Categories, never> = {
  initial: new Map(),
  evolve: (_state, event) => byId(event.categories),
  decide: ({ at, categories }, state) => {
    const now = byId(categories);
    const unchanged = now.size === state.size && [...now].every(([id, row]) => same(row, state.get(id)));
    return now.size === 0 || unchanged
      ? accept()
      : accept({ type: 'CategoriesListed', at, categories: [...now.values()] });
  },
};
