import { z } from 'zod';
import { Country, Culture } from '../../domain/shared/ids.ts';
import { Currency, parseMoney } from '../../domain/shared/money.ts';

const whole = (least: number, most: number) => {
  const error = `must be a whole number from ${String(least)} to ${String(most)}`;
  return z.coerce.number({ error }).int({ error }).min(least, { error }).max(most, { error });
};

/** One of a few words; the mistake names them all. */
const oneOf = <const Words extends readonly [string, ...string[]]>(...words: Words) => {
  const [last, ...others] = words.toReversed();
  const all = others.length === 0 ? last : `${others.toReversed().join(', ')} or ${String(last)}`;
  return z.enum(words, { error: `must be ${String(all)}` });
};

const list = (text: string): readonly string[] =>
  text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');

const listOf = <T>(what: string, parse: (text: string) => T) =>
  z.string().transform((text, context): readonly T[] => {
    try {
      const items = list(text).map(parse);
      if (items.length > 0) return items;
      throw new RangeError('an empty list');
    } catch {
      context.addIssue({ code: 'custom', message: `must be a comma-separated list of ${what}` });
      return z.NEVER;
    }
  });

/** `EUR:10,25,50;USD:10` → minor units per currency. */
const faceValues = z.string().transform((text, context): Readonly<Record<string, readonly number[]>> => {
  try {
    return Object.fromEntries(
      text.split(';').map((part) => {
        const [currency = '', amounts = ''] = part.split(':');
        const parsed = Currency(currency.trim());
        if (list(amounts).length === 0) throw new RangeError('no amounts');
        return [
          parsed,
          list(amounts).map((amount) => {
            const value = parseMoney(amount, parsed);
            if (typeof value === 'string') throw new RangeError(value);
            return value.minor;
          }),
        ];
      }),
    );
  } catch {
    context.addIssue({ code: 'custom', message: 'must look like EUR:10,25,50;GBP:10' });
    return z.NEVER;
  }
});

const loopbackHost = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

/** Passwords and orders go there. */
const secureUrl = z.string().refine(
  (text) => {
    if (!URL.canParse(text)) return false;
    const { protocol, hostname } = new URL(text);
    return protocol === 'https:' || (protocol === 'http:' && loopbackHost.test(hostname));
  },
  { error: 'must be a URL that begins with https:// (http:// on loopback only)' },
);

// With several hosts these are no URLs to a parser; their clients read them.
const connection = (...starts: readonly string[]) =>
  z.string().refine((text) => starts.some((start) => text.startsWith(start)), {
    error: `must begin with ${starts.join(' or ')}`,
  });

const broker = (text: string): string => {
  if (!/^[^\s:/]+:\d{1,5}$/.test(text)) throw new RangeError('no broker');
  return text;
};

