import { chmodSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { inspect } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { createKeyring, loadKeyring } from '../src/infrastructure/encryption/keyring.ts';
import { scratchFiles } from './support/scratch.ts';

const scratch = scratchFiles();

const key = (byte: number): string => Buffer.alloc(32, byte).toString('base64');
const content = (more: object = {}): object => ({
  version: 1,
  activeKek: 'kek-2',
  keks: [
    { id: 'kek-1', key: key(1) },
    { id: 'kek-2', key: key(2) },
  ],
  activeBodyMacKey: 'body-1',
  bodyMacKeys: [{ id: 'body-1', key: key(3) }],
  ...more,
});
const written = (text: string, mode = 0o600): string => {
  const file = scratch('keyring.json');
  writeFileSync(file, text, { mode });
  chmodSync(file, mode);
  return file;
};

describe('the keyring', () => {
  it('is made of fresh keys that only its owner can read, and read back', async () => {
    const [file, other] = [scratch('keyring.json'), scratch('keyring.json')];
    const made = await createKeyring(file);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const read = await loadKeyring(file);
    expect(read.activeKek.key.equals(made.activeKek.key)).toBe(true);
    expect(read.activeBodyMacKey.key.equals(made.activeBodyMacKey.key)).toBe(true);
    const keys = [made, await createKeyring(other)].flatMap((ring) => [ring.activeKek, ring.activeBodyMacKey]);
    expect(new Set(keys.map((each) => each.key.export().toString('hex'))).size).toBe(4);
    expect(keys.map((each) => each.key.symmetricKeySize)).toEqual([32, 32, 32, 32]);
  });

  it('is never made over another, and leaves no unfinished file', async () => {
    const file = scratch('keyring.json');
    await createKeyring(file);
    const before = readFileSync(file, 'utf8');
    await expect(createKeyring(file)).rejects.toThrow(`the keyring ${file} cannot be created: it exists already`);
    expect(readFileSync(file, 'utf8')).toBe(before);
    expect(readdirSync(dirname(file)).filter((name) => name.startsWith(basename(file)))).toEqual([basename(file)]);
  });

  it('is not made in a folder that is missing', async () => {
    const file = join(scratch('no-folder'), 'keyring.json');
    await expect(createKeyring(file)).rejects.toThrow('its folder is missing or cannot be written');
  });

  it('keeps old keys beside the active ones', async () => {
    const ring = await loadKeyring(written(JSON.stringify(content())));
    expect(ring.keks.map(({ id }) => id)).toEqual(['kek-1', 'kek-2']);
    expect([ring.activeKek.id, ring.activeBodyMacKey.id]).toEqual(['kek-2', 'body-1']);
  });

  it('says how to get one where there is none', async () => {
    const file = scratch('keyring.json');
    await expect(loadKeyring(file)).rejects.toThrow(
      `the keyring ${file} cannot be read: restore it, or set KEYRING_FILE to where it is; for a new store create it (\`npm run keys:create -- --help\`)`,
    );
  });

  it.each([0o640, 0o604, 0o660])('is refused where other users have rights (%o)', async (mode) => {
    const file = written(JSON.stringify(content()), mode);
    await expect(loadKeyring(file)).rejects.toThrow('is open to other users: run `chmod 600` on it');
  });

  const malformed: readonly (readonly [what: string, text: string, why: string])[] = [
    ['no JSON', `{"keks": ${key(1)}`, 'is not JSON'],
    ['another version', JSON.stringify(content({ version: 2 })), 'has no usable value at version'],
    ['no keys', JSON.stringify(content({ keks: [] })), 'has no usable value at keks.0'],
    [
      'a short key',
      JSON.stringify(content({ keks: [{ id: 'kek-1', key: key(1).slice(4) }] })),
      'has no usable value at keks.0.key',
    ],
    [
      'an id with spaces',
      JSON.stringify(content({ bodyMacKeys: [{ id: 'a b', key: key(3) }] })),
      'has no usable value at bodyMacKeys.0.id',
    ],
    [
      'an active key that is missing',
      JSON.stringify(content({ activeKek: 'kek-9' })),
      'names a key in activeKek that it does not have',
    ],
    [
      'two keys of one id',
      JSON.stringify(content({ keks: [1, 2].map((n) => ({ id: 'kek-2', key: key(n) })) })),
      'has two keys of one id in keks',
    ],
  ];

  it.each(malformed)('is refused with %s, and no key is in the sentence', async (_what, text, why) => {
    const file = written(text);
    const error: unknown = await loadKeyring(file).catch((cause: unknown) => cause);
    expect(error).toMatchObject({ name: 'UnusableKeyring', retryable: false, message: `the keyring ${file} ${why}` });
    expect([1, 2, 3].filter((n) => inspect(error, { depth: 9 }).includes(key(n).slice(4, 20)))).toEqual([]);
  });

  it('prints no key of itself', async () => {
    const ring = await loadKeyring(written(JSON.stringify(content())));
    const printed = inspect(ring, { depth: 9 }) + JSON.stringify(ring);
    const texts = [1, 2, 3].flatMap((n) => [key(n).slice(0, 20), Buffer.alloc(32, n).toString('hex').slice(0, 20)]);
    expect(texts.filter((text) => printed.includes(text))).toEqual([]);
  });
});
