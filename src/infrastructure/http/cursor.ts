import { z } from 'zod';
import { Problem } from './problems.ts';

/** Cursors are opaque to clients: what they hold may change. */
export const writeCursor = (content: object): string => Buffer.from(JSON.stringify(content)).toString('base64url');

/** Of a cursor, in characters: the longest name that a list is sorted by fits. */
const LONGEST_CURSOR = 4_000;

/** @throws Problem 400 for what this list never gave out. */
export const readCursor = <Content extends z.ZodType>(schema: Content, cursor: string): z.output<Content> => {
  const parsed = schema.safeParse(cursor.length > LONGEST_CURSOR ? undefined : contentOf(cursor));
  if (!parsed.success) throw new Problem('invalid_cursor', { detail: 'Send the nextCursor of this list, unchanged.' });
  return parsed.data;
};

const contentOf = (cursor: string): unknown => {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString());
  } catch {
    return undefined;
  }
};

/** Of a list: which one, and after which entry. */
export const placeCursor = (list: string) =>
  z.strictObject({ list: z.literal(list), sort: z.string(), key: z.string() });
