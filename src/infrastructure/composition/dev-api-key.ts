import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { TenantId } from '../../domain/shared/ids.ts';
import type { Instant } from '../../domain/shared/instant.ts';
import { exposure } from '../config/config.ts';
import type { Config } from '../config/config.ts';
import { createApiKey } from '../http/api-keys.ts';
import { scopes } from '../http/scopes.ts';
import { dataFolder } from './data-folder.ts';

/**
 * A key that may do everything, for trying the service on one's own machine: only on loopback, without production,
 * against the sandbox (design 2). @returns whether there is one.
 */
export const provideDevApiKey = async (config: Config, apiKeysFile: string, now: Instant): Promise<boolean> => {
  if (exposure(config) !== undefined || config.amilon !== undefined) return false;
  const { devApiKey } = dataFolder(config.dataDir);
  if (existsSync(devApiKey)) return true;
  const { key } = await createApiKey(apiKeysFile, { tenant: TenantId('dev'), scopes }, now);
  await writeFile(devApiKey, key, { mode: 0o600 });
  return true;
};
