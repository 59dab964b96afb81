import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { banner } from '../../src/infrastructure/composition/banner.ts';
import { dataFolder, lockDataFolder } from '../../src/infrastructure/composition/data-folder.ts';
import { provideDevApiKey } from '../../src/infrastructure/composition/dev-api-key.ts';
import { ConfigurationError, readConfig } from '../../src/infrastructure/config/config.ts';
import { scopes } from '../../src/infrastructure/http/scopes.ts';
import { createApiKey, openApiKeys } from '../../src/infrastructure/http/api-keys.ts';
import { TenantId } from '../../src/domain/shared/ids.ts';
import { scratchFiles } from '../support/scratch.ts';
import { logInto, today } from '../application/world.ts';

const files = scratchFiles();
const permissions = (file: string): string => (statSync(file).mode & 0o777).toString(8);

const script = (dir: string): string => `
  import { lockDataFolder } from ${JSON.stringify(pathToFileURL('src/infrastructure/composition/data-folder.ts').href)};
  try {
    lockDataFolder(${JSON.stringify(dir)})();
    process.stdout.write('locked');
  } catch (error) {
    process.stdout.write(String(error));
  }
`;

/** What another process is told that takes the folder. */
const lockElsewhere = (dir: string): string =>
  spawnSync(process.execPath, ['--input-type=module', '--eval', script(dir)], {
    encoding: 'utf8',
    timeout: 20_000,
    killSignal: 'SIGKILL',
  }).stdout;

const access = {
  AMILON_BASE_URL: 'https://b2b.test/',
  AMILON_TOKEN_URL: 'https://sso.test/token',
  AMILON_CONTRACT_ID: 'contract-1',
  AMILON_CLIENT_ID: 'client-1',
  AMILON_CLIENT_SECRET: 'secret-1',
  AMILON_USERNAME: 'user-1',
  AMILON_PASSWORD: 'password-1',
  KEYRING_FILE: '/keys/keyring.json',
};

describe('the data folder', () => {
  it('is made for its owner only', () => {
    const dir = files('data');
    lockDataFolder(dir)();
    expect(permissions(dir)).toBe('700');
  });

  it('belongs to one process at a time: another is refused in a sentence, until it is let go', () => {
    const dir = files('data');
    const letGo = lockDataFolder(dir);
    expect(lockElsewhere(dir)).toBe(
      `ConfigurationError: DATA_DIR: ${dir} is in use by another process of this service. Stop that one, or set another DATA_DIR.`,
    );
    letGo();
    expect(lockElsewhere(dir)).toBe('locked');
  });

  it('that cannot be made is refused in a sentence', () => {
    const file = files('a-file');
    writeFileSync(file, '');
    expect(() => lockDataFolder(`${file}/data`)).toThrow(ConfigurationError);
  });

  it('where the system makes no folder is refused in a sentence, and at once', () => {
    // In a process of its own, which can be ended: inside this one, an endless loop would end nothing.
    expect(lockElsewhere('/proc/voucher-orders')).toMatch(/DATA_DIR: \/proc\/voucher-orders cannot be made or written/);
  });

  it('has a place of its own for every file', () => {
    const places: readonly string[] = Object.values({ ...dataFolder('/data') } as Record<string, string>);
    expect([new Set(places).size, places.every((place) => place.startsWith('/data/'))]).toEqual([7, true]);
  });
});

