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

/** A document as the store has it, or will have it, and its part of the sum. */
interface Kept<Doc> extends Versioned<Doc> {
  readonly print: bigint;
}

interface Needs<Doc> {
  readonly sink: Pick<Sink<Versioned<Doc>, Write<Doc>>, 'load'>;
  /** A document's part of the sum. */
  readonly fingerprint: (document: Stored) => bigint;
  /** How many of the last `changes` the store may not have yet: their documents are remembered. */
  readonly unkept: number;
}

export const createAtHand = <Doc>({ sink, fingerprint, unkept }: Needs<Doc>): AtHand<Doc> => {
  let changed = new Map<string, Versioned<Doc>>();
  let loaded = new Map<string, Kept<Doc>>();
  /** The newest first. */
  let remembered: readonly ReadonlyMap<string, Kept<Doc>>[] = [];
  const keptOf = (key: string): Kept<Doc> | undefined => {
    for (const written of remembered) {
      const kept = written.get(key);
      if (kept !== undefined) return kept;
    }
    return loaded.get(key);
  };
  const known = (key: string): Versioned<Doc> | undefined => changed.get(key) ?? keptOf(key);
  const loadKept = async (hold: Hold, keys: readonly string[]): Promise<void> => {
    for (const [key, { version, doc }] of await sink.load(hold, keys)) {
      const json = JSON.stringify(doc);
      loaded.set(key, { version, doc, print: fingerprint({ key, version, json }) });
    }
  };
  return {
    load: async (hold, keys) => {
      const missing = keys.filter((key) => known(key) === undefined);
      if (missing.length > 0) await loadKept(hold, missing);
      const found = new Map<string, Versioned<Doc>>();
      for (const key of keys) {
        const document = known(key);
        if (document !== undefined) found.set(key, document);
      }
      return found;
    },
    take: (writes) => {
      for (const write of writes) changed.set(write.key, write);
    },
    full: () => changed.size >= MANY,
    changes: () => {
      const writes: Write<Doc>[] = [];
      const written = new Map<string, Kept<Doc>>();
      let change = 0n;
      for (const [key, { version, doc }] of changed) {
        const json = JSON.stringify(doc);
        const print = fingerprint({ key, version, json });
        change += print - (keptOf(key)?.print ?? 0n);
        writes.push({ key, version, doc, json });
        written.set(key, { version, doc, print });
      }
      remembered = [written, ...remembered].slice(0, unkept);
      changed = new Map();
      loaded = new Map();
      return { writes, change };
    },
  };
};
