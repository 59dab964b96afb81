import type { Page, Place } from '../../application/queries/pages.ts';
import { placeCursor, readCursor, writeCursor } from './cursor.ts';
import type { Answer, Incoming } from './route.ts';

/** The place behind a list's cursor. @throws Problem `invalid_cursor` */
export const placeOf = (list: string, cursor: string | undefined): { readonly after?: Place } => {
  if (cursor === undefined) return {};
  const { sort, key } = readCursor(placeCursor(list), cursor);
  return { after: { sort, key } };
};

/** A page as every list answers it, with `Link: rel=next` where more follows. */
export const listAnswer = <Doc>(
  list: string,
  page: Page<Doc>,
  view: (doc: Doc) => unknown,
  asked: Incoming,
): Answer => {
  const next = page.next === undefined ? undefined : writeCursor({ list, ...page.next });
  return pageAnswer(page.data.map(view), next, asked);
};

export const nextCursor = (list: string, { next }: { readonly next?: Place }): string | undefined =>
  next === undefined ? undefined : writeCursor({ list, ...next });

/** As `listAnswer`, of what is shown already. */
export const pageAnswer = (data: readonly unknown[], next: string | undefined, asked: Incoming): Answer => ({
  status: 200,
  headers: next === undefined ? {} : { Link: `<${asked.path}?${withCursor(asked.search, next)}>; rel="next"` },
  body: { data, nextCursor: next ?? null },
});

const withCursor = (search: URLSearchParams, cursor: string): string => {
  const next = new URLSearchParams(search);
  next.set('cursor', cursor);
  return next.toString();
};
