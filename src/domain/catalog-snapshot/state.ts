import { assertNever } from '../shared/decider.ts';
import type { MerchantId, ProductCode } from '../shared/ids.ts';
import type { Instant } from '../shared/instant.ts';
import type { Merchant, Product, SnapshotEvent } from './events.ts';
import { summarize } from './sync-summaries.ts';
import type { SyncSummary } from './sync-summaries.ts';

/** A whole sync that was recorded to its end. */
export interface Generation {
  /** How many syncs were completed so far, this one included. */
  readonly number: number;
  readonly syncedAt: Instant;
  readonly products: number;
  readonly merchants: number;
}

/** What is listed in one culture. */
export interface CatalogSnapshot {
  readonly products: ReadonlyMap<ProductCode, Product>;
  /** Codes that were listed once and are no longer. */
  readonly delisted: ReadonlySet<ProductCode>;
  readonly merchants: ReadonlyMap<MerchantId, Merchant>;
  readonly lastCompleted: Generation | 'never';
  /** The newest sync; an open one is for whoever syncs next to bring to its end. */
  readonly sync: { readonly is: 'none' } | { readonly is: 'open' | 'closed'; readonly syncId: string };
  /** What came of each sync that was asked for, or that found a difference, by its id. */
  readonly syncs: ReadonlyMap<string, SyncSummary>;
}

export const emptySnapshot: CatalogSnapshot = {
  products: new Map(),
  delisted: new Set(),
  merchants: new Map(),
  lastCompleted: 'never',
  sync: { is: 'none' },
  syncs: new Map(),
};

interface Draft {
  readonly products: Map<ProductCode, Product>;
  readonly delisted: Set<ProductCode>;
  readonly merchants: Map<MerchantId, Merchant>;
  readonly syncs: Map<string, SyncSummary>;
  lastCompleted: Generation | 'never';
  sync: CatalogSnapshot['sync'];
}

/** Many events at once: the lists are copied once, not once per event. */
export const evolveAll = (state: CatalogSnapshot, events: readonly SnapshotEvent[]): CatalogSnapshot => {
  const draft: Draft = {
    ...state,
    products: new Map(state.products),
    delisted: new Set(state.delisted),
    merchants: new Map(state.merchants),
    syncs: new Map(state.syncs),
  };
  for (const event of events) {
    apply(draft, event);
    const summary = summarize(draft.syncs.get(event.syncId), event);
    if (summary !== undefined) draft.syncs.set(event.syncId, summary);
  }
  return draft;
};

export const evolve = (state: CatalogSnapshot, event: SnapshotEvent): CatalogSnapshot => evolveAll(state, [event]);

const apply = (draft: Draft, event: SnapshotEvent): void => {
  switch (event.type) {
    case 'MerchantsListed':
    case 'MerchantsDelisted':
    case 'ProductsListed':
    case 'ProductsDelisted':
      applyToLists(draft, event);
      return;
    case 'CatalogSyncRequested':
      draft.sync = { is: 'open', syncId: event.syncId };
      return;
    case 'CatalogSyncCompleted':
      complete(draft, event);
      return;
    case 'CatalogSyncRejected':
    case 'CatalogSyncFailed':
      draft.sync = { is: 'closed', syncId: event.syncId };
      return;
    default:
      assertNever(event);
  }
};

type OfLists = Extract<
  SnapshotEvent,
  { type: 'MerchantsListed' | 'MerchantsDelisted' | 'ProductsListed' | 'ProductsDelisted' }
>;

const applyToLists = (draft: Draft, event: OfLists): void => {
  switch (event.type) {
    case 'MerchantsListed':
      for (const merchant of event.merchants) draft.merchants.set(merchant.merchantId, merchant);
      return;
    case 'MerchantsDelisted':
      for (const merchantId of event.merchantIds) draft.merchants.delete(merchantId);
      return;
    case 'ProductsListed':
      for (const product of event.products) {
        draft.products.set(product.productCode, product);
        draft.delisted.delete(product.productCode);
      }
      return;
    case 'ProductsDelisted':
      for (const code of event.productCodes) {
        draft.products.delete(code);
        draft.delisted.add(code);
      }
      return;
    default:
      assertNever(event);
  }
};

const complete = (draft: Draft, event: Extract<SnapshotEvent, { type: 'CatalogSyncCompleted' }>): void => {
  const { at, syncId, products, merchants } = event;
  const number = draft.lastCompleted === 'never' ? 1 : draft.lastCompleted.number + 1;
  draft.lastCompleted = { number, syncedAt: at, products, merchants };
  draft.sync = { is: 'closed', syncId };
};
