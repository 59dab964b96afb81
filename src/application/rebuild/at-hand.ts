import type { Hold, Sink } from '../ports/consumers.ts';
import type { Shadow, Stored, Versioned, Write } from '../ports/read-models.ts';

/** The documents that a filling works on. */
export interface AtHand<Doc> extends Pick<Sink<Versioned<Doc>, Write<Doc>>, 'load'> {
  take(writes: readonly Write<Doc>[]): void;
  /** Whether enough have changed to be worth a transaction. */
  full(): boolean;
  /** What has changed since it was last asked, and by how much that changes the sum of the fingerprints. */
  changes(): { readonly writes: readonly Write<Doc>[]; readonly change: bigint };
}

/**
 * Documents that have changed and are not kept yet, at most, but for one batch: an order's events come to one write
 * where they are not far apart. As many are remembered after that.
 */
const MANY = 3_000;

/** A document, and its part of the sum as it was last kept. */
interface Known<Doc> {
  readonly now: Versioned<Doc>;
  readonly kept: bigint;
}

interface Parts<Doc> {
  readonly shadow: Pick<Shadow<Doc>, 'sink'>;
  /** A document's part of the sum. */
  readonly fingerprint: (document: Stored) => bigint;
}

export const createAtHand = <Doc>({ shadow, fingerprint }: Parts<Doc>): AtHand<Doc> => {
  let known = new Map<string, Known<Doc>>();
  const changed = new Set<string>();
  const load = async (hold: Hold, keys: readonly string[]): Promise<void> => {
    for (const [key, now] of await shadow.sink.load(hold, keys)) {
      const json = JSON.stringify(now.doc);
      known.set(key, { now, kept: fingerprint({ key, version: now.version, json }) });
    }
  };
  return {
    load: async (hold, keys) => {
      const unknown = keys.filter((key) => !known.has(key));
      if (unknown.length > 0) await load(hold, unknown);
      const found = new Map<string, Versioned<Doc>>();
      for (const key of keys) {
        const document = known.get(key);
        if (document !== undefined) found.set(key, document.now);
      }
      return found;
    },
    take: (writes) => {
      for (const { key, version, doc } of writes) {
        known.set(key, { now: { version, doc }, kept: known.get(key)?.kept ?? 0n });
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
      known = written;
      return { writes, change };
    },
  };
};
