import type { Decoded } from './codec.ts';
import type { Position, StreamId, streamCategories } from './event-store.ts';

/** Who holds a consumer: one id per process start; who holds a due order: one per claim. */
export type Owner = string & { readonly __owner: unique symbol };

interface Counts {
  readonly read: number;
  readonly applied: number;
  readonly ignored: number;
  readonly parked: number;
}

/** The first event of a stream that a consumer could not apply; later ones of the stream wait behind it. */
export interface Parked {
  readonly version: number;
  readonly reason: string;
  /** The stream's newest version that was read meanwhile: what waits is `version` to `last`, without a gap. */
  readonly last: number;
}

/** How far a consumer is: kept with its results, in one step as far as its sink can (design 12, 14). */
export interface Progress {
  readonly at: Position | 'start';
  readonly parked: { readonly [stream: StreamId]: Parked };
  readonly counts: Counts;
  /** While a rebuild fills a shadow: the running sum of the fingerprints of its documents (design 13). */
  readonly sum?: string;
}

/** Of a consumer that never kept anything. */
export const noProgress: Progress = {
  at: 'start',
  parked: {},
  counts: { read: 0, applied: 0, ignored: 0, parked: 0 },
};

/** A consumer in hand. Every new holder gets a higher epoch; the one before is fenced off. */
export interface Hold {
  readonly consumer: string;
  readonly epoch: number;
  readonly progress: Progress;
  /** Which generation of documents it fills, where a sink has several. */
  readonly generation?: number;
}

/** The feed's pure half: which documents an event touches, and what comes of it. */
export interface Consumer<Doc, Out> {
  readonly name: string;
  /** Of which category its events are; those of others are ignored without being decoded. Absent: of any. */
  readonly category?: (typeof streamCategories)[number];
  /** The documents that `apply` needs; `undefined`: the event does not concern the consumer, and counts as ignored. */
  keys(event: Decoded): readonly string[] | undefined;
  /**
   * Whether the event is the first that touches its documents, so that there is nothing to load. One that comes again
   * makes them anew, and the sink keeps the newer ones. Absent: no event is.
   */
  creates?(event: Decoded): boolean;
  /**
   * Pure. May replace documents in `docs` (later events of the batch see that) and answers what to keep.
   * @param keys of the event, as `keys` told them
   * @throws VersionGap to start again from the checkpoint; anything else parks the event's stream.
   */
  apply(docs: Map<string, Doc>, event: Decoded, keys: readonly string[]): readonly Out[];
}

/** Where a consumer's results go, together with its progress. */
export interface Sink<Doc, Out> {
  /**
   * Takes the consumer, for as long as the sink's lease lasts (each `keep` renews it).
   * @returns `held` while another owner has it. The stored progress, or `noProgress` for a new consumer.
   * @throws Unavailable
   */
  hold(owner: Owner): Promise<Hold | 'held'>;
  /** What was kept under these keys; absent keys are absent. */
  load(hold: Hold, keys: readonly string[]): Promise<Map<string, Doc>>;
  /**
   * Keeps results and progress together or not at all, as far as a reader can see; the same batch twice is the
   * same result. With no results it renews the lease and keeps the progress.
   * @returns `fenced` when another holder took over: nothing was changed.
   */
  keep(hold: Hold, next: Progress, out: readonly Out[]): Promise<'kept' | 'fenced'>;
  /** Gives the consumer back, so that the next holder need not wait for the lease. */
  release(hold: Hold): Promise<void>;
}
