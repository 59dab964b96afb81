import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';

const byDefault = join(import.meta.dirname, '../../../node_modules/.cache/voucher-orders-servers');
const cacheFolder = (): string => resolve(process.env['TEST_SERVERS_CACHE'] ?? byDefault);

export type Installation = {
  name: string;
  /** The sentence for who has not got what this needs. */
  needs: string;
  fill: (folder: string) => Promise<void>;
};

// The folder gets its name only once it is complete: an interrupted or concurrent installation leaves nothing half done.
const install = async ({ name, needs, fill }: Installation, folder: string): Promise<string> => {
  await mkdir(cacheFolder(), { recursive: true });
  const unfinished = await mkdtemp(join(cacheFolder(), `.${name}-`));
  try {
    await fill(unfinished);
    await rename(unfinished, folder).catch((error: unknown) => {
      if (!existsSync(folder)) throw error; // Otherwise another run was faster.
    });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message.trim() : String(cause);
    throw new Error(`${needs}; its download failed: ${reason}`, { cause });
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
  return folder;
};

const underWay = new Map<string, Promise<string>>();

/** The folder of an installed program, which is installed first where the cache has not got it. */
export const installedOnce = async (program: Installation): Promise<string> => {
  const folder = join(cacheFolder(), program.name);
  if (existsSync(folder)) return folder;
  const installing = underWay.get(folder) ?? install(program, folder);
  underWay.set(folder, installing);
  return installing;
};
