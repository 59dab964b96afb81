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
 * Documents first, then the checkpoint: after a crash between the two the batch comes again and changes nothing.
 * A holder that was fenced off after `holds` writes only what the next one writes too, or nothing over newer ones.
 */
export const createMongoSink = <Doc, D extends Stored<Doc>>({
  reach,
  collection,
  checkpoint,
  storedOf,
}: SinkParts<Doc, D>): Sink<Versioned<Doc>, Write<Doc>> => {
  const found = new WeakMap<Hold, Map<string, Versioned<Doc>>>();
  return {
    hold: (owner) => reach(() => checkpoint.hold(owner)),
    load: (hold, keys) =>
      reach(async () => {
        const documents = await collection.find({ _id: { $in: keys } } as Filter<D>).toArray();
        const loaded = new Map(documents.map(({ _id, version, doc }) => [_id, { version, doc: doc }]));
        found.set(hold, new Map(loaded));
        return loaded;
      }),
    keep: async (hold, next, writes) => {
      const documents = storedOf(writes);
      return reach(async () => {
        if (documents.length > 0) {
          if (!(await checkpoint.holds(hold))) return 'fenced';
          await writeGuarded(collection, documents, found.get(hold) ?? new Map());
        }
        return checkpoint.advance(hold, next);
      });
    },
    release: (hold) => reach(() => checkpoint.release(hold)),
  };
};
