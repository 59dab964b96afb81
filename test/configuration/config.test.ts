import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { ConfigurationError, exposure, readConfig } from '../../src/infrastructure/config/config.ts';

type Env = Readonly<Record<string, string>>;

/** The sentences of a start that is refused. */
const refusal = (env: Env): readonly string[] => {
  try {
    readConfig(env);
  } catch (error) {
    if (error instanceof ConfigurationError) return error.message.split('\n');
    throw error;
  }
  return ['the start was not refused'];
};

const access = {
  AMILON_BASE_URL: 'https://b2b.test/',
  AMILON_TOKEN_URL: 'https://sso.test/token',
  AMILON_CONTRACT_ID: 'contract-1',
  AMILON_CLIENT_ID: 'client-1',
  AMILON_CLIENT_SECRET: 'planted-secret',
  AMILON_USERNAME: 'user-1',
  AMILON_PASSWORD: 'planted-secret',
};
const live = { ...access, KEYRING_FILE: '/keys/keyring.json' };

describe('the configuration', () => {
  it('is complete without any variable: the embedded default, on loopback, with the sandbox', () => {
    const config = readConfig({});
    expect(config).toMatchObject({
      HOST: '127.0.0.1',
      PORT: 8080,
      LOG_LEVEL: 'info',
      EXTERNAL_ID_PREFIX: 'ENGAGE',
      DEFAULT_CULTURE: 'pt-PT',
      ORDERABLE_COUNTRIES: ['PT'],
      ORDERABLE_FACE_VALUES: { EUR: [1_000, 2_500, 5_000, 10_000, 25_000, 50_000] },
      EXCLUDED_MERCHANTS: ['0199bdd3-32b1-72be-905b-591833b488cf', 'a4322514-36f1-401e-af3d-6a1784a3da7a'],
      SUBMISSION_QUIET_MS: 125_000,
      dataDir: path.resolve('data'),
    });
    expect(config.AMILON_CULTURES).toEqual('pt-PT it-IT da-DK en-GB fr-FR es-ES de-DE nl-NL nn-NO pl-PL'.split(' '));
    expect([config.amilon, exposure(config)]).toEqual([undefined, undefined]);
  });

  it('reads what is given, and takes an empty value for none', () => {
    const config = readConfig({
      PORT: '0',
      LOG_LEVEL: '',
      AMILON_CULTURES: 'it-IT, pt-PT',
      DEFAULT_CULTURE: 'it-IT',
      ORDERABLE_COUNTRIES: 'PT,IT',
      ORDERABLE_FACE_VALUES: 'EUR:10,12.50;JPY:1000',
      EXCLUDED_MERCHANTS: 'ABC , def',
    });
    expect(config).toMatchObject({
      PORT: 0,
      LOG_LEVEL: 'info',
      AMILON_CULTURES: ['it-IT', 'pt-PT'],
      DEFAULT_CULTURE: 'it-IT',
      ORDERABLE_COUNTRIES: ['PT', 'IT'],
      ORDERABLE_FACE_VALUES: { EUR: [1_000, 1_250], JPY: [1_000] },
      EXCLUDED_MERCHANTS: ['abc', 'def'],
    });
  });

  it('ignores variables that are not its own', () => {
    expect(readConfig({ HOME: '/root', EDITOR: 'vi', PATH: '/bin' }).PORT).toBe(8080);
  });

  it('ignores what Kubernetes sets for services called kafka and mongodb', () => {
    const links = {
      KAFKA_SERVICE_HOST: '10.0.0.7',
      KAFKA_SERVICE_PORT: '9092',
      KAFKA_SERVICE_PORT_CLIENT: '9092',
      KAFKA_PORT: 'tcp://10.0.0.7:9092',
      KAFKA_PORT_9092_TCP: 'tcp://10.0.0.7:9092',
      MONGODB_PORT_27017_TCP_ADDR: '10.0.0.8',
    };
    expect(readConfig(links).KAFKA_BROKERS).toBeUndefined();
    expect(refusal({ KAFKA_PORT: '9092' })).toEqual(['KAFKA_PORT is not a variable of this service.']);
  });

  for (const name of ['AMILON_PASWORD', 'SANDBOX_DELAY', 'MONGODB_URL', 'KAFKA_BROKER', 'FULFILMENT_WORKERS']) {
    it(`refuses ${name}: a name that looks like its own, but is not`, () => {
      expect(refusal({ [name]: 'planted-secret' })).toEqual([`${name} is not a variable of this service.`]);
    });
  }
});