/** Every variable the service knows, with its default. README.md has the same table. */
export const environment = z.object({
  NODE_ENV: oneOf('development', 'test', 'production').default('development'),
  HOST: z.string().min(1).default('127.0.0.1'),
  PORT: whole(0, 65_535).default(8080),
  DATA_DIR: z.string().min(1).default('./data'),
  LOG_LEVEL: oneOf('fatal', 'error', 'warn', 'info', 'debug', 'silent').default('info'),
  API_KEYS_FILE: z.string().min(1).optional(),
  KEYRING_FILE: z.string().min(1).optional(),
  EVENTSTORE_URL: connection('esdb://', 'esdb+discover://').optional(),
  MONGODB_URI: connection('mongodb://', 'mongodb+srv://').optional(),
  KAFKA_BROKERS: listOf('host:port', broker).optional(),
  KAFKA_SASL_MECHANISM: oneOf('plain', 'scram-sha-256', 'scram-sha-512').optional(),
  KAFKA_SASL_USERNAME: z.string().min(1).optional(),
  KAFKA_SASL_PASSWORD: z.string().min(1).optional(),
  KAFKA_SSL: z.stringbool({ error: 'must be true or false' }).default(false),
  KAFKA_TOPIC_PREFIX: z
    .string()
    .regex(/^[a-zA-Z0-9._-]{1,100}$/, { error: 'must be letters, digits, ., _ and -' })
    .default('voucher-orders'),
  KAFKA_PARTITIONS: whole(1, 1_000).default(12),
  AMILON: oneOf('sandbox').optional(),
  AMILON_BASE_URL: secureUrl.optional(),
  AMILON_TOKEN_URL: secureUrl.optional(),
  AMILON_CONTRACT_ID: z.string().min(1).optional(),
  AMILON_CLIENT_ID: z.string().min(1).optional(),
  AMILON_CLIENT_SECRET: z.string().min(1).optional(),
  AMILON_USERNAME: z.string().min(1).optional(),
  AMILON_PASSWORD: z.string().min(1).optional(),
  AMILON_WEBHOOK_SECRET: z.string().min(32, { error: 'must have at least 32 characters' }).optional(),
  AMILON_CREATES_PER_SECOND: whole(1, 1_000).default(5),
  AMILON_READS_PER_SECOND: whole(1, 1_000).default(10),
  // No longer: the quiet time after an attempt counts on it (design 9).
  AMILON_CREATE_DEADLINE_MS: whole(1_000, 60_000).default(60_000),
  AMILON_CULTURES: listOf('cultures such as pt-PT', Culture).default(
    ['pt-PT', 'it-IT', 'da-DK', 'en-GB', 'fr-FR', 'es-ES', 'de-DE', 'nl-NL', 'nn-NO', 'pl-PL'].map(Culture),
  ),
  CATALOG_MAX_SHRINK_PERCENT: whole(0, 100).default(20),
  DEFAULT_CULTURE: z
    .string()
    .regex(/^[a-z]{2}-[A-Z]{2}$/, { error: 'must be a culture such as pt-PT' })
    .transform(Culture)
    .default(Culture('pt-PT')),
  EXTERNAL_ID_PREFIX: z
    .string()
    .regex(/^[A-Z][A-Z0-9]{0,15}$/, { error: 'must be 1 to 16 capital letters and digits' })
    .default('ENGAGE'),
  ORDERABLE_COUNTRIES: listOf('ISO alpha-2 countries such as PT', Country).default([Country('PT')]),
  ORDERABLE_FACE_VALUES: faceValues.default({ EUR: [1_000, 2_500, 5_000, 10_000, 25_000, 50_000] }),
  EXCLUDED_MERCHANTS: z
    .string()
    .transform((text) => list(text).map((id) => id.toLowerCase()))
    .default(['0199bdd3-32b1-72be-905b-591833b488cf', 'a4322514-36f1-401e-af3d-6a1784a3da7a']),
  MAX_VOUCHERS_PER_ORDER: whole(1, 10_000).default(1_000),
  FULFILMENT_CONCURRENCY: whole(1, 256).default(8),
  FULFILMENT_DELAYED_MS: whole(1_000, 3_600_000).default(300_000),
  SUBMISSION_QUIET_MS: whole(0, 3_600_000).default(125_000),
  MESSAGE_TYPE_PREFIX: z
    .string()
    .regex(/^[a-z0-9.-]+$/, { error: 'must be a reverse domain name' })
    .default('com.example.voucherorders'),
  ENVIRONMENT: z
    .string()
    .regex(/^[a-z0-9-]+$/, { error: 'must be lower-case letters, digits and -' })
    .default('local'),
  SANDBOX_PORT: whole(0, 65_535).default(0),
  SANDBOX_SEED: whole(0, 2_147_483_647).default(1),
  SANDBOX_PRODUCTS: whole(0, 100_000).default(0),
  SANDBOX_WIRE: oneOf('report', 'observed').default('report'),
  SANDBOX_DELIVERY_MS: whole(0, 600_000).default(2_000),
});

export type Environment = z.output<typeof environment>;
