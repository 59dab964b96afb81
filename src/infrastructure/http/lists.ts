import { timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import type { Place } from '../../application/ports/read-models.ts';
import type { Page } from '../../application/queries/pages.ts';
import { invalidCursor, readCursor, writeCursor } from './cursor.ts';
import type { Answer, Asked } from './route.ts';
import type { HttpServices } from './services.ts';

type Signing = Pick<HttpServices, 'macCursor'>;
type Asking = Pick<Asked<unknown>, 'path' | 'search' | 'caller'>;
type Continuing = Asking & Pick<Asked<{ readonly cursor?: string }>, 'query'>;

const placeCursor: z.ZodType<Place> = z.strictObject({
  sort: z.union([z.string(), z.number(), z.boolean()]),
  key: z.string(),
});

/** The place behind the cursor of a list, if one was sent. @throws Problem `invalid_cursor` */
export const placeOf = (services: Signing, asked: Continuing): { readonly after?: Place } => {
  const after = signedCursor(services, asked, placeCursor);
  return after === undefined ? {} : { after };
};

/** A page as every list answers it. */
export const listAnswer = <Doc>(
  services: Signing,
  asked: Asking,
  { data, next }: Page<Doc>,
  view: (doc: Doc) => unknown,
): Answer => pageAnswer(services, asked, data.map(view), next);

/** As `listAnswer`, of what is shown already; `next` is what the cursor holds where more may follow. */
export const pageAnswer = (
  services: Signing,
  asked: Asking,
  data: readonly unknown[],
  next: object | undefined,
): Answer => {
  if (next === undefined) return { status: 200, body: { data, nextCursor: null } };
  const content = writeCursor(next);
  const cursor = `${content}.${signatureOf(services, asked, content)}`;
  const search = new URLSearchParams(asked.search);
  search.set('cursor', cursor);
  return {
    status: 200,
    headers: { Link: `<${asked.path}?${search.toString()}>; rel="next"` },
    body: { data, nextCursor: cursor },
  };
};

/** What the cursor that was sent holds. @throws Problem `invalid_cursor` for any that this list did not give out */
export const signedCursor = <Content extends z.ZodType>(
  services: Signing,
  asked: Continuing,
  schema: Content,
): z.output<Content> | undefined => {
  const { cursor } = asked.query;
  if (cursor === undefined) return undefined;
  const [content = cursor, signature] = cursor.split('.', 2);
  const expected = Buffer.from(signatureOf(services, asked, content));
  const given = Buffer.from(signature ?? 'none');
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) throw invalidCursor('cursor');
  return readCursor(schema, content);
};

/** A cursor is good for one tenant's list, with the filters and the sort it was given for; the limit may change. */
const signatureOf = ({ macCursor }: Signing, { path, search, caller }: Asking, content: string): string => {
  const filters = [...search].filter(([name]) => name !== 'cursor' && name !== 'limit').map(([...pair]) => pair);
  const list = [caller.tenant, path, filters.map((pair) => JSON.stringify(pair)).toSorted(), content];
  return macCursor(JSON.stringify(list));
};