describe('a malformed value', () => {
  const mistakes: Env = {
    NODE_ENV: 'prod',
    KAFKA_SSL: 'maybe',
    KAFKA_SASL_MECHANISM: 'oauth',
    PORT: '65536',
    LOG_LEVEL: 'verbose',
    EVENTSTORE_URL: 'http://host',
    MONGODB_URI: 'host:27017',
    KAFKA_BROKERS: 'host',
    KAFKA_PARTITIONS: '0',
    AMILON: 'live',
    AMILON_BASE_URL: 'b2b.test',
    AMILON_TOKEN_URL: 'ftp://sso.test',
    AMILON_CULTURES: 'pt-PT,italian',
    AMILON_CREATES_PER_SECOND: '0',
    CATALOG_MAX_SHRINK_PERCENT: '101',
    AMILON_CREATE_DEADLINE_MS: '60001',
    DEFAULT_CULTURE: 'pt',
    EXTERNAL_ID_PREFIX: 'engage',
    ORDERABLE_COUNTRIES: 'PRT',
    ORDERABLE_FACE_VALUES: 'EUR',
    MAX_VOUCHERS_PER_ORDER: '1.5',
    FULFILMENT_CONCURRENCY: 'many',
    FULFILMENT_DELAYED_MS: '0',
    SUBMISSION_QUIET_MS: '-1',
    MESSAGE_TYPE_PREFIX: 'Com Example',
    ENVIRONMENT: 'Prod!',
    SANDBOX_SEED: '9999999999',
  };

  for (const [name, value] of Object.entries(mistakes)) {
    it(`of ${name} is refused in one sentence that names it`, () => {
      const sentences = refusal({ [name]: value });
      expect(sentences).toHaveLength(1);
      expect(sentences[0]).toMatch(new RegExp(`^${name}: .+\\.$`));
    });
  }

  for (const [name, value, right] of [
    // Taken for development, a production service would give out a key that may do everything.
    ['NODE_ENV', 'prod', 'development, test or production'],
    ['LOG_LEVEL', 'verbose', 'fatal, error, warn, info, debug or silent'],
    ['KAFKA_SASL_MECHANISM', 'oauth', 'plain, scram-sha-256 or scram-sha-512'],
    ['KAFKA_SSL', 'maybe', 'true or false'],
    ['AMILON', 'live', 'sandbox'],
    // The password would travel in the clear.
    ['AMILON_TOKEN_URL', 'http://sso.test/token', 'a URL that begins with https:// (http:// on loopback only)'],
    ['AMILON_BASE_URL', 'http://b2b.test', 'a URL that begins with https:// (http:// on loopback only)'],
  ] as const) {
    it(`of ${name} is told together with what would be right`, () => {
      expect(refusal({ [name]: value })).toEqual([`${name}: must be ${right}.`]);
    });
  }

  for (const [name, value] of [
    ['AMILON_CULTURES', ','],
    ['ORDERABLE_COUNTRIES', ' , '],
    ['KAFKA_BROKERS', ','],
    ['ORDERABLE_FACE_VALUES', 'EUR:'],
    ['ORDERABLE_FACE_VALUES', 'EUR:10,'.repeat(2)],
  ] as const) {
    it(`is a list of nothing, or half a list (${name}=${value})`, () => {
      expect(refusal({ [name]: value })[0]).toMatch(new RegExp(`^${name}: must `));
    });
  }

  it('is told together with all the others', () => {
    const sentences = refusal({ PORT: 'x', LOG_LEVEL: 'x', SANDBOX_DELAY: '1' });
    expect(sentences.map((sentence) => sentence.split(/[: ]/)[0])).toEqual(['SANDBOX_DELAY', 'PORT', 'LOG_LEVEL']);
  });

  it('is not told itself: it may be a secret in the wrong place', () => {
    for (const name of Object.keys(mistakes)) {
      expect(refusal({ [name]: 'planted-secret!' }).join('\n')).not.toContain('planted-secret');
    }
  });

  it('is a default culture that is not synced: it would refuse every request that names none', () => {
    expect(refusal({ AMILON_CULTURES: 'it-IT' })).toEqual([
      'DEFAULT_CULTURE: pt-PT is none of AMILON_CULTURES, which are synced.',
    ]);
  });
});

