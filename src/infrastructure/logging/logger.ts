import { pino } from 'pino';
import type { DestinationStream, Logger } from 'pino';

/** Names of fields that may hold a secret, without case, `_` and `-`; the last part also at the end of a longer name. */
const SECRET =
  /^(key|code|cardcode|pin|qrcode|voucherlink|metadata|secrets)$|(authorization|cookie|password|passphrase|secret|token|apikey|uri|url)$/;
const REMOVED = '[removed]';
/** Deeper than this nothing is logged: nobody reads it, and it may lead back to itself. */
const DEEPEST = 8;

const isSecret = (name: string): boolean => SECRET.test(name.replaceAll(/[_-]/g, '').toLowerCase());

/** What is logged, with secrets removed by name at any depth. */
const redacted = (value: unknown, depth = 0): unknown => {
  if (typeof value !== 'object' || value === null) return value;
  return depth > DEEPEST ? '[too deep]' : redactedObject(value, depth);
};

const redactedObject = (value: object, depth: number): unknown => {
  if (value instanceof Error) return describeError(value, depth);
  if (ArrayBuffer.isView(value)) return REMOVED;
  if (Array.isArray(value)) return value.map((item) => redacted(item, depth + 1));
  return writesItself(value) ? redacted(value.toJSON(), depth + 1) : redactedFields(value, depth);
};

/** Such as times, and the headers of libraries. */
const writesItself = (value: object): value is { toJSON(): unknown } =>
  'toJSON' in value && typeof value.toJSON === 'function';

const redactedFields = (fields: object, depth: number): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(fields)
      .filter(([, field]) => field !== undefined)
      .map(([name, field]) => [name, isSecret(name) ? REMOVED : redacted(field, depth + 1)]),
  );

/** An error as operators need it: no request, response or configuration that libraries hang on errors. */
const describeError = ({ name, message, stack, cause }: Error, depth: number): object => ({
  type: name,
  message,
  stack,
  ...(cause === undefined ? {} : { cause: redacted(cause, depth + 1) }),
});

/** JSON lines on standard output, with secrets removed by name. */
export const createLogger = (
  level: string,
  destination: DestinationStream = pino.destination({ sync: true }),
): Logger =>
  pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      // The error is described already; pino would describe the description.
      serializers: { err: (described: unknown) => described },
      formatters: { level: (label) => ({ level: label }), log: (fields) => redactedFields(fields, 0) },
    },
    destination,
  );
