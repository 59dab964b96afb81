import { parentPort, workerData } from 'node:worker_threads';
import type { DatabaseSync } from 'node:sqlite';
import type { ReadModelDefinition } from '../../application/ports/read-models.ts';
import { soleHolder } from '../checkpoints/checkpoint.ts';
import { createSqliteCheckpoint, openDocuments, shadowOf } from '../checkpoints/sqlite.ts';
import { holdsShadow } from '../checkpoints/sqlite-shadow.ts';
import { whenFree } from '../sqlite/sqlite.ts';
import type { Answer, Asked, Kept, Place, Result } from './sqlite-filling.ts';
import { makeLists } from './sqlite-listing.ts';
import { createScattered } from './sqlite-scattered.ts';
import type { Scattered, StoredRow } from './sqlite-scattered.ts';
import { createUnlistedPut, tableNames } from './sqlite-tables.ts';

type Keep = (kept: Kept) => Promise<'kept' | 'fenced'>;

/** A generation that is filled here by one holder: nobody else writes in it. Its statements are prepared once. */
interface Filled {
  readonly by: string;
  readonly keep: Keep;
  /** Where the model's lists can be made here. */
  readonly scattered: Scattered | undefined;
}

const createKeep = (db: DatabaseSync, { name, generation }: Place, scattered: Scattered | undefined): Keep => {
  const checkpoint = createSqliteCheckpoint(db, { name: shadowOf(name), generation }, soleHolder);
  const put = createUnlistedPut(db, tableNames(name, generation));
  return async ({ hold, next, documents }) => {
    const written: StoredRow[] = [];
    const putAll = (): void => {
      written.length = 0;
      for (const document of documents) {
        const row = put(document);
        if (row !== undefined) written.push({ ...document, row });
      }
    };
    const result = await whenFree('read models', () => checkpoint.keep(hold, next, putAll));
    if (result === 'kept') scattered?.enter(written);
    return result;
  };
};

/**
 * Does in this thread what it is asked for on the file that it was started with, one after the other.
 * @param definitions the models whose lists can be made here; those of others are left to who asks
 */
export const fillInThread = (definitions: readonly ReadModelDefinition<never>[]): void => {
  const db = openDocuments(String(workerData));
  // New documents are written one behind the other: few pages are needed again (KiB).
  db.exec('PRAGMA cache_size = -16384');

  /** By the models' names: those of a service are filled side by side. */
  const fillings = new Map<string, Filled>();
  const forget = ({ name }: Place): void => {
    fillings.get(name)?.scattered?.drop();
    fillings.delete(name);
  };
  const begin = (place: Place): Omit<Filled, 'by'> => {
    const definition = definitions.find((each) => each.name === place.name);
    const names = tableNames(place.name, place.generation);
    const scattered = definition === undefined ? undefined : createScattered(db, definition, names);
    return { scattered, keep: createKeep(db, place, scattered) };
  };
  const filled = async (place: Place): Promise<Filled> => {
    const by = `${String(place.generation)} ${String(place.hold.epoch)}`;
    const known = fillings.get(place.name);
    if (known?.by === by) return known;
    forget(place);
    const begun = { by, ...(await whenFree('read models', () => begin(place))) };
    fillings.set(place.name, begun);
    return begun;
  };
  const list = async (asked: Asked): Promise<Result> => {
    const { name, generation, hold } = asked;
    const { scattered } = await filled(asked);
    fillings.delete(name);
    if (scattered === undefined) return 'not_here';
    return makeLists(db, tableNames(name, generation), scattered, () => holdsShadow(db, asked, hold));
  };
  const work = async (asked: Asked): Promise<Result> => {
    const mine = await whenFree('read models', () => holdsShadow(db, asked, asked.hold));
    if (mine) return asked.next === undefined ? list(asked) : (await filled(asked)).keep(asked as Kept);
    forget(asked);
    return 'fenced';
  };
  const answer = async (asked: Asked): Promise<Answer> => {
    try {
      return { n: asked.n, result: await work(asked) };
    } catch (error) {
      // What is scattered may lack what was kept.
      forget(asked);
      return { n: asked.n, failure: error };
    }
  };
  let before: Promise<unknown> = Promise.resolve();
  parentPort?.on('message', (asked: Asked) => {
    // In turn, also where one waits for the file.
    before = before.then(() => answer(asked)).then((answered) => parentPort?.postMessage(answered));
  });
};
