import { setImmediate } from 'node:timers/promises';
import type { DatabaseSync } from 'node:sqlite';
import { inTransaction, whenFree } from '../sqlite/sqlite.ts';
import { createListed, entriesSchema, unfinished } from './sqlite-tables.ts';
import type { TableNames } from './sqlite-tables.ts';
import type { Sorted } from './sqlite-unlisted.ts';

/** Entries in one step: some 20 ms, and then others have their turn in the file. */
const ENTRIES = 20_000;

/**
 * Makes the lists of a generation whose documents were written without any: sorted, so that every page of the file is
 * written once and not again with each document that falls into it. They appear all at once, in the last step.
 * @param mine whether the caller still holds the generation; asked in each step
 */
export const makeLists = async (
  db: DatabaseSync,
  names: TableNames,
  lists: readonly Sorted[],
  mine: () => boolean,
): Promise<'listed' | 'fenced'> => {
  const made = unfinished(names.entries);
  const step = (work: () => void): Promise<boolean> =>
    whenFree('read models', () =>
      inTransaction(db, () => {
        const still = mine();
        if (still) work();
        return still;
      }),
    );
  if (createListed(db, names)()) return 'listed';
  if (!(await step(() => db.exec(`DROP TABLE IF EXISTS ${made}; ${entriesSchema(made)}`)))) return 'fenced';
  for (const copy of sortedCopies(db, { names, lists }, made)) {
    if (!(await step(copy))) return 'fenced';
    await setImmediate();
  }
  const finish = `ALTER TABLE ${made} RENAME TO ${names.entries}; DROP TABLE ${names.unlisted};`;
  return (await step(() => db.exec(finish))) ? 'listed' : 'fenced';
};

/** The steps that write the lists, each in its order. */
const sortedCopies = function* (
  db: DatabaseSync,
  { names, lists }: { readonly names: TableNames; readonly lists: readonly Sorted[] },
  into: string,
): Iterable<() => void> {
  const table = `temp.${names.documents}_sorted`;
  const gone = `DROP TABLE IF EXISTS ${table};`;
  try {
    for (const { list, select } of lists) {
      db.exec(`${gone} CREATE TABLE ${table} AS ${select};`);
      const last = Number(db.prepare(`SELECT max(rowid) AS n FROM ${table}`).get()?.['n']);
      const copy = db.prepare(
        `INSERT INTO ${into} SELECT ?, part, value, sort, key FROM ${table} WHERE rowid > ? ORDER BY rowid LIMIT ?`,
      );
      for (let from = 0; from < last; from += ENTRIES) yield () => void copy.run(list, from, ENTRIES);
    }
  } finally {
    db.exec(gone);
  }
};
