import { createSecretKey, randomBytes } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { link, open, readFile, stat, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import { MachineryError } from '../../application/ports/errors.ts';
import { KEY_BYTES } from './seal.ts';

export interface Key {
  readonly id: string;
  /** Prints nothing of itself. */
  readonly key: KeyObject;
}

/** The keys of the service. All are kept for ever; the active ones are used for what is new. */
export interface Keyring {
  /** Wrap the orders' data keys. */
  readonly keks: readonly [Key, ...Key[]];
  readonly activeKek: Key;
  /** Hash the bodies of order requests. */
  readonly bodyMacKeys: readonly [Key, ...Key[]];
  readonly activeBodyMacKey: Key;
}

/** The keyring's file cannot be used; the sentence says why, never what is in it. */
class UnusableKeyring extends MachineryError {
  override readonly name = 'UnusableKeyring';
  readonly retryable = false;
}

const keySchema = z.object({
  id: z.string().regex(/^[A-Za-z0-9-]{1,40}$/),
  key: z.base64().refine((text) => Buffer.from(text, 'base64').length === KEY_BYTES),
});

const fileSchema = z.object({
  version: z.literal(1),
  activeKek: z.string(),
  keks: z.tuple([keySchema], keySchema),
  activeBodyMacKey: z.string(),
  bodyMacKeys: z.tuple([keySchema], keySchema),
});

type KeyringFile = z.infer<typeof fileSchema>;

/** @throws UnusableKeyring when the file is missing, open to others, or no keyring. */
export const loadKeyring = async (file: string): Promise<Keyring> => {
  const refuse = (why: string): UnusableKeyring => new UnusableKeyring(`the keyring ${file} ${why}`);
  const { mode } = await stat(file).catch(() => {
    throw refuse(
      'cannot be read: restore it, or set KEYRING_FILE to where it is; for a new store create it (`npm run keys:create -- --help`)',
    );
  });
  if ((mode & 0o077) !== 0) throw refuse('is open to other users: run `chmod 600` on it');
  const text = await readFile(file, 'utf8').catch(() => {
    throw refuse('cannot be read by this user');
  });
  return keyringOf(parse(text, refuse), refuse);
};

// The messages of JSON.parse quote the text, so none of them goes on.
const parse = (text: string, refuse: (why: string) => UnusableKeyring): KeyringFile => {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw refuse('is not JSON');
  }
  const parsed = fileSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  const places = parsed.error.issues.map(({ path }) => (path.length === 0 ? 'the whole' : path.join('.')));
  throw refuse(`has no usable value at ${[...new Set(places)].join(', ')}`);
};

const keyringOf = (file: KeyringFile, refuse: (why: string) => UnusableKeyring): Keyring => {
  const keyOf = ({ id, key }: KeyringFile['keks'][number]): Key => ({
    id,
    key: createSecretKey(Buffer.from(key, 'base64')),
  });
  const ring = ([first, ...more]: KeyringFile['keks'], what: string): readonly [Key, ...Key[]] => {
    const ids = [first, ...more].map(({ id }) => id);
    if (new Set(ids).size < ids.length) throw refuse(`has two keys of one id in ${what}`);
    return [keyOf(first), ...more.map(keyOf)];
  };
  const active = (keys: readonly Key[], id: string, what: string): Key => {
    const found = keys.find((key) => key.id === id);
    if (found === undefined) throw refuse(`names a key in ${what} that it does not have`);
    return found;
  };
  const keks = ring(file.keks, 'keks');
  const bodyMacKeys = ring(file.bodyMacKeys, 'bodyMacKeys');
  return {
    keks,
    activeKek: active(keks, file.activeKek, 'activeKek'),
    bodyMacKeys,
    activeBodyMacKey: active(bodyMacKeys, file.activeBodyMacKey, 'activeBodyMacKey'),
  };
};

/**
 * Makes a keyring of fresh random keys, readable by its owner only and safe on the disk before the answer.
 * @throws UnusableKeyring when there is a file already: keys are never overwritten.
 */
export const createKeyring = async (file: string): Promise<Keyring> => {
  const fresh = () => randomBytes(KEY_BYTES).toString('base64');
  const content: KeyringFile = {
    version: 1,
    activeKek: 'kek-1',
    keks: [{ id: 'kek-1', key: fresh() }],
    activeBodyMacKey: 'body-1',
    bodyMacKeys: [{ id: 'body-1', key: fresh() }],
  };
  const unfinished = `${file}.${randomBytes(6).toString('hex')}`;
  const refuse = (cause: unknown): never => {
    throw new UnusableKeyring(`the keyring ${file} cannot be created: ${reasonOf(cause)}`);
  };
  await writeSafely(unfinished, `${JSON.stringify(content, null, 2)}\n`).catch(refuse);
  // A link appears whole and, unlike a rename, never over what is there.
  await link(unfinished, file)
    .catch(refuse)
    .finally(() => unlink(unfinished));
  await syncFolder(dirname(file));
  return loadKeyring(file);
};

const reasonOf = (cause: unknown): string =>
  typeof cause === 'object' && cause !== null && 'code' in cause && cause.code === 'EEXIST'
    ? 'it exists already'
    : 'its folder is missing or cannot be written';

const writeSafely = async (file: string, text: string): Promise<void> => {
  const handle = await open(file, 'wx', 0o600);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
};

const syncFolder = async (folder: string): Promise<void> => {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
};
