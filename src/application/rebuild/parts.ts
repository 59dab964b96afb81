import { applyBatch, areTooMany } from '../consumer-batch.ts';
import type { BatchDeps } from '../consumer-batch.ts';
import type { Hold, Parked, Progress } from '../ports/consumers.ts';
import { noProgress } from '../ports/consumers.ts';
import type { Feed, StreamId } from '../ports/event-store.ts';
import type { Log } from '../ports/log.ts';
import type { Stored, Versioned, Write } from '../ports/read-models.ts';
import { createAtHand } from './at-hand.ts';
import { added, noSum } from './sum.ts';

/** What a part came to in one stretch. */
export interface Folded<Documents> {
  /** Its counts are the part's own, from its beginning on; what was parked before is in it, too. */
  readonly progress: Progress;
  /** By how much it changes the sum of the fingerprints. */
  readonly change: bigint;
  /** Characters of the documents' JSON. */
  readonly size: number;
  /** What has changed, as the store keeps it. */
  readonly documents: Documents;
}

/** Some streams of the feed, all of each, folded apart from the others. */
export interface Part<Documents> {
  /**
   * Folds what is theirs of the next so many events of the feed. It answers in turn; as it begins, its last `AHEAD`
   * answers may not be kept yet.
   */
  readonly fold: (events: number) => Promise<Folded<Documents>>;
}

/** All streams of the feed, in parts that are folded side by side. */
export interface Parts<Documents> {
  readonly each: readonly Part<Documents>[];
  /** Events per stretch, at most: their documents are kept in one transaction. */
  readonly stretch: number;
  /** Characters of their documents, about: fewer events are taken at a time where documents are large. */
  readonly room: number;
  /** As `Sink.keep`. */
  keep(hold: Hold, next: Progress, documents: readonly Documents[]): Promise<'kept' | 'fenced'>;
  close(): Promise<void>;
}

/** Stretches before one that may not be kept when it is folded. */
const AHEAD = 2;

/** Events of the first stretches: nobody knows yet how large their documents are. */
const FIRST = 1_000;

export interface PartDeps<Doc> extends BatchDeps<Versioned<Doc>, Write<Doc>> {
  /** Shows the part's events alone, of the next `max` of all. */
  readonly feed: Pick<Feed, 'read'>;
  /** As that of a filling (`fill.ts`). */
  readonly fingerprint: (document: Stored) => bigint;
  /** Events per batch. */
  readonly batch: number;
}

/** A part that goes on where the shadow was left. */
export const createPart = <Doc>(deps: PartDeps<Doc>): Part<readonly Write<Doc>[]> => {
  const documents = createAtHand({ ...deps, unkept: AHEAD });
  const { at, parked } = deps.hold.progress;
  let progress: Progress = { ...noProgress, at, parked };
  const stretch = async (events: number): Promise<Folded<readonly Write<Doc>[]>> => {
    for (let left = events; left > 0; left -= deps.batch) {
      const batch = await deps.feed.read(progress.at, Math.min(left, deps.batch));
      const { out, next } = await applyBatch({ ...deps, sink: documents }, progress, batch);
      documents.take(out);
      progress = next;
    }
    const { writes, change } = documents.changes();
    const size = writes.reduce((sum, { json = '' }) => sum + json.length, 0);
    return { progress, change, size, documents: writes };
  };
  let before: Promise<unknown> = Promise.resolve();
  return {
    fold: (events) => {
      const folded = before.then(() => stretch(events));
      before = folded;
      return folded;
    },
  };
};

interface FillInParts<Documents> {
  readonly log: Log;
  readonly parts: Parts<Documents>;
  /** How many are behind the shadow's position. */
  readonly events: number;
  /** As that of a filling, but of every stretch. */
  readonly told: (progress: Progress) => Promise<void>;
  readonly stop: AbortSignal;
}

/**
 * Fills a shadow with so many events. Each stretch is kept when all parts have folded it, with one position,
 * so that an interruption leaves what a filling in one part would leave, too.
 * @returns how far it came: also where a part fails or too many streams are parked, because whoever goes on there meets
 *   the reason again, or does not
 * @throws Unavailable
 */
export const fillInParts = async <Documents>(
  { log, parts, events, told, stop }: FillInParts<Documents>,
  hold: Hold,
): Promise<Progress | 'fenced'> => {
  let left = events;
  const ahead: { readonly stretch: number; readonly folding: Promise<readonly Folded<Documents>[]> }[] = [];
  const ask = (most: number): void => {
    const stretch = Math.min(left, most, parts.stretch);
    if (stretch === 0) return;
    left -= stretch;
    const folding = Promise.all(parts.each.map((part) => part.fold(stretch)));
    // Where it fails, whoever waits for it is told.
    folding.catch(() => undefined);
    ahead.push({ stretch, folding });
  };
  for (let n = 0; n < AHEAD; n += 1) ask(FIRST);
  let progress = hold.progress;
  let keeping: Promise<'kept' | 'fenced'> = Promise.resolve('kept');
  for (let next = ahead.shift(); next !== undefined && !stop.aborted; next = ahead.shift()) {
    const folded = await next.folding.catch((error: unknown) => {
      log.warn({ err: error }, 'a part of a rebuild failed: the rest is folded in one, which takes longer');
    });
    if (folded === undefined) break;
    if ((await keeping) === 'fenced') return 'fenced';
    const come = together(hold.progress, progress, folded);
    if (areTooMany(Object.keys(come.parked).length)) break;
    progress = come;
    keeping = parts.keep(
      hold,
      progress,
      folded.map(({ documents }) => documents),
    );
    keeping.catch(() => undefined);
    await told(progress);
    ask(nextStretch(next.stretch, parts.room, folded));
  }
  return (await keeping) === 'fenced' ? 'fenced' : progress;
};

/** Twice as long as one before it, as long as there is room for its documents. */
const nextStretch = (stretch: number, room: number, folded: readonly Folded<unknown>[]): number => {
  const size = folded.reduce((sum, part) => sum + part.size, 0);
  return Math.max(1, Math.floor(stretch * Math.min(2, room / size)));
};

const together = (begin: Progress, before: Progress, folded: readonly Folded<unknown>[]): Progress => {
  const all = folded.map(({ progress }) => progress);
  const count = (of: keyof Progress['counts']): number =>
    all.reduce((sum, { counts }) => sum + counts[of], begin.counts[of]);
  return {
    at: all[0]?.at ?? before.at,
    counts: { read: count('read'), applied: count('applied'), ignored: count('ignored'), parked: count('parked') },
    parked: allParked(all),
    sum: added(
      before.sum ?? noSum,
      folded.reduce((sum, { change }) => sum + change, 0n),
    ),
  };
};

/** What was parked before is in every part; the stream's own part knows how far it has come since. */
const allParked = (all: readonly Progress[]): Progress['parked'] => {
  const furthest = new Map<StreamId, Parked>();
  for (const { parked } of all) {
    for (const [stream, is] of Object.entries(parked) as [StreamId, Parked][]) {
      if (is.last > (furthest.get(stream)?.last ?? 0)) furthest.set(stream, is);
    }
  }
  return Object.fromEntries(furthest);
};
