import type { Found, Place, Sort } from '../ports/read-models.ts';

/** Which page of a list, in which of its orders. */
export interface PageQuery {
  /** The list's own order by default. */
  readonly sort?: Sort;
  /** Where the page before ended. */
  readonly after?: Place;
  readonly limit: number;
}

export interface Page<Doc> {
  readonly data: readonly Doc[];
  /** Present where more may follow: the next page begins behind it. */
  readonly next?: Place;
}

/** What is read of a list: so many documents behind a place. */
type Read<Doc> = (part: { readonly after?: Place; readonly limit: number }) => Promise<readonly Found<Doc>[]>;

/** At least this many are read at once where some do not count, so that a rare match costs no query per document. */
const RUN = 200;
/** Documents looked at for one page: bounds a request, and the next page goes on from there. */
const LOOKED_AT = 2_000;

/**
 * A page of a list. With `accepts` only what it confirms counts, and a page may hold fewer than asked for and still
 * go on.
 * @throws Unavailable
 */
export const pageOf = async <Doc>(
  read: Read<Doc>,
  { limit, after }: PageQuery,
  accepts: (found: Found<Doc>) => boolean = () => true,
): Promise<Page<Doc>> => {
  const accepted: Found<Doc>[] = [];
  let last = after;
  for (let looked = 0; looked < LOOKED_AT && accepted.length <= limit;) {
    const asked = looked === 0 ? limit + 1 : Math.max(limit + 1, RUN);
    const run = await read({ ...(last === undefined ? {} : { after: last }), limit: asked });
    accepted.push(...run.filter(accepts));
    if (run.length < asked) return shown(accepted, limit);
    last = run.at(-1);
    looked += asked;
  }
  return shown(accepted, limit, last);
};

/** @param last where the reading stopped, if the list may go on there. */
const shown = <Doc>(accepted: readonly Found<Doc>[], limit: number, last?: Place): Page<Doc> => {
  const data = accepted.slice(0, limit).map(({ doc }) => doc);
  const end = accepted.length > limit ? accepted[limit - 1] : last;
  return end === undefined ? { data } : { data, next: { sort: end.sort, key: end.key } };
};
