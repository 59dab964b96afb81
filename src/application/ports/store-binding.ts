import type { Instant } from '../../domain/shared/instant.ts';

/** What a store belongs to; a start that does not match is refused (design 2). */
export interface Binding {
  readonly storeId: string;
  /** `sandbox`, or the host of the real Amilon. */
  readonly upstream: string;
  /** The prefix of external order ids. */
  readonly prefix: string;
  readonly dataKeysId: string;
  /** Proves the keyring without telling it. */
  readonly keyringCheck: string;
}

/** The first event of the stream `store-binding`, and each `rebind` after it. */
export type StoreEvent = { readonly at: Instant; readonly type: 'StoreBound' } & Binding;
