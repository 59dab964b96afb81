import { defaultSyncPolicy } from '../../domain/catalog-snapshot/commands.ts';
import type { CatalogCommand, Listing, SyncPolicy } from '../../domain/catalog-snapshot/commands.ts';
import { decide } from '../../domain/catalog-snapshot/decide.ts';
import type { QuarantinedRow, SnapshotEvent, SyncTrigger } from '../../domain/catalog-snapshot/events.ts';
import type { CatalogSnapshot } from '../../domain/catalog-snapshot/state.ts';
import type { Culture } from '../../domain/shared/ids.ts';
import { later } from '../../domain/shared/instant.ts';
import type { Instant } from '../../domain/shared/instant.ts';
import type { CommandHandlingDeps } from '../command-handling.ts';
import type { Amilon, Fetched } from '../ports/amilon.ts';
import { appendBehind, bySync, headOf } from './append.ts';
import type { Head } from './append.ts';
import { snapshotStream } from './catalogue.ts';
import type { Catalogue } from './catalogue.ts';
import { fetchWithRetries } from './fetching.ts';
import type { FetchingDeps } from './fetching.ts';
import { reportSync } from './sync-report.ts';
import type { SyncResult } from './sync-report.ts';

export interface SyncDeps extends CommandHandlingDeps, FetchingDeps {
  readonly catalogue: Catalogue;
  readonly amilon: Amilon;
  readonly syncPolicy?: SyncPolicy;
}

export interface SyncOutcome {
  readonly is: SyncResult;
  readonly syncId: string;
}

/**
 * Brings one culture up to what Amilon lists, as events of its differences (design 18). A sync that is open, asked for
 * or interrupted, is brought to its end under its own id: interrupted at any place it needs no repair, since the next
 * one compares with what was recorded. Whatever was written to the stream since this one asked Amilon supersedes it:
 * an older list never overwrites a newer one.
 * @throws Unavailable, Undecodable, BrokenChain, RangeError for a culture that is not configured.
 */
export const syncCatalogue =
  (deps: SyncDeps) =>
  async (culture: Culture, trigger: SyncTrigger): Promise<SyncOutcome> => {
    const from = await deps.catalogue.snapshot(culture);
    const syncId = openSyncOf(from.state) ?? deps.identifiers.unique();
    const listing = await fetchListing(deps, culture);
    const of = { culture, syncId };
    const policy = deps.syncPolicy ?? defaultSyncPolicy;
    const recorded = await record(deps, { culture, version: from.version }, (at) =>
      'failed' in listing
        ? { type: 'FailSync', at, ...of, reason: listing.failed }
        : { type: 'RecordListing', at, ...of, trigger, listing, policy },
    );
    if (recorded === 'superseded') return { is: recorded, syncId };
    return { is: reportSync(deps.log, { culture, syncId }, recorded), syncId };
  };

/** Of the sync that is to be brought to its end. */
export const openSyncOf = ({ sync }: CatalogSnapshot): string | undefined =>
  sync.is === 'open' ? sync.syncId : undefined;

/** Decides on the fold that is as it was when Amilon was asked, and appends one event after the other. */
const record = async (
  deps: SyncDeps,
  { culture, version }: { readonly culture: Culture; readonly version: number },
  command: (at: Instant) => CatalogCommand,
): Promise<readonly SnapshotEvent[] | 'superseded'> => {
  const folded = await deps.catalogue.snapshot(culture);
  if (folded.version !== version) return 'superseded';
  const now = deps.clock.now();
  const at = folded.last === undefined ? now : later(now, folded.last.occurredAt);
  const decision = decide(command(at), folded.state);
  if (!decision.accepted) return 'superseded';
  let head: Head = headOf(folded);
  for (const event of decision.events) {
    const appended = await appendBehind(deps, snapshotStream(culture), head, { event, by: bySync(event.syncId) });
    if (appended === 'conflict') return 'superseded';
    head = appended;
  }
  return decision.events;
};

const fetchListing = async (deps: SyncDeps, culture: Culture): Promise<Listing | { readonly failed: string }> => {
  const merchants = await fetchWithRetries(deps, `merchants ${culture}`, () => deps.amilon.merchants(culture));
  if (merchants.is === 'failed') return { failed: `merchants: ${merchants.why}` };
  const products = await fetchWithRetries(deps, `products ${culture}`, () => deps.amilon.products(culture));
  if (products.is === 'failed') return { failed: `products: ${products.why}` };
  return {
    merchants: merchants.value,
    products: products.value,
    quarantined: [...rowsOf('merchants', merchants), ...rowsOf('products', products)],
  };
};

const rowsOf = (
  list: QuarantinedRow['list'],
  { quarantined }: Extract<Fetched<unknown>, { is: 'ok' }>,
): readonly QuarantinedRow[] => quarantined.map((row) => ({ list, ...row }));
