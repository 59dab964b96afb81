import { readFile, rm, stat, writeFile } from 'node:fs/promises';
import { describe, expect, it } from '@jest/globals';
import { TenantId } from '../../src/domain/shared/ids.ts';
import { instant } from '../../src/domain/shared/instant.ts';
import { createApiKey, openApiKeys } from '../../src/infrastructure/http/api-keys.ts';
import type { Scope } from '../../src/infrastructure/http/scopes.ts';
import { scratchFiles } from '../support/scratch.ts';

const now = instant('2026-03-01T10:00:00.000Z');
const files = scratchFiles();
const wanted = { tenant: TenantId('acme'), scopes: ['orders:read'] as readonly Scope[] };

const recording = () => {
  const errors: string[] = [];
  const ignore = (): void => undefined;
  return {
    errors,
    log: { debug: ignore, info: ignore, warn: ignore, error: (_: object, text: string) => errors.push(text) },
  };
};

describe('the file of API keys', () => {
  it('holds the hash of a key and never the key, for its owner only', async () => {
    const file = files('keys/api-keys.json');
    const { id, key } = await createApiKey(file, wanted, now);
    const text = await readFile(file, 'utf8');
    expect(JSON.parse(text)).toEqual([
      { id, sha256: expect.stringMatching(/^[0-9a-f]{64}$/), tenant: 'acme', scopes: ['orders:read'], createdAt: now },
    ]);
    expect(key).toMatch(new RegExp(`^vo_${id}_[A-Za-z0-9_-]{43}$`));
    expect([text.includes(key.slice(-43)), (await stat(file)).mode & 0o777]).toEqual([false, 0o600]);
  });

  it('keeps the keys that are there when one is added', async () => {
    const file = files('api-keys.json');
    const keys = [await createApiKey(file, wanted, now), await createApiKey(file, wanted, now)];
    const opened = await openApiKeys(file, recording().log);
    const found = await Promise.all(keys.map(({ key }) => opened.find(key, now)));
    expect(found).toEqual(keys.map(({ id }) => ({ keyId: id, tenant: 'acme', scopes: new Set(['orders:read']) })));
  });

  it('is read again when it changes: a new key holds, one that is gone does not', async () => {
    const file = files('api-keys.json');
    const opened = await openApiKeys(file, recording().log);
    const { key } = await createApiKey(file, wanted, now);
    expect(await opened.find(key, now)).toMatchObject({ tenant: 'acme' });
    await writeFile(file, '[]');
    expect(await opened.find(key, now)).toBeUndefined();
    await rm(file);
    expect(await opened.find(key, now)).toBeUndefined();
  });

  it('leaves the keys as they were where it cannot be read any more, and says so once', async () => {
    const file = files('api-keys.json');
    const { log, errors } = recording();
    const { key } = await createApiKey(file, wanted, now);
    const opened = await openApiKeys(file, log);
    await writeFile(file, '[{"id":');
    const found = [await opened.find(key, now), await opened.find(key, now)];
    expect(found.map((caller) => caller?.tenant)).toEqual(['acme', 'acme']);
    expect(errors).toEqual(['the API keys file cannot be read: the keys stay as they were']);
  });

  it('stops the start where it is no list of keys, without telling what is in it', async () => {
    const file = files('api-keys.json');
    await writeFile(file, JSON.stringify([{ id: 'k1', key: 'S3cr3t' }]));
    await expect(openApiKeys(file, recording().log)).rejects.toThrow(/^.* is not a list of API keys: see \/0/);
    await expect(openApiKeys(file, recording().log)).rejects.not.toThrow(/S3cr3t/);
  });

  it.each(['', 'vo_', 'vo_abc_', `vo_ABC_${'A'.repeat(43)}`, `vo_abc_${'A'.repeat(44)}`, 'Bearer'])(
    'knows no key %p',
    async (key) => {
      const file = files('api-keys.json');
      await createApiKey(file, wanted, now);
      const opened = await openApiKeys(file, recording().log);
      expect(await opened.find(key, now)).toBeUndefined();
    },
  );
});
