import { decide } from '../../domain/catalog-snapshot/decide.ts';
import type { SyncSummary } from '../../domain/catalog-snapshot/sync-summaries.ts';
import type { Culture } from '../../domain/shared/ids.ts';
import { later } from '../../domain/shared/instant.ts';
import type { CommandHandlingDeps, Provenance } from '../command-handling.ts';
import { Unavailable } from '../ports/errors.ts';
import { appendBehind, headOf } from './append.ts';
import { snapshotStream } from './catalogue.ts';
import type { Catalogue } from './catalogue.ts';
import type { SyncSchedule } from './schedule.ts';

/** A sync that was asked for, of one culture. */
export interface KnownSync {
  readonly culture: Culture;
  readonly summary: SyncSummary;
}

export interface UnknownCulture {
  readonly is: 'unknown_culture';
  readonly known: readonly Culture[];
}

export interface RequestSyncDeps extends CommandHandlingDeps {
  readonly catalogue: Catalogue;
  readonly schedule: Pick<SyncSchedule, 'request'>;
}

const CONFLICTS = 12;

/**
 * Records that a sync of the culture is wanted, and has it run as soon as no other one runs. While one is open that one
 * is the answer, so that asking often is not syncing often.
 * @throws Unavailable
 */
export const createRequestSync =
  (deps: RequestSyncDeps) =>
  async (culture: Culture, provenance: Provenance): Promise<KnownSync | UnknownCulture> => {
    const { cultures } = deps.catalogue;
    // Who asked is kept, but the catalogue is everybody's.
    const { tenant: _tenant, ...by } = provenance;
    if (!cultures.includes(culture)) return { is: 'unknown_culture', known: cultures };
    const syncId = deps.identifiers.unique();
    for (let conflicts = 0; conflicts < CONFLICTS; conflicts += 1) {
      const summary = await openSync(deps, { culture, syncId, by });
      if (summary === undefined) continue;
      deps.schedule.request(culture);
      return { culture, summary };
    }
    throw new Unavailable('event store', { detail: `${snapshotStream(culture)} is written to by too many at once` });
  };

/** The sync that is open, by this request or another's; `undefined` when the fold has to be read again. */
const openSync = async (
  deps: RequestSyncDeps,
  { culture, syncId, by }: { readonly culture: Culture; readonly syncId: string; readonly by: Provenance },
): Promise<SyncSummary | undefined> => {
  const folded = await deps.catalogue.snapshot(culture);
  const { sync, syncs } = folded.state;
  // Recorded, and perhaps at its end already.
  const own = syncs.get(syncId);
  if (own !== undefined) return own;
  const now = deps.clock.now();
  const at = folded.last === undefined ? now : later(now, folded.last.occurredAt);
  const decision = decide({ type: 'RequestSync', at, culture, syncId, trigger: 'on_demand' }, folded.state);
  const [event] = decision.accepted ? decision.events : [];
  if (event === undefined) return sync.is === 'none' ? undefined : syncs.get(sync.syncId);
  await appendBehind(deps, snapshotStream(culture), headOf(folded), { event, by });
  return undefined;
};

/** A sync that was asked for, or that found a difference, by its id. @throws Unavailable */
export const createReadSync =
  (catalogue: Catalogue) =>
  async (syncId: string): Promise<KnownSync | undefined> => {
    for (const culture of catalogue.cultures) {
      const summary = (await catalogue.snapshot(culture)).state.syncs.get(syncId);
      if (summary !== undefined) return { culture, summary };
    }
    return undefined;
  };
