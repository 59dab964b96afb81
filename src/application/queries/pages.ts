import type { Scalar, Write } from '../ports/read-models.ts';

/** Where a page of a list ended. */
export interface Place {
  readonly sort: Scalar;
  readonly key: string;
}

export interface PageQuery {
  readonly after?: Place;
  readonly limit: number;
}

export interface Page<Doc> {
  readonly data: readonly Doc[];
  /** Present where more follows. */
  readonly next?: Place;
}

/** A page of what was found with one document more than asked for. */
export const pageOf = <Doc>(found: readonly Write<Doc>[], limit: number, sortOf: (doc: Doc) => Scalar): Page<Doc> => {
  const shown = found.slice(0, limit);
  const last = shown.at(-1);
  return {
    data: shown.map(({ doc }) => doc),
    ...(last === undefined || found.length <= limit ? {} : { next: { sort: sortOf(last.doc), key: last.key } }),
  };
};
