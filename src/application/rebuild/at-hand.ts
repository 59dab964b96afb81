import type { Hold, Sink } from '../ports/consumers.ts';
import type { Stored, Versioned, Write } from '../ports/read-models.ts';

/** What has changed, and by how much that changes the sum of the fingerprints. */
interface Changes<Doc> {
  readonly writes: readonly Write<Doc>[];
  readonly change: bigint;
}

/** The documents that a filling works on. */
export interface AtHand<Doc> extends Pick<Sink<Versioned<Doc>, Write<Doc>>, 'load'> {
  take(writes: readonly Write<Doc>[]): void;
  /** Whether enough have changed to be worth a transaction. */
  full(): boolean;
  /** What has changed since it was last asked. */
  changes(): Changes<Doc>;
}

/**
 * Documents that have changed and are not kept yet, at most, but for one batch: an order's events come to one write
 * where they are not far apart.
 */
const MANY = 3_000;

/** A document, and its part of the sum as it was last kept. */
interface Known<Doc> {
  readonly now: Versioned<Doc>;
  readonly kept: bigint;
}

interface Needs<Doc> {
  readonly sink: Pick<Sink<Versioned<Doc>, Write<Doc>>, 'load'>;
  /** A document's part of the sum. */
  readonly fingerprint: (document: Stored) => bigint;
  /** How many of the last `changes` the store may not have yet: their documents are remembered. */
  readonly unkept: number;
}

export const createAtHand = <Doc>({ sink, fingerprint, unkept }: Needs<Doc>): AtHand<Doc> => {
  let known = new Map<string, Known<Doc>>();
  /** The newest first. */
  let remembered: readonly ReadonlyMap<string, Known<Doc>>[] = [];
  const changed = new Set<string>();
  const find = (key: string): Known<Doc> | undefined => {
    const document = known.get(key);
    if (document !== undefined) return document;
    for (const written of remembered) {
      const before = written.get(key);
      if (before !== undefined) return before;
    }
    return undefined;
  };
  const fetch = async (hold: Hold, keys: readonly string[]): Promise<void> => {
    for (const [key, now] of await sink.load(hold, keys)) {
      const json = JSON.stringify(now.doc);
      known.set(key, { now, kept: fingerprint({ key, version: now.version, json }) });
    }
  };
  return {
    load: async (hold, keys) => {
      const unknown = keys.filter((key) => find(key) === undefined);
      if (unknown.length > 0) await fetch(hold, unknown);
      const found = new Map<string, Versioned<Doc>>();
      for (const key of keys) {
        const document = find(key);
        if (document !== undefined) found.set(key, document.now);
      }
      return found;
    },
    take: (writes) => {
      for (const { key, version, doc } of writes) {
        known.set(key, { now: { version, doc }, kept: find(key)?.kept ?? 0n });
        changed.add(key);
      }
    },
    full: () => changed.size >= MANY,
    changes: () => {
      const writes: Write<Doc>[] = [];
      const written = new Map<string, Known<Doc>>();
      let change = 0n;
      for (const key of changed) {
        const document = known.get(key);
        if (document === undefined) continue;
        const { now, kept } = document;
        const json = JSON.stringify(now.doc);
        const print = fingerprint({ key, version: now.version, json });
        change += print - kept;
        writes.push({ key, ...now, json });
        written.set(key, { now, kept: print });
      }
      changed.clear();
      remembered = [written, ...remembered].slice(0, unkept);
      known = new Map();
      return { writes, change };
    },
  };
};
