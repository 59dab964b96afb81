import { setImmediate } from 'node:timers/promises';
import type { DatabaseSync } from 'node:sqlite';
import type { ReadModelDefinition, Stored } from '../../application/ports/read-models.ts';
import { inTransaction, whenFree } from '../sqlite/sqlite.ts';
import { compareValues, listName, listingOf, ordersOf, writeOf } from './documents.ts';
import { createListed, entriesSchema, unfinished } from './sqlite-tables.ts';
import type { TableNames } from './sqlite-tables.ts';

/** Documents, or entries, in one step: some 20 ms, and then others have their turn in the process and in the file. */
const DOCUMENTS = 500;
const ENTRIES = 20_000;

/**
 * Makes the lists of a generation whose documents were written without any: sorted, so that every page of the file is
 * written once and not again with each document that falls into it. They appear all at once, in the last step.
 * @param mine whether the caller still holds the generation; asked in each step
 */
export const makeLists = async <Doc>(
  db: DatabaseSync,
  definition: ReadModelDefinition<Doc>,
  names: TableNames,
  mine: () => boolean,
): Promise<'listed' | 'fenced'> => {
  if (createListed(db, names)()) return 'listed';
  const made = unfinished(names.entries);
  const step = (work: () => void): Promise<boolean> =>
    whenFree('read models', () =>
      inTransaction(db, () => {
        const still = mine();
        if (still) work();
        return still;
      }),
    );
  const lists = listsOf(definition).map((list, n) => ({ list, table: `temp.${names.documents}_list_${String(n)}` }));
  try {
    if (!(await step(() => db.exec(`DROP TABLE IF EXISTS ${made}; ${entriesSchema(made)}`)))) return 'fenced';
    await scatter(db, definition, names, lists);
    for (const copy of sortedCopies(db, lists, made)) {
      if (!(await step(copy))) return 'fenced';
      await setImmediate();
    }
    return (await step(() => db.exec(`ALTER TABLE ${made} RENAME TO ${names.entries}`))) ? 'listed' : 'fenced';
  } finally {
    for (const { table } of lists) db.exec(`DROP TABLE IF EXISTS ${table}; DROP TABLE IF EXISTS ${table}_sorted;`);
  }
};

/** All lists of a model, in the order in which they lie in the file. */
const listsOf = <Doc>(definition: ReadModelDefinition<Doc>): readonly string[] =>
  [...ordersOf(definition)]
    .flatMap(([order, filters]) => ['', ...filters].map((field) => listName(definition, order, field)))
    .toSorted(compareValues);

interface ListTable {
  readonly list: string;
  readonly table: string;
}

/** Every document's entries, each into the temporary table of its list. */
const scatter = async <Doc>(
  db: DatabaseSync,
  definition: ReadModelDefinition<Doc>,
  { documents }: TableNames,
  lists: readonly ListTable[],
): Promise<void> => {
  for (const { table } of lists) {
    db.exec(`DROP TABLE IF EXISTS ${table}; CREATE TEMP TABLE ${bare(table)} (part, value, sort, key)`);
  }
  const enter = new Map(
    lists.map(({ list, table }) => [list, db.prepare(`INSERT INTO ${table} VALUES (?, ?, ?, ?)`)] as const),
  );
  // By rowid: as they lie in the file.
  const page = db.prepare(
    `SELECT rowid AS n, key, version, json FROM ${documents} WHERE rowid > ? ORDER BY rowid LIMIT ${String(DOCUMENTS)}`,
  );
  for (let last: number | undefined = 0; last !== undefined;) {
    const rows = page.all(last) as unknown as readonly (Stored & { readonly n: number })[];
    const entries = rows.flatMap((row) => {
      const { part, entries: some } = listingOf(definition, writeOf<Doc>(row));
      return some.map((entry) => ({ key: row.key, part, ...entry }));
    });
    // Writes in temporary tables only, so nobody waits for it.
    db.exec('BEGIN');
    for (const { list, part, value, sort, key } of entries) enter.get(list)?.run(part, value, sort, key);
    db.exec('COMMIT');
    last = rows.at(-1)?.n;
    await setImmediate();
  }
};

const bare = (table: string): string => table.slice('temp.'.length);

/** The steps that write the lists, each in its order. */
const sortedCopies = function* (db: DatabaseSync, lists: readonly ListTable[], into: string): Iterable<() => void> {
  for (const { list, table } of lists) {
    const sorted = `${table}_sorted`;
    db.exec(`DROP TABLE IF EXISTS ${sorted};
      CREATE TEMP TABLE ${bare(sorted)} AS SELECT * FROM ${table} ORDER BY part, value, sort, key;
      DROP TABLE ${table};`);
    const many = Number(db.prepare(`SELECT count(*) AS n FROM ${sorted}`).get()?.['n']);
    const copy = db.prepare(
      `INSERT INTO ${into} SELECT ?, part, value, sort, key FROM ${sorted} WHERE rowid > ? ORDER BY rowid LIMIT ?`,
    );
    for (let from = 0; from < many; from += ENTRIES) yield () => void copy.run(list, from, ENTRIES);
    db.exec(`DROP TABLE ${sorted}`);
  }
};
