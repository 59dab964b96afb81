import type { OrderId } from '../../domain/shared/ids.ts';

/** A data encryption key, wrapped by the key encryption key `kekId` of the keyring. */
export interface WrappedKey {
  readonly kekId: string;
  /** base64url of nonce, ciphertext and tag. */
  readonly box: string;
}

/** The one mutable store of secrets: what is destroyed here is unreadable everywhere (design 17). */
export interface DataKeys {
  /** Made once with the store; the service is bound to it (design 2). */
  readonly storeId: string;
  /** Keeps the key unless the order has one. Durable before the answer. @returns the key that is kept, whoever made it. */
  createOnce(order: OrderId, key: WrappedKey): Promise<WrappedKey | 'destroyed'>;
  get(orders: readonly OrderId[]): Promise<Map<OrderId, WrappedKey | 'destroyed'>>;
  /** Compare-and-set, for a new key encryption key. @returns whether it was replaced. */
  rewrap(order: OrderId, from: WrappedKey, to: WrappedKey): Promise<boolean>;
  /** For ever: a later create answers `destroyed`. Nothing of the key stays in the store's files. */
  destroy(order: OrderId): Promise<void>;
  close(): Promise<void>;
}
