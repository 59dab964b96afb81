import type { SnapshotEvent } from '../../domain/catalog-snapshot/events.ts';
import { addChanges, noChanges } from '../../domain/catalog-snapshot/sync-summaries.ts';
import { stockOf } from '../../domain/catalog-snapshot/stock.ts';
import type { Culture } from '../../domain/shared/ids.ts';
import type { Log } from '../ports/log.ts';

/** `superseded`: another instance, or a later request, syncs this culture now. */
export type SyncResult = 'completed' | 'rejected' | 'failed' | 'superseded';

interface Synced {
  readonly culture: Culture;
  readonly syncId: string;
}

/**
 * Says how a sync ended: one line for it, and one for whatever in it wants a look (amilon.md traps 33, 38 to 40).
 * `events`: what the sync recorded, closed by how it ended.
 */
export const reportSync = (log: Log, sync: Synced, events: readonly SnapshotEvent[]): SyncResult => {
  const last = events.at(-1);
  if (last?.type === 'CatalogSyncRejected') {
    const { list, reason, before, now } = last;
    log.error({ ...sync, list, reason, before, now }, 'catalogue rejected, the one before stays');
    reportLeftOut(log, sync, last);
    return 'rejected';
  }
  if (last?.type === 'CatalogSyncFailed') {
    log.error({ ...sync, reason: last.reason }, 'catalogue not synced, the one before stays');
    return 'failed';
  }
  if (last?.type === 'CatalogSyncCompleted') reportLeftOut(log, sync, last);
  reportOddities(log, sync, events);
  log.info({ ...sync, changes: events.reduce(addChanges, noChanges) }, 'catalogue synced');
  return 'completed';
};

type Ended = Extract<SnapshotEvent, { type: 'CatalogSyncCompleted' | 'CatalogSyncRejected' }>;

const reportLeftOut = (log: Log, sync: Synced, { quarantined = [], quarantinedCount = 0 }: Ended): void => {
  if (quarantinedCount === 0) return;
  log.warn({ ...sync, quarantined: quarantined.slice(0, SHOWN), quarantinedCount }, 'rows were left out');
};

const reportOddities = (log: Log, sync: Synced, events: readonly SnapshotEvent[]): void => {
  const oddities = odditiesOf(events);
  if (oddities.length > 0) log.warn({ ...sync, oddities: oddities.slice(0, SHOWN) }, 'rows were not understood');
};

const SHOWN = 20;

const odditiesOf = (events: readonly SnapshotEvent[]): readonly object[] =>
  events.flatMap((event): readonly object[] => {
    if (event.type === 'ProductsListed')
      return event.products
        .filter((product) => stockOf(product) === 'not_understood')
        .map(({ productCode, stock }) => ({ productCode, stock }));
    if (event.type === 'MerchantsListed')
      return event.merchants
        .filter(({ country, otherId }) => country === 'unknown' || otherId !== undefined)
        .map(({ merchantId, countryRaw, otherId }) => ({ merchantId, countryRaw, otherId }));
    return [];
  });
