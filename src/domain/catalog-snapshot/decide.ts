import { accept, assertNever, refuse } from '../shared/decider.ts';
import type { Decision } from '../shared/decider.ts';
import type { QuarantinedRow, SnapshotEvent } from './events.ts';
import { jsonBytes } from './chunks.ts';
import type { CatalogCommand, FailSync, Listing, RecordListing, RequestSync, SyncSuperseded } from './commands.ts';
import { differences } from './differences.ts';
import type { CatalogSnapshot } from './state.ts';

type Decided = Decision<SnapshotEvent, SyncSuperseded>;

export const decide = (command: CatalogCommand, state: CatalogSnapshot): Decided => {
  switch (command.type) {
    case 'RequestSync':
      return requestSync(command, state);
    case 'RecordListing':
    case 'FailSync':
      return whileOpen(command, state);
    default:
      return assertNever(command);
  }
};

const requestSync = ({ at, culture, syncId, trigger }: RequestSync, { sync }: CatalogSnapshot): Decided =>
  sync.is === 'open' || (sync.is === 'closed' && sync.syncId === syncId)
    ? accept()
    : accept({ type: 'CatalogSyncRequested', at, culture, syncId, trigger });

const whileOpen = (command: RecordListing | FailSync, state: CatalogSnapshot): Decided => {
  const { sync } = state;
  const own = sync.is !== 'none' && sync.syncId === command.syncId;
  if (sync.is === 'open' && !own) return refuse({ reason: 'sync_superseded' });
  if (sync.is === 'closed' && own) return accept();
  if (command.type === 'RecordListing') return recordListing(command, state);
  const { at, culture, syncId, reason } = command;
  return accept({ type: 'CatalogSyncFailed', at, culture, syncId, reason });
};

/** Asked again in the middle of its own chunks, it answers those that are missing. */
const recordListing = (command: RecordListing, state: CatalogSnapshot): Decided => {
  const { at, culture, syncId } = command;
  const listing = withoutOversized(command.listing, command.policy.chunkBytes);
  const before = state.lastCompleted;
  const rows = leftOut(listing);
  const now = {
    products: new Set(listing.products.map((row) => row.productCode)).size,
    merchants: new Set(listing.merchants.map((row) => row.merchantId)).size,
  };
  for (const list of ['products', 'merchants'] as const) {
    const counts = { before: before === 'never' ? 0 : before[list], now: now[list] };
    const reason = objection(counts, command.policy.maxShrinkPercent);
    if (reason !== 'none') {
      return accept({
        type: 'CatalogSyncRejected',
        at,
        culture,
        syncId,
        list,
        reason,
        ...counts,
        ...(rows.quarantinedCount > 0 && rows),
      });
    }
  }
  return accept<SnapshotEvent>(...opened({ ...command, listing }, state), {
    type: 'CatalogSyncCompleted',
    at,
    culture,
    syncId,
    ...now,
    ...rows,
  });
};

const leftOut = ({ quarantined }: Pick<RecordListing['listing'], 'quarantined'>) => ({
  quarantined: quarantined.slice(0, SHOWN).map((row) => ({ ...row, reason: row.reason.slice(0, REASON_LENGTH) })),
  quarantinedCount: quarantined.length,
});

/** The differences, behind the request that nobody recorded yet; none where nothing changed. */
const opened = (command: RecordListing, state: CatalogSnapshot): readonly SnapshotEvent[] => {
  const found = differences(command, state);
  const { at, culture, syncId, trigger } = command;
  return found.length === 0 || state.sync.is === 'open'
    ? found
    : [{ type: 'CatalogSyncRequested', at, culture, syncId, trigger }, ...found];
};

const SHOWN = 100;
const REASON_LENGTH = 200;

const objection = (
  { before, now }: { readonly before: number; readonly now: number },
  maxShrinkPercent: number,
): 'none' | 'empty' | 'shrunk' => {
  if (now === 0) return 'empty';
  return now * 100 < before * (100 - maxShrinkPercent) ? 'shrunk' : 'none';
};

/** A row too large for any event is one bad row, not a failed sync. */
const withoutOversized = (listing: Listing, maxBytes: number): Listing => {
  const left: QuarantinedRow[] = [];
  const fits = <Row>(list: QuarantinedRow['list'], rows: readonly Row[], nameOf: (row: Row) => string): Row[] =>
    rows.filter((row) => {
      const bytes = jsonBytes(row);
      if (bytes > maxBytes) left.push({ list, reason: `${nameOf(row)}: ${String(bytes)} bytes are too many` });
      return bytes <= maxBytes;
    });
  return {
    products: fits('products', listing.products, (row) => row.productCode),
    merchants: fits('merchants', listing.merchants, (row) => row.merchantId),
    quarantined: [...listing.quarantined, ...left],
  };
};
