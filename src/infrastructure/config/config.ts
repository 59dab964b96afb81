import path from 'node:path';
import { z } from 'zod';
import { QUIET_TIME } from '../../domain/order/policy.ts';
import { environment } from './environment.ts';
import type { Environment } from './environment.ts';

/** A start that the configuration forbids: one sentence per mistake, never a value of a secret. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
}

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
const ours =
  /^(AMILON|API_KEYS|EVENTSTORE|EXCLUDED|EXTERNAL_ID|FULFILMENT|KAFKA|KEYRING|MAX_VOUCHERS|MESSAGE_TYPE|MONGODB|ORDERABLE|SANDBOX|SUBMISSION)_/;

/** What Kubernetes sets in every container for a service of its own that is called kafka, mongodb or the like. */
const isOfCluster = (name: string, value: string | undefined): boolean =>
  /_SERVICE_(HOST|PORT)(_|$)|_PORT_\d+_(TCP|UDP|SCTP)(_|$)/.test(name) ||
  (name.endsWith('_PORT') && /^(tcp|udp|sctp):\/\//.test(value ?? 'none'));

/** @throws ConfigurationError naming each variable that is wrong and what would be right. */
export const readConfig = (env: Variables): Config => {
  const { parsed, ...access } = parse(env);
  const config: Config = { ...parsed, dataDir: path.resolve(parsed.DATA_DIR), ...access };
  refuseMistakenSandbox(config);
  refuseMissingKeyring(config);
  refuseHalfSasl(config);
  refuseHaste(config);
  refuseStrangeDefaultCulture(config);
  return config;
};

export type AmilonConfig = Pick<Config, 'amilon' | 'AMILON_BASE_URL' | 'AMILON_CULTURES'>;

/** Amilon's part alone: whether it is right does not depend on the rest. @throws ConfigurationError */
export const readAmilonConfig = (env: Variables): AmilonConfig => {
  const { parsed, ...access } = parse(Object.fromEntries(Object.entries(env).filter(([name]) => /^AMILON/.test(name))));
  return { ...parsed, ...access };
};

type Variables = Readonly<Record<string, string | undefined>>;

const parse = (env: Variables): { readonly parsed: Environment; readonly amilon?: AmilonAccess } => {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''));
  const unknown = Object.entries(given)
    .filter(([name, value]) => ours.test(name) && !(name in environment.shape) && !isOfCluster(name, value))
    .map(([name]) => name);
  const parsed = environment.safeParse(given);
  const mistakes = [
    ...unknown.map((name) => `${name} is not a variable of this service.`),
    ...(parsed.success ? [] : parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}.`)),
  ];
  if (!parsed.success || mistakes.length > 0) throw new ConfigurationError(mistakes.join('\n'));
  const amilon = amilonAccess(parsed.data);
  return { parsed: parsed.data, ...(amilon === undefined ? {} : { amilon }) };
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
  const given = names.filter((name) => env[name] !== undefined);
  if (env.AMILON === 'sandbox') {
    if (given.every((name) => name === 'AMILON_BASE_URL')) return undefined;
    throw new ConfigurationError('AMILON=sandbox and access to Amilon are both set: remove one of them.');
  }
  if (given.length === 0) return undefined;
  const full = access.safeParse(env);
  if (!full.success) {
    const missing = names.filter((name) => !given.includes(name));
    throw new ConfigurationError(`Amilon's access is half set: ${missing.join(', ')} missing.`);
  }
  return {
    baseUrl: full.data.AMILON_BASE_URL,
    tokenUrl: full.data.AMILON_TOKEN_URL,
    contractId: full.data.AMILON_CONTRACT_ID,
    credentials: {
      clientId: full.data.AMILON_CLIENT_ID,
      clientSecret: full.data.AMILON_CLIENT_SECRET,
      username: full.data.AMILON_USERNAME,
      password: full.data.AMILON_PASSWORD,
    },
  };
};

const loopback = new Set(['127.0.0.1', '::1', 'localhost']);

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
  const server = serverOf(config);
  if (server !== undefined) return `${server} names a real server`;
  if (config.NODE_ENV === 'production') return 'NODE_ENV is production';
  if (!loopback.has(config.HOST)) return `HOST ${config.HOST} can be reached from other machines`;
  return undefined;
};

const serverOf = (config: Environment): string | undefined =>
  (['EVENTSTORE_URL', 'MONGODB_URI', 'KAFKA_BROKERS'] as const).find((name) => config[name] !== undefined);

/** A keyring that is lost with a container is the loss of all vouchers (design 17). */
const refuseMissingKeyring = (config: Config): void => {
  const server = serverOf(config) ?? (config.amilon === undefined ? undefined : 'AMILON_BASE_URL');
  if (server === undefined || config.KEYRING_FILE !== undefined) return;
  throw new ConfigurationError(
    `${server} is set, but no KEYRING_FILE: name the file and make it by \`npm run keys:create -- --help\`; keep it apart from the data.`,
  );
};

/** A shorter quiet time may buy twice: with the sandbox that is a test, with Amilon it is money (design 9). */
const refuseHaste = (config: Config): void => {
  if (config.amilon === undefined || config.SUBMISSION_QUIET_MS >= QUIET_TIME) return;
  throw new ConfigurationError(`SUBMISSION_QUIET_MS: must be at least ${String(QUIET_TIME)} with the real Amilon.`);
};

/** Half of it would connect without it. */
const refuseHalfSasl = (config: Config): void => {
  const names = ['KAFKA_SASL_MECHANISM', 'KAFKA_SASL_USERNAME', 'KAFKA_SASL_PASSWORD'] as const;
  const missing = names.filter((name) => config[name] === undefined);
  if (missing.length === 0 || missing.length === names.length) return;
  throw new ConfigurationError(`Kafka's SASL is half set: ${missing.join(', ')} missing.`);
};

/** It would refuse every request that names no culture. */
const refuseStrangeDefaultCulture = ({ DEFAULT_CULTURE, AMILON_CULTURES }: Config): void => {
  if (AMILON_CULTURES.includes(DEFAULT_CULTURE)) return;
  throw new ConfigurationError(`DEFAULT_CULTURE: ${DEFAULT_CULTURE} is none of AMILON_CULTURES, which are synced.`);
};

/** Where keys are kept: all that the commands about keys need of the configuration. @throws ConfigurationError */
export const readKeyFiles = (
  env: Readonly<Record<string, string | undefined>>,
): Pick<Config, 'dataDir' | 'API_KEYS_FILE' | 'KEYRING_FILE'> => {
  const { DATA_DIR, API_KEYS_FILE, KEYRING_FILE } = env;
  return readConfig({ DATA_DIR, API_KEYS_FILE, KEYRING_FILE });
};
