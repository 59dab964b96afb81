import type { Culture } from '../shared/ids.ts';
import type { Instant } from '../shared/instant.ts';
import type { Merchant, Product, QuarantinedRow, SyncTrigger } from './events.ts';

/** What bounds a sync. */
export interface SyncPolicy {
  /** A list that shrinks by more than this since the last completed sync is rejected (amilon.md trap 38). */
  readonly maxShrinkPercent: number;
  /** Bytes of rows in one event, as JSON in UTF-8 (design 18: 256 KiB with all that goes round them). */
  readonly chunkBytes: number;
}

export const defaultSyncPolicy: SyncPolicy = { maxShrinkPercent: 20, chunkBytes: 248 * 1024 };

/** Everything Amilon lists in one culture now. */
export interface Listing {
  readonly products: readonly Product[];
  readonly merchants: readonly Merchant[];
  readonly quarantined: readonly QuarantinedRow[];
}

interface OfSync {
  readonly at: Instant;
  readonly culture: Culture;
  readonly syncId: string;
}

/** Asks for a sync; one that is open already is the answer. */
export interface RequestSync extends OfSync {
  readonly type: 'RequestSync';
  readonly trigger: SyncTrigger;
}

export interface RecordListing extends OfSync {
  readonly type: 'RecordListing';
  readonly trigger: SyncTrigger;
  readonly listing: Listing;
  readonly policy: SyncPolicy;
}

export interface FailSync extends OfSync {
  readonly type: 'FailSync';
  readonly reason: string;
}

export type CatalogCommand = RequestSync | RecordListing | FailSync;

/** Another sync was asked for meanwhile, and this one has no say any more. */
export interface SyncSuperseded {
  readonly reason: 'sync_superseded';
}
