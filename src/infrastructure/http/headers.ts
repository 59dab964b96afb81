import { z } from 'zod';

const text = z.string();

/** Every header that an answer may carry besides those that all have. */
export const answerHeaders = {
  ETag: text.describe('The version of what is answered, for If-None-Match and If-Match'),
  Location: text.describe('Where it can be read'),
  Link: text.describe('The next page: rel="next"'),
  'Retry-After': text.describe('Seconds after which to ask again'),
  'Preference-Applied': text.describe('What of Prefer was done'),
  'Idempotent-Replayed': text.describe('true: the key was known, and nothing new was ordered'),
  'WWW-Authenticate': text.describe('What the key lacks'),
  Allow: text.describe('The methods of this path'),
  Accept: text.describe('The media types that are read'),
  'Cache-Control': text.describe('no-store for what no cache may keep'),
  Connection: text.describe('close: send the next request on another connection'),
} as const satisfies Readonly<Record<string, z.ZodType>>;

export type AnswerHeader = keyof typeof answerHeaders;

export type AnswerHeaders = Readonly<Partial<Record<AnswerHeader, string>>>;

/** The headers that requests may have, as routes say which they read. */
export const idempotencyKeyHeader = z
  .string()
  .regex(/^[\x20-\x7e]{1,255}$/)
  .describe('Yours, the same for each repetition of this order; no personal data');
export const ifMatchHeader = z.string().describe('The ETag that the order must still have').exactOptional();
export const ifNoneMatchHeader = z
  .string()
  .describe('The ETag that is known already: 304 while it is the newest')
  .exactOptional();
export const preferHeader = z
  .string()
  .describe('`wait=0…30`: seconds to wait for what is asked; `respond-async`: not at all')
  .exactOptional();
