import { parentPort, workerData } from 'node:worker_threads';
import type { DatabaseSync } from 'node:sqlite';
import { soleHolder } from '../checkpoints/checkpoint.ts';
import { createSqliteCheckpoint, openDocuments, shadowOf } from '../checkpoints/sqlite.ts';
import { whenFree } from '../sqlite/sqlite.ts';
import type { Answer, Asked } from './sqlite-filling.ts';
import { createUnlistedPut, tableNames } from './sqlite-tables.ts';

const db = openDocuments(String(workerData));

/** Of one generation: its statements are prepared once. */
const createKeep = (on: DatabaseSync, { name, generation }: Pick<Asked, 'name' | 'generation'>) => {
  const checkpoint = createSqliteCheckpoint(on, { name: shadowOf(name), generation }, soleHolder);
  const put = createUnlistedPut(on, tableNames(name, generation));
  return ({ hold, next, documents }: Asked): Promise<'kept' | 'fenced'> =>
    whenFree('read models', () => checkpoint.keep(hold, next, () => documents.forEach(put)));
};

let keeping: { readonly of: string; readonly keep: ReturnType<typeof createKeep> } | undefined;

const keep = async (asked: Asked): Promise<Answer> => {
  try {
    const of = tableNames(asked.name, asked.generation).documents;
    if (keeping?.of !== of) keeping = { of, keep: createKeep(db, asked) };
    return { n: asked.n, result: await keeping.keep(asked) };
  } catch (error) {
    return { n: asked.n, failure: error };
  }
};

let before = Promise.resolve();

parentPort?.on('message', (asked: Asked) => {
  // In turn, also where one waits for the file.
  before = before.then(async () => parentPort?.postMessage(await keep(asked)));
});
