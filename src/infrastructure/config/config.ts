import path from 'node:path';
import { z } from 'zod';
import { Country, Culture } from '../../domain/shared/ids.ts';
import { Currency, parseMoney } from '../../domain/shared/money.ts';

/** A start that the configuration forbids: one sentence per mistake, never a value of a secret. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
}

const port = z.coerce.number().int().min(0).max(65_535);
const count = (least: number, most: number) => z.coerce.number().int().min(least).max(most);
const list = (text: string): readonly string[] =>
  text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');

const listOf = <T>(what: string, parse: (text: string) => T) =>
  z.string().transform((text, context): readonly T[] => {
    try {
      return list(text).map(parse);
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

const url = (...protocols: readonly string[]) =>
  z.string().refine((text) => URL.canParse(text) && protocols.includes(new URL(text).protocol), {
    error: `must be a URL that begins with ${protocols.map((protocol) => `${protocol}//`).join(' or ')}`,
  });

/** Every variable the service knows, with its default. README.md has the same table. */
const environment = z.object({
  NODE_ENV: z.string().default('development'),
  HOST: z.string().min(1).default('127.0.0.1'),
  PORT: port.default(8080),
  DATA_DIR: z.string().min(1).default('./data'),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'silent']).default('info'),
  API_KEYS_FILE: z.string().min(1).optional(),
  KEYRING_FILE: z.string().min(1).optional(),
  AMILON: z.literal('sandbox').optional(),
  AMILON_BASE_URL: url('https:', 'http:').optional(),
  AMILON_TOKEN_URL: url('https:', 'http:').optional(),
  AMILON_CONTRACT_ID: z.string().min(1).optional(),
  AMILON_CLIENT_ID: z.string().min(1).optional(),
  AMILON_CLIENT_SECRET: z.string().min(1).optional(),
  AMILON_USERNAME: z.string().min(1).optional(),
  AMILON_PASSWORD: z.string().min(1).optional(),
  AMILON_CULTURES: listOf('cultures such as pt-PT', Culture).default(
    ['pt-PT', 'it-IT', 'da-DK', 'en-GB', 'fr-FR', 'es-ES', 'de-DE', 'nl-NL', 'nn-NO', 'pl-PL'].map(Culture),
  ),
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
  MAX_VOUCHERS_PER_ORDER: count(1, 10_000).default(1_000),
  FULFILMENT_CONCURRENCY: count(1, 256).default(8),
  SUBMISSION_QUIET_MS: count(0, 3_600_000).default(125_000),
  MESSAGE_TYPE_PREFIX: z
    .string()
    .regex(/^[a-z0-9.-]+$/, { error: 'must be a reverse domain name' })
    .default('com.example.voucherorders'),
  ENVIRONMENT: z
    .string()
    .regex(/^[a-z0-9-]+$/, { error: 'must be lower-case letters, digits and -' })
    .default('local'),
  SANDBOX_PORT: port.default(0),
  SANDBOX_SEED: count(0, 2_147_483_647).default(1),
  SANDBOX_PRODUCTS: count(0, 100_000).default(0),
  SANDBOX_DELIVERY_MS: count(0, 600_000).default(2_000),
});

type Environment = z.output<typeof environment>;

export interface AmilonAccess {
  readonly baseUrl: string;
  readonly tokenUrl: string;
  readonly contractId: string;
  readonly credentials: {
    readonly clientId: string;
    readonly clientSecret: string;
    readonly username: string;
    readonly password: string;
  };
}

export interface Config extends Environment {
  readonly dataDir: string;
  /** Absent: the sandbox stands in. */
  readonly amilon?: AmilonAccess;
}

/** Prefixes of our own variables: a name with one of them that we do not know is a typing mistake. */
const ours = /^(AMILON|SANDBOX|ORDERABLE|FULFILMENT|SUBMISSION)_/;

/** @throws ConfigurationError naming each variable that is wrong and what would be right. */
export const readConfig = (env: Readonly<Record<string, string | undefined>>): Config => {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''));
  const unknown = Object.keys(given).filter((name) => ours.test(name) && !(name in environment.shape));
  const parsed = environment.safeParse(given);
  const mistakes = [
    ...unknown.map((name) => `${name} is not a variable of this service.`),
    ...(parsed.success ? [] : parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}.`)),
  ];
  if (!parsed.success || mistakes.length > 0) throw new ConfigurationError(mistakes.join('\n'));
  const amilon = amilonAccess(parsed.data);
  const dataDir = path.resolve(parsed.data.DATA_DIR);
  const config: Config = { ...parsed.data, dataDir, ...(amilon === undefined ? {} : { amilon }) };
  refuseMistakenSandbox(config);
  return config;
};

const access = z.object({
  AMILON_BASE_URL: z.string(),
  AMILON_TOKEN_URL: z.string(),
  AMILON_CONTRACT_ID: z.string(),
  AMILON_CLIENT_ID: z.string(),
  AMILON_CLIENT_SECRET: z.string(),
  AMILON_USERNAME: z.string(),
  AMILON_PASSWORD: z.string(),
});

/** All of it or nothing: half-set access is never taken for the sandbox (design 2). */
const amilonAccess = (env: Environment): AmilonAccess | undefined => {
  const names = Object.keys(access.shape) as (keyof typeof access.shape)[];
  const missing = names.filter((name) => env[name] === undefined);
  if (missing.length === names.length) return undefined;
  if (env.AMILON === 'sandbox') {
    throw new ConfigurationError('AMILON=sandbox and AMILON_… access are both set: remove one of them.');
  }
  if (missing.length > 0) {
    throw new ConfigurationError(`Amilon's access is half set: ${missing.join(', ')} missing.`);
  }
  const full = access.parse(env);
  return {
    baseUrl: full.AMILON_BASE_URL,
    tokenUrl: full.AMILON_TOKEN_URL,
    contractId: full.AMILON_CONTRACT_ID,
    credentials: {
      clientId: full.AMILON_CLIENT_ID,
      clientSecret: full.AMILON_CLIENT_SECRET,
      username: full.AMILON_USERNAME,
      password: full.AMILON_PASSWORD,
    },
  };
};

const loopback = new Set(['127.0.0.1', '::1', 'localhost']);

const isLoopback = (host: string): boolean => loopback.has(host);

/** Nobody mistakes the sandbox for Amilon (design 2). */
const refuseMistakenSandbox = (config: Config): void => {
  if (config.amilon !== undefined || config.AMILON === 'sandbox') return;
  const why = exposure(config);
  if (why === undefined) return;
  throw new ConfigurationError(
    `${why}, but no Amilon is configured: set AMILON_… for the real one, or AMILON=sandbox to use the stand-in on purpose.`,
  );
};

/** What makes this more than a trial on one's own machine; `undefined` for a trial. */
export const exposure = (config: Environment): string | undefined => {
  if (config.NODE_ENV === 'production') return 'NODE_ENV is production';
  if (!isLoopback(config.HOST)) return `HOST ${config.HOST} can be reached from other machines`;
  return undefined;
};