describe('access to Amilon', () => {
  it('is the real one where all of it is set', () => {
    expect(readConfig(live).amilon).toEqual({
      baseUrl: access.AMILON_BASE_URL,
      tokenUrl: access.AMILON_TOKEN_URL,
      contractId: access.AMILON_CONTRACT_ID,
      credentials: {
        clientId: access.AMILON_CLIENT_ID,
        clientSecret: access.AMILON_CLIENT_SECRET,
        username: access.AMILON_USERNAME,
        password: access.AMILON_PASSWORD,
      },
    });
  });

  for (const name of Object.keys(access)) {
    it(`is refused where ${name} is missing, without a word of the others`, () => {
      const { [name]: _missing, ...rest } = live as Env;
      expect(refusal(rest)).toEqual([`Amilon's access is half set: ${name} missing.`]);
    });
  }

  it('is refused beside AMILON=sandbox: nobody could tell which one is meant', () => {
    expect(refusal({ ...live, AMILON: 'sandbox' })).toEqual([
      'AMILON=sandbox and access to Amilon are both set: remove one of them.',
    ]);
  });

  it('needs the whole quiet time: a shorter one may buy twice', () => {
    expect(refusal({ ...live, SUBMISSION_QUIET_MS: '124999' })).toEqual([
      'SUBMISSION_QUIET_MS: must be at least 125000 with the real Amilon.',
    ]);
    expect(readConfig({ ...live, SUBMISSION_QUIET_MS: '125000' }).SUBMISSION_QUIET_MS).toBe(125_000);
  });

  it('needs a keyring that is kept apart from the data', () => {
    expect(refusal(access)[0]).toMatch(/^AMILON_BASE_URL is set, but no KEYRING_FILE: /);
  });
});

describe('the sandbox in place of Amilon', () => {
  const keyring = { KEYRING_FILE: '/keys/keyring.json' };
  const exposed: Readonly<Record<string, Env>> = {
    'NODE_ENV is production': { NODE_ENV: 'production' },
    'HOST 0.0.0.0 can be reached from other machines': { HOST: '0.0.0.0' },
    'HOST 192.0.2.7 can be reached from other machines': { HOST: '192.0.2.7' },
    'EVENTSTORE_URL names a real server': { EVENTSTORE_URL: 'esdb://host:2113', ...keyring },
    'MONGODB_URI names a real server': { MONGODB_URI: 'mongodb://host/db', ...keyring },
    'KAFKA_BROKERS names a real server': { KAFKA_BROKERS: 'host:9092', ...keyring },
  };
  for (const [why, env] of Object.entries(exposed)) {
    it(`is refused where it could be mistaken (${why}), unless it is asked for`, () => {
      expect(refusal(env)).toEqual([
        `${why}, but no Amilon is configured: set AMILON_… for the real one, or AMILON=sandbox to use the stand-in on purpose.`,
      ]);
      expect(exposure(readConfig({ ...env, AMILON: 'sandbox' }))).toBe(why);
    });
  }

  for (const HOST of ['127.0.0.1', '::1', 'localhost']) {
    it(`needs no asking on ${HOST}`, () => {
      expect(exposure(readConfig({ HOST }))).toBeUndefined();
    });
  }

  it('needs a keyring that is kept apart where a server is real', () => {
    expect(refusal({ AMILON: 'sandbox', KAFKA_BROKERS: 'host:9092' })[0]).toMatch(
      /^KAFKA_BROKERS is set, but no KEYRING_FILE: /,
    );
  });
});

describe("Kafka's credentials", () => {
  it('are refused where they are half set', () => {
    expect(refusal({ KAFKA_SASL_USERNAME: 'user-1' })).toEqual([
      "Kafka's SASL is half set: KAFKA_SASL_MECHANISM, KAFKA_SASL_PASSWORD missing.",
    ]);
  });
});
