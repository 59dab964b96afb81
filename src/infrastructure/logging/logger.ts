import { pino } from 'pino';
import type { DestinationStream, Logger } from 'pino';

/** Names of fields that may hold a secret, wherever they are in what is logged (two levels deep). */
const secretNames = [
  'authorization',
  'password',
  'client_secret',
  'clientSecret',
  'access_token',
  'accessToken',
  'token',
  'key',
  'secret',
  'secrets',
  'code',
  'pin',
  'url',
  'qrCode',
  'metadata',
];

const paths = secretNames.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]);

/** An error as operators need it: no request, response or configuration that libraries hang on errors. */
const describeError = (error: unknown): object => {
  if (!(error instanceof Error)) return { message: String(error) };
  const { cause } = error;
  return {
    type: error.name,
    message: error.message,
    stack: error.stack,
    ...(cause === undefined ? {} : { cause: describeError(cause) }),
  };
};

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
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths, censor: '[removed]' },
      serializers: { err: describeError },
    },
    destination,
  );
