import { existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { ConfigurationError } from '../config/config.ts';

/** The files of an embedded installation; each is explained in README.md ("What is in the data folder"). */
export interface DataFolder {
  readonly events: string;
  readonly readModels: string;
  readonly dataKeys: string;
  readonly sandbox: string;
  readonly keyring: string;
  readonly apiKeys: string;
  readonly devApiKey: string;
}

export const dataFolder = (dir: string): DataFolder => ({
  events: path.join(dir, 'events.sqlite'),
  readModels: path.join(dir, 'read-models.sqlite'),
  dataKeys: path.join(dir, 'data-keys.sqlite'),
  sandbox: path.join(dir, 'sandbox.sqlite'),
  keyring: path.join(dir, 'keyring.json'),
  apiKeys: path.join(dir, 'api-keys.json'),
  devApiKey: path.join(dir, 'dev-api-key'),
});

/**
 * Takes the folder for this process: the operating system holds the lock and frees it however the process ends.
 * @returns how to let it go. @throws ConfigurationError when another process has it, or it cannot be written.
 */
export const lockDataFolder = (dir: string): (() => void) => {
  let lock: DatabaseSync;
  try {
    makeFolder(dir);
    lock = new DatabaseSync(path.join(dir, 'lock.sqlite'));
  } catch (error) {
    throw new ConfigurationError(`DATA_DIR: ${dir} cannot be made or written: ${String(error)}.`);
  }
  try {
    lock.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE;');
  } catch (error) {
    lock.close();
    if (!isBusy(error)) throw new ConfigurationError(`DATA_DIR: ${dir} cannot be locked: ${String(error)}.`);
    throw new ConfigurationError(
      `DATA_DIR: ${dir} is in use by another process of this service. Stop that one, or set another DATA_DIR.`,
    );
  }
  return () => {
    lock.close();
  };
};

/** One level at a time: with `recursive`, Node never returns from a place such as /proc, where nothing can be made. */
const makeFolder = (dir: string): void => {
  if (existsSync(dir)) return;
  makeFolder(path.dirname(dir));
  mkdirSync(dir, { mode: 0o700 });
};

const SQLITE_BUSY = 5;

const isBusy = (error: unknown): boolean =>
  error instanceof Error && 'errcode' in error && error.errcode === SQLITE_BUSY;
