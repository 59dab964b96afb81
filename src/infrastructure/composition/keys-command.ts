import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { Command, InvalidArgumentError, Option } from 'commander';
import { TenantId } from '../../domain/shared/ids.ts';
import { createSystemClock } from '../clock/system.ts';
import { readKeyFiles } from '../config/config.ts';
import { createKeyring } from '../encryption/keyring.ts';
import { createApiKey } from '../http/api-keys.ts';
import { scopeSchema, scopes } from '../http/scopes.ts';
import type { Scope } from '../http/scopes.ts';
import { dataFolder } from './data-folder.ts';

const tenantOption = (text: string): TenantId => {
  try {
    return TenantId(text);
  } catch {
    throw new InvalidArgumentError('must be lower-case letters, digits and -');
  }
};

const scopeList = (text: string): readonly Scope[] =>
  text.split(',').map((scope) => {
    const parsed = scopeSchema.safeParse(scope.trim());
    if (!parsed.success) throw new InvalidArgumentError(`${scope} is none of ${scopes.join(', ')}`);
    return parsed.data;
  });

/** `keys create`: an API key for a client, and the keyring where there is none yet. */
export const createKeysCommand = (): Command =>
  new Command('create')
    .description('makes an API key and prints it once; makes the keyring too where there is none yet')
    .addOption(new Option('--tenant <tenant>', 'whose orders it sees').argParser(tenantOption).makeOptionMandatory())
    .addOption(
      new Option('--scopes <scopes>', `comma-separated, of: ${scopes.join(', ')}`)
        .argParser(scopeList)
        .makeOptionMandatory(),
    )
    .action(async (options: { readonly tenant: TenantId; readonly scopes: readonly Scope[] }) => {
      const config = readKeyFiles(process.env);
      const files = dataFolder(config.dataDir);
      await mkdir(config.dataDir, { recursive: true, mode: 0o700 });
      const keyring = config.KEYRING_FILE ?? files.keyring;
      if (!existsSync(keyring)) {
        await createKeyring(keyring);
        process.stderr.write(
          `made the keyring ${keyring}: back it up apart from the data, vouchers are lost without it\n`,
        );
      }
      const { key } = await createApiKey(config.API_KEYS_FILE ?? files.apiKeys, options, createSystemClock().now());
      process.stderr.write(`made an API key for ${options.tenant}; it is shown this once:\n`);
      process.stdout.write(`${key}\n`);
    });
