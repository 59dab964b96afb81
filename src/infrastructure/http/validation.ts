import { z } from 'zod';
import type { Purchase } from '../../domain/order/values.ts';
import type { Parser } from '../../domain/shared/ids.ts';
import { knownFields } from './known-fields.ts';
import { Problem } from './problems.ts';
import type { ProblemDetail } from './problems.ts';

/** A body of a bad request can be wrong in more places than anybody reads. */
const MOST_ERRORS = 50;
const LONGEST_POINTER = 200;

/** @throws Problem `validation_failed` with a pointer to each part that is wrong; never with a value of the body. */
export const parseBody = <Schema extends z.ZodType>(
  schema: Schema,
  body: unknown,
  known: { readonly purchase?: Purchase } = {},
): z.output<Schema> => {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const errors = parsed.error.issues.flatMap((issue) =>
    detailsOf(issue, { input: body, schema }).map(({ path, ...rest }) => ({ pointer: pointerOf(path), ...rest })),
  );
  throw new Problem('validation_failed', {
    detail: 'The body has parts that are not valid; see errors.',
    ...known,
    errors: errors.slice(0, MOST_ERRORS),
  });
};

/** @throws Problem `invalid_query` naming each parameter that is wrong, unknown or given twice. */
export const parseQuery = <Query extends z.ZodObject>(schema: Query, search: URLSearchParams): z.output<Query> => {
  const twice = [...new Set(search.keys())].filter((name) => search.getAll(name).length > 1);
  const given = Object.fromEntries(search);
  const parsed = schema.safeParse(given);
  if (parsed.success && twice.length === 0) return parsed.data;
  const issues = parsed.success ? [] : parsed.error.issues;
  const errors = issues.flatMap((issue) =>
    detailsOf(issue, { input: given, schema }).map(({ path, ...rest }) => ({ parameter: nameOf(path), ...rest })),
  );
  const repeated = twice.map((parameter) => ({ parameter, code: 'repeated', detail: 'may be given once' }));
  throw new Problem('invalid_query', { errors: [...errors, ...repeated].slice(0, MOST_ERRORS) });
};

type Detail = Omit<ProblemDetail, 'pointer' | 'parameter'> & { readonly path: readonly PropertyKey[] };

interface Checked {
  readonly input: unknown;
  readonly schema: z.ZodType;
}

const detailsOf = (issue: z.core.$ZodIssue, { input, schema }: Checked): readonly Detail[] => {
  const { path } = issue;
  switch (issue.code) {
    case 'unrecognized_keys':
      return unknownFields(issue, knownFields(schema, path));
    case 'invalid_type':
      return valueAt(input, path) === undefined
        ? [{ path, code: 'required', detail: 'is missing' }]
        : [{ path, code: 'wrong_type', detail: `must be ${typeNames[issue.expected] ?? issue.expected}` }];
    case 'too_small':
      return [{ path, code: 'below_minimum', detail: `min ${String(issue.minimum)}${unitOf(issue.origin)}` }];
    case 'too_big':
      return [{ path, code: 'above_maximum', detail: `max ${String(issue.maximum)}${unitOf(issue.origin)}` }];
    case 'invalid_value':
      return [{ path, code: 'unknown_value', detail: `one of ${issue.values.map(String).join(', ')}` }];
    case 'custom':
    case 'invalid_format':
      return [{ path, code: 'invalid_format', detail: issue.message }];
    default:
      return [{ path, code: 'invalid_format', detail: 'has not the form it must have' }];
  }
};

const unknownFields = (
  { path, keys }: { readonly path: readonly PropertyKey[]; readonly keys: readonly string[] },
  known: readonly string[],
): readonly Detail[] => {
  const detail = known.length === 0 ? 'none is known here' : `not known here; known are ${known.join(', ')}`;
  return keys.map((key) => ({ path: [...path, key], code: 'unknown_field', detail }));
};

const typeNames: Readonly<Record<string, string>> = {
  int: 'a whole number',
  // Every number that is taken is whole.
  number: 'a whole number',
  string: 'a string',
  array: 'a list',
  object: 'an object',
  record: 'an object',
  boolean: 'true or false',
};

const unitOf = (origin: string): string => {
  if (origin === 'string') return ' characters';
  return origin === 'array' ? ' entries' : '';
};

const valueAt = (input: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>(
    (value, step) => (isRecord(value) && Object.hasOwn(value, step) ? value[step] : undefined),
    input,
  );

const isRecord = (value: unknown): value is Record<PropertyKey, unknown> => typeof value === 'object' && value !== null;

const pointerOf = (path: readonly PropertyKey[]): string =>
  path
    .map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`)
    .join('')
    .slice(0, LONGEST_POINTER);

const nameOf = (path: readonly PropertyKey[]): string => path.map(String).join('.').slice(0, LONGEST_POINTER);

/** A text that the domain's own parser takes; `what` says what would be right. */
export const parsedBy = <Id extends string>(parse: Parser<Id>, what: string) =>
  matching(parse.pattern, what).transform((text) => parse(text));

/** A text of a pattern that `what` says in words. */
export const matching = (pattern: RegExp, what: string) => z.string().regex(pattern, what).meta({ description: what });
