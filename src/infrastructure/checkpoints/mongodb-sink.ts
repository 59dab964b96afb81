import type { Collection, Filter } from 'mongodb';
import type { Hold, Sink } from '../../application/ports/consumers.ts';
import type { Versioned, Write } from '../../application/ports/read-models.ts';
import type { Reach } from './mongodb-connection.ts';
import { writeGuarded } from './mongodb-documents.ts';
import type { Guarded } from './mongodb-documents.ts';
import type { MongoCheckpoint } from './mongodb.ts';

/** A document as it is stored: what was kept, beside what its collection needs to find it. */
export interface Stored<Doc> extends Guarded {
  readonly doc: Doc;
}

interface SinkParts<Doc, D extends Stored<Doc>> {
  readonly reach: Reach;
  readonly collection: Collection<D>;
  readonly checkpoint: MongoCheckpoint;
  /** The documents that a batch comes to, one for each key. */
  readonly storedOf: (writes: readonly Write<Doc>[]) => readonly D[];
}

/**
 * Documents that a holder remembers, or as many as its last batch wrote, so that it need not load again what it wrote a
 * moment ago. What is kept for a second costs the garbage collector more than a look-up.
 */
const REMEMBERED = 100;

/**
 * Documents first, then the checkpoint: after a crash between the two the batch comes again and changes nothing.
 * A holder that was fenced off after `holds` writes only what the next one writes too, or nothing over newer ones.
 */
export const createMongoSink = <Doc, D extends Stored<Doc>>(
  parts: SinkParts<Doc, D>,
): Sink<Versioned<Doc>, Write<Doc>> => {
  const { reach, collection, checkpoint, storedOf } = parts;
  const memories = new WeakMap<Hold, Map<string, Versioned<Doc>>>();
  const memoryOf = (hold: Hold): Map<string, Versioned<Doc>> => {
    const memory = memories.get(hold) ?? new Map<string, Versioned<Doc>>();
    memories.set(hold, memory);
    return memory;
  };
  /** After an error nobody knows what is stored: what was remembered goes (mongodb.md 5). */
  const reachWith = <T>(hold: Hold, work: (memory: Map<string, Versioned<Doc>>) => Promise<T>): Promise<T> =>
    reach(async () => {
      const memory = memoryOf(hold);
      memories.delete(hold);
      const result = await work(memory);
      memories.set(hold, memory);
      return result;
    });
  return {
    hold: (owner) => reach(() => checkpoint.hold(owner)),
    load: (hold, keys) =>
      reachWith(hold, async (memory) => {
        const unknown = keys.filter((key) => !memory.has(key));
        const found =
          unknown.length === 0 ? [] : await collection.find({ _id: { $in: unknown } } as Filter<D>).toArray();
        for (const { _id, version, doc } of found) memory.set(_id, { version, doc });
        const all = keys.map((key) => [key, memory.get(key)] as const);
        return new Map(all.filter((entry): entry is [string, Versioned<Doc>] => entry[1] !== undefined));
      }),
    keep: async (hold, next, writes) => {
      const documents = storedOf(writes);
      return reachWith(hold, async (memory) => {
        if (documents.length > 0) {
          if (!(await checkpoint.holds(hold))) return 'fenced';
          await writeGuarded(collection, documents, memory);
          remember(memory, documents);
        }
        return checkpoint.advance(hold, next);
      });
    },
    release: (hold) => reach(() => checkpoint.release(hold)),
  };
};

/** The newest stay. */
const remember = <Doc>(memory: Map<string, Versioned<Doc>>, documents: readonly Stored<Doc>[]): void => {
  for (const { _id, version, doc } of documents) {
    memory.delete(_id);
    memory.set(_id, { version, doc });
  }
  const most = Math.max(REMEMBERED, documents.length);
  for (const key of memory.keys()) {
    if (memory.size <= most) return;
    memory.delete(key);
  }
};
