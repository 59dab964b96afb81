import { existsSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { TenantId } from '../../domain/shared/ids.ts';
import type { Instant } from '../../domain/shared/instant.ts';
import { exposure } from '../config/config.ts';
import type { Config } from '../config/config.ts';
import { readApiKeys, writeApiKeys } from '../http/api-keys-file.ts';
import { createApiKey } from '../http/api-keys.ts';
import { scopes } from '../http/scopes.ts';
import { dataFolder } from './data-folder.ts';

/**
 * A key that may do everything, for trying the service on one's own machine: only on loopback, without production,
 * against the sandbox (design 2). Where it must not be, one that was made before is withdrawn. One that does not work,
 * or no longer for everything, is made anew: the keys' file may be gone, or older than a scope.
 * @returns whether there is one.
 */
export const provideDevApiKey = async (config: Config, apiKeysFile: string, now: Instant): Promise<boolean> => {
  const { devApiKey } = dataFolder(config.dataDir);
  if (exposure(config) !== undefined || config.amilon !== undefined) {
    await withdraw(devApiKey, apiKeysFile);
    return false;
  }
  if (await works(devApiKey, apiKeysFile)) return true;
  await withdraw(devApiKey, apiKeysFile);
  const { key } = await createApiKey(apiKeysFile, { tenant: TenantId('dev'), scopes }, now);
  await writeFile(devApiKey, key, { mode: 0o600 });
  return true;
};

const works = async (devApiKey: string, apiKeysFile: string): Promise<boolean> => {
  if (!existsSync(devApiKey)) return false;
  const key = await readFile(devApiKey, 'utf8');
  const record = (await readApiKeys(apiKeysFile)).find(({ id }) => key.startsWith(`vo_${id}_`));
  return record !== undefined && scopes.every((scope) => record.scopes.includes(scope));
};

const withdraw = async (devApiKey: string, apiKeysFile: string): Promise<void> => {
  if (!existsSync(devApiKey)) return;
  const key = await readFile(devApiKey, 'utf8');
  const keys = await readApiKeys(apiKeysFile);
  const others = keys.filter(({ id }) => !key.startsWith(`vo_${id}_`));
  if (others.length < keys.length) await writeApiKeys(apiKeysFile, others);
  await rm(devApiKey);
};
