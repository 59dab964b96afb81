// What runs in the thread that fills shadows.
import { parentPort, workerData } from 'node:worker_threads';
import type { DatabaseSync } from 'node:sqlite';
import { soleHolder } from '../checkpoints/checkpoint.ts';
import { createSqliteCheckpoint, openDocuments, shadowOf } from '../checkpoints/sqlite.ts';
import { holdsShadow } from '../checkpoints/sqlite-shadow.ts';
import { whenFree } from '../sqlite/sqlite.ts';
import type { Answer, Asked, Kept, Place, Result } from './sqlite-filling.ts';
import { makeLists } from './sqlite-listing.ts';
import { unpacked } from './sqlite-parcel.ts';
import { tableNames } from './sqlite-tables.ts';
import { createUnlistedPut } from './sqlite-unlisted.ts';

type Keep = (kept: Kept) => Promise<'kept' | 'fenced'>;

const createKeep = (db: DatabaseSync, { name, generation }: Place): Keep => {
  const checkpoint = createSqliteCheckpoint(db, { name: shadowOf(name), generation }, soleHolder);
  const put = createUnlistedPut(db, tableNames(name, generation));
  return ({ hold, next, parcels }) => {
    const write = (): void => {
      for (const parcel of parcels) for (const document of unpacked(parcel)) put(document);
    };
    return whenFree('read models', () => checkpoint.keep(hold, next, write));
  };
};

const db = openDocuments(String(workerData));
// New documents are written one behind the other, but their keys lie all over the index: that is needed again (KiB).
db.exec('PRAGMA cache_size = -65536');

/** Statements are prepared once for each hold of a shadow; a service's models are filled side by side. */
const keeping = new Map<string, { readonly by: string; readonly keep: Keep }>();

const keep = async (kept: Kept): Promise<'kept' | 'fenced'> => {
  const by = `${String(kept.generation)} ${String(kept.hold.epoch)}`;
  const known = keeping.get(kept.name);
  if (known?.by === by) return known.keep(kept);
  const begun = { by, keep: await whenFree('read models', () => createKeep(db, kept)) };
  keeping.set(kept.name, begun);
  return begun.keep(kept);
};

const work = async (asked: Asked): Promise<Result> => {
  const { name, generation, hold } = asked;
  const mine = (): boolean => holdsShadow(db, asked, hold);
  if (!(await whenFree('read models', mine))) return 'fenced';
  return 'parcels' in asked ? keep(asked) : makeLists(db, tableNames(name, generation), asked.lists, mine);
};

const answer = async (asked: Asked): Promise<Answer> => {
  try {
    return { n: asked.n, result: await work(asked) };
  } catch (error) {
    return { n: asked.n, failure: error };
  }
};

let before: Promise<unknown> = Promise.resolve();
parentPort?.on('message', (asked: Asked) => {
  // In turn, also where one waits for the file.
  before = before.then(() => answer(asked)).then((answered) => parentPort?.postMessage(answered));
});
