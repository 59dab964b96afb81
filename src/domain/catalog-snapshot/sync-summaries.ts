import { assertNever } from '../shared/decider.ts';
import type { Instant } from '../shared/instant.ts';
import type { QuarantinedRow, SnapshotEvent, SyncTrigger } from './events.ts';

/** How many rows were new or changed, and how many left. */
export interface SyncChanges {
  readonly merchantsListed: number;
  readonly productsListed: number;
  readonly productsDelisted: number;
  readonly merchantsDelisted: number;
}

/** What came of a sync that was asked for, or that found a difference. */
export interface SyncSummary {
  readonly syncId: string;
  readonly trigger: SyncTrigger;
  readonly requestedAt: Instant;
  readonly changes: SyncChanges;
  readonly end:
    | { readonly is: 'open' }
    | {
        readonly is: 'completed';
        readonly at: Instant;
        readonly products: number;
        readonly merchants: number;
        readonly quarantined: readonly QuarantinedRow[];
        readonly quarantinedCount: number;
      }
    | {
        readonly is: 'rejected';
        readonly at: Instant;
        readonly list: 'products' | 'merchants';
        readonly reason: 'empty' | 'shrunk';
        readonly before: number;
        readonly now: number;
        readonly quarantined?: readonly QuarantinedRow[];
        readonly quarantinedCount?: number;
      }
    | { readonly is: 'failed'; readonly at: Instant; readonly reason: string };
}

export const noChanges: SyncChanges = {
  merchantsListed: 0,
  productsListed: 0,
  productsDelisted: 0,
  merchantsDelisted: 0,
};

export const addChanges = (changes: SyncChanges, event: SnapshotEvent): SyncChanges => {
  switch (event.type) {
    case 'MerchantsListed':
      return { ...changes, merchantsListed: changes.merchantsListed + event.merchants.length };
    case 'ProductsListed':
      return { ...changes, productsListed: changes.productsListed + event.products.length };
    case 'ProductsDelisted':
      return { ...changes, productsDelisted: changes.productsDelisted + event.productCodes.length };
    case 'MerchantsDelisted':
      return { ...changes, merchantsDelisted: changes.merchantsDelisted + event.merchantIds.length };
    case 'CatalogSyncRequested':
    case 'CatalogSyncCompleted':
    case 'CatalogSyncRejected':
    case 'CatalogSyncFailed':
      return changes;
    default:
      return assertNever(event);
  }
};

/** The summary after the event; `undefined` while the sync has none: it was never asked for. */
export const summarize = (known: SyncSummary | undefined, event: SnapshotEvent): SyncSummary | undefined => {
  if (event.type === 'CatalogSyncRequested') {
    const { syncId, trigger, at } = event;
    return { syncId, trigger, requestedAt: at, changes: noChanges, end: { is: 'open' } };
  }
  return known === undefined
    ? undefined
    : { ...known, changes: addChanges(known.changes, event), end: endOf(event) ?? known.end };
};

const endOf = (event: SnapshotEvent): SyncSummary['end'] | undefined => {
  if (event.type === 'CatalogSyncCompleted') {
    const { at, products, merchants, quarantined, quarantinedCount } = event;
    return { is: 'completed', at, products, merchants, quarantined, quarantinedCount };
  }
  if (event.type === 'CatalogSyncRejected') {
    const { type: _type, culture: _culture, syncId: _syncId, ...why } = event;
    return { is: 'rejected', ...why };
  }
  return event.type === 'CatalogSyncFailed' ? { is: 'failed', at: event.at, reason: event.reason } : undefined;
};
