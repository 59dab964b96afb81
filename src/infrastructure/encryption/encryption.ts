import { createHmac, createSecretKey, randomBytes } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import canonicalize from 'canonicalize';
import type { DataKeys, WrappedKey } from '../../application/ports/data-keys.ts';
import type { BodyMac, Encryption } from '../../application/ports/encryption.ts';
import { Undecodable } from '../../application/ports/errors.ts';
import type { OrderId } from '../../domain/shared/ids.ts';
import { createOrderCipher } from './cipher.ts';
import type { Key, Keyring } from './keyring.ts';
import { derive, KEY_BYTES, seal, unseal } from './seal.ts';

/**
 * A data key per order, wrapped by the keyring's active key encryption key and kept in `dataKeys`. Nothing is cached:
 * what is destroyed there cannot be read here.
 */
export const createEncryption = (keyring: Keyring, dataKeys: DataKeys): Encryption => {
  const cipherOf = (order: OrderId, { kekId, box }: WrappedKey) => {
    const { key } = keyOf(keyring.keks, kekId);
    return createOrderCipher(order, createSecretKey(unseal(key, box, order)));
  };
  const cursorKey = derive(keyring.keks[0].key, 'cursors');
  return {
    createKey: async (order) => {
      const { id, key } = keyring.activeKek;
      const made = { kekId: id, box: seal(key, randomBytes(KEY_BYTES), order) };
      const kept = await dataKeys.createOnce(order, made);
      return kept === 'destroyed' ? kept : cipherOf(order, kept);
    },
    open: async (order) => {
      const kept = (await dataKeys.get([order])).get(order) ?? 'absent';
      return typeof kept === 'string' ? kept : cipherOf(order, kept);
    },
    macBody: (body) => macBody(keyring.activeBodyMacKey, body),
    macBodyWith: (keyId, body) => macBody(keyOf(keyring.bodyMacKeys, keyId), body),
    macCursor: (text) => hmac(cursorKey, text),
    // The first key stays for ever, so that the value outlives every rotation.
    checkValue: hmac(derive(keyring.keks[0].key, 'keyring check'), 'voucher-orders'),
  };
};

const keyOf = (keys: readonly Key[], id: string): Key => {
  const found = keys.find((key) => key.id === id);
  if (found === undefined) throw new Undecodable(`the keyring has no key ${id}`);
  return found;
};

const macBody = ({ id, key }: Key, body: unknown): BodyMac => {
  const text = canonicalize(body);
  if (text === undefined) throw new TypeError('a body that is no JSON has no canonical form');
  return { keyId: id, mac: hmac(key, text) };
};

const hmac = (key: KeyObject, text: string): string => createHmac('sha256', key).update(text).digest('base64url');
