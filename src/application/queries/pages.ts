import type { Finding, Found, Place, Sort } from '../ports/read-models.ts';

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

/** What is asked of a list for a page. */
export interface Part {
  readonly after?: Place;
  readonly limit: number;
  readonly looking: number;
}

/** What is read of a list: so many documents behind a place. */
type Read<Doc> = (part: Part) => Promise<Finding<Doc>>;

/** At least this many are read at once where some do not count, so that a rare match costs no query per document. */
const RUN = 200;
/** Documents read for one page: bounds a request, and the next page goes on from there. */
const DOCUMENTS = 500;
/** Entries of a filter looked at for one page, each much cheaper than a document. */
const ENTRIES = 1_000;

/**
 * A page of a list. With `accepts` only what it confirms counts. A page may hold fewer than asked for and still go on,
 * with `accepts` as with filters that hardly meet.
 * @throws Unavailable
 */
export const pageOf = async <Doc>(
  read: Read<Doc>,
  { limit, after }: PageQuery,
  accepts: (found: Found<Doc>) => boolean = () => true,
): Promise<Page<Doc>> => {
  const accepted: Found<Doc>[] = [];
  let last = after;
  for (let looked = 0; looked < DOCUMENTS && accepted.length <= limit;) {
    const asked = looked === 0 ? limit + 1 : Math.min(Math.max(limit + 1, RUN), DOCUMENTS - looked);
    const { found, stopped } = await read({ ...behind(last), limit: asked, looking: ENTRIES });
    accepted.push(...found.filter(accepts));
    if (stopped !== undefined) return shown(accepted, limit, stopped);
    if (found.length < asked) return shown(accepted, limit);
    last = found.at(-1);
    looked += asked;
  }
  return shown(accepted, limit, last);
};

const behind = (after: Place | undefined): Pick<Part, 'after'> => (after === undefined ? {} : { after });

/** @param last where the reading stopped, if the list may go on there. */
const shown = <Doc>(accepted: readonly Found<Doc>[], limit: number, last?: Place): Page<Doc> => {
  const data = accepted.slice(0, limit).map(({ doc }) => doc);
  const end = accepted.length > limit ? accepted[limit - 1] : last;
  return end === undefined ? { data } : { data, next: { sort: end.sort, key: end.key } };
};
