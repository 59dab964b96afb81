import { parentPort, workerData } from 'node:worker_threads';
import type { DatabaseSync } from 'node:sqlite';
import type { ReadModelDefinition } from '../../application/ports/read-models.ts';
import { soleHolder } from '../checkpoints/checkpoint.ts';
import { createSqliteCheckpoint, openDocuments, shadowOf } from '../checkpoints/sqlite.ts';
import { holdsShadow } from '../checkpoints/sqlite-shadow.ts';
import { whenFree } from '../sqlite/sqlite.ts';
import type { Answer, Asked, Kept, Place, Result } from './sqlite-filling.ts';
import { makeLists } from './sqlite-listing.ts';
import { createUnlistedPut, tableNames } from './sqlite-tables.ts';

type Keep = (kept: Kept) => Promise<'kept' | 'fenced'>;

/** Of one generation: its statements are prepared once. */
const createKeep = (db: DatabaseSync, { name, generation }: Place): Keep => {
  const checkpoint = createSqliteCheckpoint(db, { name: shadowOf(name), generation }, soleHolder);
  const put = createUnlistedPut(db, tableNames(name, generation));
  return ({ hold, next, documents }) =>
    whenFree('read models', () => checkpoint.keep(hold, next, () => documents.forEach(put)));
};

const createKeeping = (db: DatabaseSync): Keep => {
  let known: { readonly of: string; readonly keep: Keep } | undefined;
  let before: Promise<unknown> = Promise.resolve();
  return (kept) => {
    // In turn, also where one waits for the file.
    const keeping = before.then(() => {
      const of = tableNames(kept.name, kept.generation).documents;
      if (known?.of !== of) known = { of, keep: createKeep(db, kept) };
      return known.keep(kept);
    });
    before = keeping.catch(() => undefined);
    return keeping;
  };
};

/**
 * Does in this thread what it is asked for on the file that it was started with.
 * @param definitions the models whose lists can be made here; those of others are left to who asks
 */
export const fillInThread = (definitions: readonly ReadModelDefinition<never>[]): void => {
  const db = openDocuments(String(workerData));
  // New documents are written one behind the other: few pages are needed again (KiB).
  db.exec('PRAGMA cache_size = -16384');
  const keep = createKeeping(db);
  const list = async (asked: Asked): Promise<Result> => {
    const { name, generation, hold } = asked;
    const definition = definitions.find((each) => each.name === name);
    if (definition === undefined) return 'not_here';
    return makeLists(db, definition, tableNames(name, generation), () => holdsShadow(db, { name, generation }, hold));
  };
  const answer = async (asked: Asked): Promise<Answer> => {
    try {
      return { n: asked.n, result: await (asked.next === undefined ? list(asked) : keep(asked as Kept)) };
    } catch (error) {
      return { n: asked.n, failure: error };
    }
  };
  parentPort?.on('message', (asked: Asked) => {
    void answer(asked).then((answered) => parentPort?.postMessage(answered));
  });
};
