import type { Query, Sort } from '../../application/ports/read-models.ts';
import { listOrder } from './documents.ts';
import type { Filters, Placed } from './documents.ts';

/** How many entries of one filter's list a query may look at; `undefined`: as many as there are. */
export const allowedOf = ({ looking }: Query, { filters }: Filters): number | undefined =>
  // What passes a single filter is found: the limit bounds that already.
  filters.length < 2 ? undefined : looking;

/** Of where the allowed entries of lists end, each list's own: `undefined` is behind every place. */
type Ends = readonly (Placed | undefined)[];

const earlier = (sort: Sort, a: Placed | undefined, b: Placed | undefined): Placed | undefined => {
  if (a === undefined || b === undefined) return a ?? b;
  return listOrder(sort)(a, b) <= 0 ? a : b;
};

/** A filter by several values ends where the first of their lists does. */
export const earliest = (sort: Sort, ends: Ends): Placed | undefined =>
  ends.reduce((first, end) => earlier(sort, first, end), undefined);

/** Of several filters the one counts that reaches furthest: the others are asked of its documents. */
export const furthest = (sort: Sort, [first, ...ends]: Ends): Placed | undefined =>
  ends.reduce((last, end) => {
    if (last === undefined || end === undefined) return undefined;
    return listOrder(sort)(last, end) >= 0 ? last : end;
  }, first);

/** The query as far as that place's sort value. */
export const upTo = (query: Query, { direction }: Sort, stop: Placed | undefined): Query => {
  if (stop === undefined) return query;
  return direction === 'asc' ? { ...query, to: stop.sort } : { ...query, from: stop.sort };
};

/** What was found up to the place where the looking stopped. */
export const stoppedAt = <Found extends Placed>(
  found: readonly Found[],
  { limit }: Query,
  { sort, stop }: { readonly sort: Sort; readonly stop: Placed | undefined },
): { readonly found: readonly Found[]; readonly stopped?: Placed } => {
  if (stop === undefined) return { found: found.slice(0, limit) };
  const order = listOrder(sort);
  const before = found.filter((one) => order(one, stop) <= 0);
  return before.length < limit
    ? { found: before, stopped: { sort: stop.sort, key: stop.key } }
    : { found: before.slice(0, limit) };
};
