import type { QuarantinedRow, SyncTrigger } from '../../domain/catalog-snapshot/events.ts';
import type { SyncChanges } from '../../domain/catalog-snapshot/sync-summaries.ts';
import type { Culture } from '../../domain/shared/ids.ts';
import type { Instant } from '../../domain/shared/instant.ts';
import type { KnownSync } from './request-sync.ts';

export const syncStatuses = ['running', 'completed', 'rejected', 'failed'] as const;

/** A sync as clients see it: what it changed, and how it ended. */
export interface SyncView {
  readonly id: string;
  readonly culture: Culture;
  readonly status: (typeof syncStatuses)[number];
  readonly trigger: SyncTrigger;
  readonly requestedAt: Instant;
  readonly endedAt?: Instant;
  /** Rows that were new or changed, and that left. */
  readonly changes: SyncChanges;
  /** How many Amilon lists, once completed. */
  readonly listed?: { readonly products: number; readonly merchants: number };
  /** Rows that were left out: how many, and the first of them (amilon.md trap 38). */
  readonly quarantined?: { readonly count: number; readonly rows: readonly QuarantinedRow[] };
  /** Why the list was not believed: so many before, so many now. */
  readonly rejected?: {
    readonly list: 'products' | 'merchants';
    readonly reason: 'empty' | 'shrunk';
    readonly before: number;
    readonly now: number;
  };
  readonly failed?: { readonly reason: string };
  readonly links: { readonly self: string };
}

/** A sync as clients see it. */
export const syncView = ({ culture, summary }: KnownSync): SyncView => {
  const { syncId, trigger, requestedAt, changes, end } = summary;
  return {
    id: syncId,
    culture,
    status: end.is === 'open' ? 'running' : end.is,
    trigger,
    requestedAt,
    ...(end.is === 'open' ? {} : { endedAt: end.at }),
    changes,
    ...endView(end),
    links: { self: `/v1/catalog/syncs/${syncId}` },
  };
};

const endView = (
  end: KnownSync['summary']['end'],
): Pick<SyncView, 'listed' | 'quarantined' | 'rejected' | 'failed'> => {
  switch (end.is) {
    case 'open':
      return {};
    case 'completed':
      return {
        listed: { products: end.products, merchants: end.merchants },
        quarantined: { count: end.quarantinedCount, rows: end.quarantined },
      };
    case 'rejected':
      return {
        rejected: { list: end.list, reason: end.reason, before: end.before, now: end.now },
        ...(end.quarantined !== undefined && {
          quarantined: { count: end.quarantinedCount ?? end.quarantined.length, rows: end.quarantined },
        }),
      };
    case 'failed':
      return { failed: { reason: end.reason } };
  }
};
