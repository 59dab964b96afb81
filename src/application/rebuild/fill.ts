import { applyBatch } from '../consumer-batch.ts';
import type { EventCodec } from '../ports/codec.ts';
import type { Consumer, Hold, Progress } from '../ports/consumers.ts';
import type { Feed, FeedBatch, Position } from '../ports/event-store.ts';
import type { Log } from '../ports/log.ts';
import type { Shadow, Stored, Versioned, Write } from '../ports/read-models.ts';
import { createAtHand } from './at-hand.ts';
import { added, noSum } from './sum.ts';

export interface FillDeps<Doc> {
  readonly feed: Feed;
  readonly codec: EventCodec;
  readonly log: Log;
  readonly consumer: Consumer<Versioned<Doc>, Write<Doc>>;
  readonly shadow: Shadow<Doc>;
  /** A number of 128 bits that tells documents apart, with their keys and versions. */
  readonly fingerprint: (document: Stored) => bigint;
  /** Told of every batch; the next one waits for it, so that signals and other work of the process come through. */
  readonly told: (progress: Progress) => Promise<void>;
  readonly stop: AbortSignal;
  /** Events per batch. */
  readonly batch: number;
}

export interface Filling {
  readonly progress: () => Progress;
  /**
   * Goes on to the head of the feed, or until `stop`.
   * @returns the positions that were passed, the last one included; `fenced` when another rebuild took over
   */
  toHead(): Promise<ReadonlySet<Position | 'start'> | 'fenced'>;
}

/** Batches between two transactions at most: what is far behind an interruption need not be read again. */
const BATCHES = 16;

/** Fills a shadow from where it was left. Its sum is kept with the position, so that it outlives an interruption. */
export const createFilling = <Doc>(deps: FillDeps<Doc>, hold: Hold): Filling => {
  const documents = createAtHand({ ...deps, sink: deps.shadow.sink, unkept: 1 });
  let progress = hold.progress;
  /** Batches. */
  let unkept = 0;
  const fold = async (): Promise<FeedBatch> => {
    const batch = await deps.feed.read(progress.at, deps.batch);
    const { out, next } = await applyBatch({ ...deps, sink: documents, hold }, progress, batch);
    documents.take(out);
    unkept += 1;
    progress = { ...next, sum: progress.sum ?? noSum };
    return batch;
  };
  // A batch that was cut short holds large events, so the documents at hand are large.
  const enough = ({ events }: FeedBatch): boolean =>
    documents.full() || unkept >= BATCHES || events.length < deps.batch;
  let keeping: Promise<'kept' | 'fenced'> = Promise.resolve('kept');
  /** Begins to keep what has changed, once what came before it is kept: reading and folding go on meanwhile. */
  const keep = async (): Promise<'kept' | 'fenced'> => {
    const { writes, change } = documents.changes();
    unkept = 0;
    progress = { ...progress, sum: added(progress.sum ?? noSum, change) };
    const next = progress;
    if ((await keeping) === 'fenced') return 'fenced';
    keeping = deps.shadow.sink.keep(hold, next, writes);
    // Where it fails, whoever waits for it is told.
    keeping.catch(() => undefined);
    return 'kept';
  };
  const passedIn = ({ events }: FeedBatch): ReadonlySet<Position | 'start'> =>
    new Set([...events.map(({ position }) => position), progress.at]);
  return {
    progress: () => progress,
    toHead: async () => {
      for (;;) {
        const batch = await fold();
        await deps.told(progress);
        const over = batch.atHead || deps.stop.aborted;
        const kept = over || enough(batch) ? await keep() : 'kept';
        if (kept === 'fenced') return 'fenced';
        if (over) return (await keeping) === 'fenced' ? 'fenced' : passedIn(batch);
      }
    },
  };
};
