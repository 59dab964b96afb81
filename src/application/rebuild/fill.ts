import { applyBatch } from '../consumer-batch.ts';
import type { EventCodec } from '../ports/codec.ts';
import type { Consumer, Hold, Progress } from '../ports/consumers.ts';
import type { Feed, FeedBatch, Position } from '../ports/event-store.ts';
import type { Log } from '../ports/log.ts';
import type { Shadow, Stored, Versioned, Write } from '../ports/read-models.ts';

export interface FillDeps<Doc> {
  readonly feed: Feed;
  readonly codec: EventCodec;
  readonly log: Log;
  readonly consumer: Consumer<Versioned<Doc>, Write<Doc>>;
  readonly shadow: Shadow<Doc>;
  /** A number of 128 bits that tells texts apart. */
  readonly fingerprint: (text: string) => bigint;
  /** Told after every batch; the next one waits for it, so that signals and other work of the process come through. */
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

/** Documents kept at hand, so that an order's next events need not load what was written a moment ago. */
const REMEMBERED = 3_000;

const MODULUS = 1n << 128n;

/** What a document is known by: its fingerprint is its part of the sum. */
export const textOf = ({ key, version, json }: Stored): string => `${key} ${String(version)} ${json}`;

const textOfWrite = <Doc>({ key, version, doc }: Write<Doc>): string =>
  textOf({ key, version, json: JSON.stringify(doc) });

export const added = (sum: string, print: bigint): string =>
  ((BigInt(`0x${sum}`) + print + MODULUS) % MODULUS).toString(16);

export const noSum = '0';

/** Fills a shadow from where it was left. Its sum is kept with the position, so that it outlives an interruption. */
export const createFilling = <Doc>(deps: FillDeps<Doc>, hold: Hold): Filling => {
  const memory = new Map<string, Versioned<Doc>>();
  let progress = hold.progress;
  const sink = {
    load: async (of: Hold, keys: readonly string[]): Promise<Map<string, Versioned<Doc>>> => {
      const unknown = keys.filter((key) => !memory.has(key));
      if (unknown.length > 0) for (const [key, doc] of await deps.shadow.sink.load(of, unknown)) memory.set(key, doc);
      const known = keys.map((key) => [key, memory.get(key)] as const);
      return new Map(known.filter((each): each is [string, Versioned<Doc>] => each[1] !== undefined));
    },
  };
  const remember = (newest: ReadonlyMap<string, Write<Doc>>): void => {
    for (const [key, { version, doc }] of newest) {
      memory.delete(key);
      memory.set(key, { version, doc });
    }
    for (const key of memory.keys()) {
      if (memory.size <= REMEMBERED) return;
      memory.delete(key);
    }
  };
  const sumAfter = (newest: ReadonlyMap<string, Write<Doc>>): string => {
    let change = 0n;
    for (const [key, write] of newest) {
      const before = memory.get(key);
      change += deps.fingerprint(textOfWrite(write));
      if (before !== undefined) change -= deps.fingerprint(textOfWrite({ key, ...before }));
    }
    return added(progress.sum ?? noSum, change % MODULUS);
  };
  const step = async (): Promise<FeedBatch | 'fenced'> => {
    const batch = await deps.feed.read(progress.at, deps.batch);
    const { out, next } = await applyBatch({ ...deps, sink, hold }, progress, batch);
    const newest = new Map(out.map((write) => [write.key, write]));
    const kept: Progress = { ...next, sum: sumAfter(newest) };
    if ((await deps.shadow.sink.keep(hold, kept, [...newest.values()])) === 'fenced') return 'fenced';
    remember(newest);
    progress = kept;
    await deps.told(kept);
    return batch;
  };
  return {
    progress: () => progress,
    toHead: async () => {
      let last: FeedBatch | undefined;
      while (last?.atHead !== true && !deps.stop.aborted) {
        const batch = await step();
        if (batch === 'fenced') return 'fenced';
        last = batch;
      }
      return new Set([...(last?.events ?? []).map(({ position }) => position), progress.at]);
    },
  };
};
