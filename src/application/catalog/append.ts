import type { SnapshotEvent } from '../../domain/catalog-snapshot/events.ts';
import type { CatalogSnapshot } from '../../domain/catalog-snapshot/state.ts';
import type { CommandHandlingDeps, Folded, Provenance } from '../command-handling.ts';
import type { Envelope, StreamId } from '../ports/event-store.ts';

/** The end of a stream: what the next event is chained to. */
export interface Head {
  readonly version: number;
  readonly last?: Envelope;
}

/** The end of the stream that this is the fold of. */
export const headOf = ({ version, last }: Folded<CatalogSnapshot>): Head =>
  last === undefined ? { version } : { version, last };

/** A sync as the one who writes. */
export const bySync = (syncId: string): Provenance => ({
  actor: { type: 'service', id: 'catalog-sync' },
  correlation: syncId,
  causation: syncId,
});

/**
 * Appends one event of a sync behind the head, in an append of its own (design 18).
 * @returns the new head, or `conflict`: another instance writes the stream.
 * @throws Unavailable when the outcome is unknown: the sync is over, the next one finds out.
 */
export const appendBehind = async (
  deps: CommandHandlingDeps,
  stream: StreamId,
  head: Head,
  { event, by }: { readonly event: SnapshotEvent; readonly by: Provenance },
): Promise<Head | 'conflict'> => {
  const { codec, identifiers, mode } = deps;
  const version = head.version + 1;
  const sealed = codec.seal(
    { stream, version, id: identifiers.eventId(), event, envelope: { mode, ...by } },
    head.last === undefined ? codec.genesis : head.last.hash,
  );
  const answer = await deps.store.append(stream, head.version, [sealed]);
  return answer === 'appended' ? { version, last: sealed.envelope } : 'conflict';
};
