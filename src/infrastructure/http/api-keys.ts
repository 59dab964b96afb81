import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { stat } from 'node:fs/promises';
import type { TenantId } from '../../domain/shared/ids.ts';
import type { Instant } from '../../domain/shared/instant.ts';
import type { Log } from '../../application/ports/log.ts';
import { isMissing, readApiKeys, writeApiKeys } from './api-keys-file.ts';
import type { ApiKeyRecord } from './api-keys-file.ts';
import type { Scope } from './scopes.ts';

/** Who a key belongs to, and what it may do. */
export interface Caller {
  readonly keyId: string;
  readonly tenant: TenantId;
  readonly scopes: ReadonlySet<Scope>;
}

export interface ApiKeys {
  /** @returns `undefined` for a key that is unknown or has expired. */
  find(key: string, now: Instant): Promise<Caller | undefined>;
}

// The id is in clear, so that a key found somewhere can be told and revoked without being tried.
const FORMAT = /^vo_([a-z0-9]{1,32})_[A-Za-z0-9_-]{43}$/;

const hashOf = (key: string): Buffer => createHash('sha256').update(key).digest();

/**
 * The keys of a file; a change of it holds from the next request on. A file that cannot be read any more leaves the
 * keys as they were, and says so in the log; a file that is gone leaves none.
 * @throws SyntaxError when the file is not a list of keys at the start.
 */
export const openApiKeys = async (file: string, log: Log): Promise<ApiKeys> => {
  let read = await stampOf(file);
  let keys = byId(await readApiKeys(file));
  const refresh = async (): Promise<void> => {
    let now = read;
    try {
      now = await stampOf(file);
      if (now === read) return;
      keys = byId(await readApiKeys(file));
      read = now;
      log.info({ keys: keys.size }, 'API keys read again');
    } catch (error) {
      // What is no list of keys stays so until it is written again; what cannot be read may be soon.
      if (error instanceof SyntaxError) read = now;
      log.error({ err: error }, 'the API keys file cannot be read: the keys stay as they were');
    }
  };
  return {
    find: async (key, now) => {
      await refresh();
      const record = keys.get(FORMAT.exec(key)?.[1] ?? 'none');
      if (record === undefined || !timingSafeEqual(hashOf(key), Buffer.from(record.sha256, 'hex'))) return undefined;
      if (record.expiresAt !== undefined && record.expiresAt <= now) return undefined;
      return { keyId: record.id, tenant: record.tenant, scopes: new Set(record.scopes) };
    },
  };
};

const byId = (keys: readonly ApiKeyRecord[]): ReadonlyMap<string, ApiKeyRecord> =>
  new Map(keys.map((record) => [record.id, record]));

/** Tells versions of the file apart: writing replaces it, so its inode changes even within one tick of the clock. */
const stampOf = async (file: string): Promise<string> => {
  try {
    const { mtimeMs, size, ino } = await stat(file);
    return [mtimeMs, size, ino].join(' ');
  } catch (error) {
    if (isMissing(error)) return 'missing';
    throw error;
  }
};

export interface NewApiKey {
  readonly tenant: TenantId;
  readonly scopes: readonly Scope[];
  readonly expiresAt?: Instant;
}

/**
 * Adds a key to the file, made if it is missing. @returns the key: told this once, kept nowhere.
 * @throws SyntaxError when the file holds something else.
 */
export const createApiKey = async (
  file: string,
  wanted: NewApiKey,
  now: Instant,
): Promise<{ readonly id: string; readonly key: string }> => {
  const id = randomBytes(6).toString('hex');
  const key = `vo_${id}_${randomBytes(32).toString('base64url')}`;
  const record: ApiKeyRecord = {
    id,
    sha256: hashOf(key).toString('hex'),
    ...wanted,
    scopes: [...wanted.scopes],
    createdAt: now,
  };
  await writeApiKeys(file, [...(await readApiKeys(file)), record]);
  return { id, key };
};