describe('the development key', () => {
  /** A folder, and what a start with these variables makes of its development key. */
  const world = () => {
    const DATA_DIR = files('data');
    mkdirSync(DATA_DIR);
    const { apiKeys, devApiKey } = dataFolder(DATA_DIR);
    return {
      devApiKey,
      apiKeys,
      DATA_DIR,
      start: (env: Readonly<Record<string, string>> = {}) =>
        provideDevApiKey(readConfig({ DATA_DIR, ...env }), apiKeys, today),
      caller: async (key: string) => (await openApiKeys(apiKeys, logInto([]))).find(key, today),
    };
  };

  it('may do everything for a tenant of its own, and is readable by its owner only', async () => {
    const w = world();
    expect(await w.start()).toBe(true);
    const key = readFileSync(w.devApiKey, 'utf8');
    expect(await w.caller(key)).toMatchObject({ tenant: 'dev', scopes: new Set(scopes) });
    expect([permissions(w.devApiKey), permissions(w.apiKeys)]).toEqual(['600', '600']);
    expect(readFileSync(w.apiKeys, 'utf8')).not.toContain(key);
  });

  it('stays the same at the next start', async () => {
    const w = world();
    await w.start();
    const key = readFileSync(w.devApiKey, 'utf8');
    expect([await w.start(), readFileSync(w.devApiKey, 'utf8')]).toEqual([true, key]);
  });

  it('is made anew where the list of keys is gone', async () => {
    const w = world();
    await w.start();
    const lost = readFileSync(w.devApiKey, 'utf8');
    rmSync(w.apiKeys);
    expect(await w.start()).toBe(true);
    const key = readFileSync(w.devApiKey, 'utf8');
    expect([key === lost, (await w.caller(key))?.tenant]).toEqual([false, 'dev']);
  });

  it('is made anew where there are scopes that it lacks', async () => {
    const w = world();
    const { key } = await createApiKey(w.apiKeys, { tenant: TenantId('dev'), scopes: ['orders:read'] }, today);
    writeFileSync(w.devApiKey, key);
    expect(await w.start()).toBe(true);
    expect([await w.caller(key), (await w.caller(readFileSync(w.devApiKey, 'utf8')))?.scopes]).toEqual([
      undefined,
      new Set(scopes),
    ]);
  });

  const keyring = { KEYRING_FILE: '/keys/keyring.json' };
  for (const [where, env] of Object.entries({
    'in production': { NODE_ENV: 'production', AMILON: 'sandbox' },
    'where other machines reach it': { HOST: '0.0.0.0', AMILON: 'sandbox' },
    'beside a real server': { MONGODB_URI: 'mongodb://host/db', AMILON: 'sandbox', ...keyring },
    'with the real Amilon': access,
  })) {
    it(`does not exist ${where}`, async () => {
      const w = world();
      expect([await w.start(env), readdirSync(w.DATA_DIR)]).toEqual([false, []]);
    });

    it(`is withdrawn ${where}, and no other key with it`, async () => {
      const w = world();
      await w.start();
      const dev = readFileSync(w.devApiKey, 'utf8');
      const { key } = await createApiKey(w.apiKeys, { tenant: TenantId('acme'), scopes }, today);
      expect(await w.start(env)).toBe(false);
      expect([await w.caller(dev), (await w.caller(key))?.tenant]).toEqual([undefined, 'acme']);
      expect(readdirSync(w.DATA_DIR)).toEqual(['api-keys.json']);
    });
  }
});

describe('the banner', () => {
  const running = {
    url: 'http://127.0.0.1:8080',
    uses: { events: 'SQLite, /data/events.sqlite', amilon: 'SANDBOX at http://127.0.0.1:1 (nothing is bought)' },
    stop: async () => undefined,
  };

  it('says what is used, and how to order a first voucher with the key as a file', () => {
    const said = banner(readConfig({ DATA_DIR: '/data/of ours' }), { ...running, devApiKey: true });
    expect(said).toContain('voucher-orders listens on http://127.0.0.1:8080');
    expect(said).toMatch(/events +SQLite, \/data\/events\.sqlite/);
    expect(said).toMatch(/amilon +SANDBOX/);
    expect(said).toContain('http://127.0.0.1:8080/docs');
    expect(said).toContain(`Authorization: Bearer $(cat '/data/of ours/dev-api-key')`);
  });

  it('never tells the key itself', async () => {
    const DATA_DIR = files('data');
    mkdirSync(DATA_DIR);
    const config = readConfig({ DATA_DIR });
    await provideDevApiKey(config, dataFolder(DATA_DIR).apiKeys, today);
    const key = readFileSync(dataFolder(DATA_DIR).devApiKey, 'utf8');
    expect(banner(config, { ...running, devApiKey: true })).not.toContain(key);
  });

  it('names no development key where there is none', () => {
    const said = banner(readConfig({}), { ...running, devApiKey: false });
    expect(said).toContain('Clients need an API key');
    expect(said).not.toContain('dev-api-key');
  });
});
