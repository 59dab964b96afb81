import type { z } from 'zod';
import { Problem } from './problems.ts';

/** Cursors are opaque to clients: what they hold may change. */
export const writeCursor = (content: object): string => Buffer.from(JSON.stringify(content)).toString('base64url');

/** Of a cursor, in characters: those that are given out are shorter. */
const LONGEST_CURSOR = 4_000;

/** @throws Problem 400 naming the parameter, for what this list never gave out. */
export const readCursor = <Content extends z.ZodType>(
  schema: Content,
  cursor: string,
  parameter = 'cursor',
): z.output<Content> => {
  const parsed = schema.safeParse(cursor.length > LONGEST_CURSOR ? undefined : contentOf(cursor));
  if (!parsed.success) throw invalidCursor(parameter);
  return parsed.data;
};

const contentOf = (cursor: string): unknown => {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString());
  } catch {
    return undefined;
  }
};

export const invalidCursor = (parameter: string): Problem => {
  const detail = 'Send the nextCursor of this list, unchanged, with the filters and the sort it was given for.';
  return new Problem('invalid_cursor', { detail, errors: [{ parameter, code: 'invalid_cursor', detail }] });
};
