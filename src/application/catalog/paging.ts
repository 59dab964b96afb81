import type { Query, ReadModel, Scalar } from '../ports/read-models.ts';
import type { Where } from './filters.ts';

/** Where a page ended: the next one begins behind it. */
export type PageEnd = NonNullable<Query['after']>;

export interface PageRequest {
  readonly limit: number;
  readonly after?: PageEnd;
}

export interface Found<Doc> {
  readonly docs: readonly Doc[];
  /** Absent on the last page. */
  readonly next?: PageEnd;
}

/** At least this many are read at once, so that a rare match does not cost a query per document. */
const RUN = 200;

/** A page of the documents that `where` lets through and `accepts` confirms, in the model's order. */
export const findPage = async <Doc>(
  model: ReadModel<Doc>,
  where: Where,
  { limit, after }: PageRequest,
  filter: { readonly accepts: (doc: Doc) => boolean; readonly sortOf: (doc: Doc) => Scalar },
): Promise<Found<Doc>> => {
  const asked = Math.max(limit + 1, RUN);
  const docs: Doc[] = [];
  let end: PageEnd | undefined;
  let from = after;
  // `IN ()` matches nothing, and is no query everywhere.
  for (let more = !Object.values(where).some(isEmptyList); more;) {
    const run = await model.find({ where, limit: asked, ...(from === undefined ? {} : { after: from }) });
    for (const { key, doc } of run) {
      from = { sort: filter.sortOf(doc), key };
      if (!filter.accepts(doc)) continue;
      if (docs.length === limit) return end === undefined ? { docs } : { docs, next: end };
      docs.push(doc);
      end = from;
    }
    more = run.length === asked;
  }
  return { docs };
};

const isEmptyList = (value: Where[string]): boolean => Array.isArray(value) && value.length === 0;
