import type { Ciphertext, EncryptedSecret, EncryptedVoucher, Mac, SecretField } from '../../domain/order/values.ts';
import type { OrderId } from '../../domain/shared/ids.ts';
import type { UpstreamVoucher } from './amilon.ts';

/** The keyed hash of a request body, and which key made it (kept for ever in the keyring). */
export interface BodyMac {
  readonly keyId: string;
  readonly mac: Mac;
}

/** An order's secrets, under the order's own data key (design 17). */
export interface OrderCipher {
  /** Encrypts what Amilon showed. The id follows from the code, else the url; `last4` only where half stays hidden. */
  encryptVoucher(voucher: UpstreamVoucher): EncryptedVoucher;
  /** @throws Undecodable when the text is not what was encrypted for this order, field and value. */
  decryptSecret(field: SecretField, secret: EncryptedSecret): string;
  encryptMetadata(metadata: unknown): Ciphertext;
  decryptMetadata(box: Ciphertext): unknown;
}

export interface Encryption {
  /** Makes the order's data key if it has none, durably, before anything is encrypted with it. */
  createKey(order: OrderId): Promise<OrderCipher | 'destroyed'>;
  /** @returns `destroyed` after an erasure, `absent` where the order never had a key. */
  open(order: OrderId): Promise<OrderCipher | 'destroyed' | 'absent'>;
  /** Keyed hash of the canonical JSON of a body as received, by the newest key. */
  macBody(body: unknown): BodyMac;
  /** The same by the key `keyId`, to compare with an older one. @throws Undecodable when the keyring lacks it. */
  macBodyWith(keyId: string, body: unknown): BodyMac;
  /** Keyed hash of what clients hand back unchanged, such as a cursor: the same on every instance of one keyring. */
  macCursor(text: string): Mac;
  /** Proves which keyring this is without telling it; part of the store's binding. */
  readonly checkValue: string;
}
