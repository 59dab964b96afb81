import { setImmediate } from 'node:timers/promises';
import type { DatabaseSync } from 'node:sqlite';
import type { ReadModelDefinition, Stored } from '../../application/ports/read-models.ts';
import { inTransaction } from '../sqlite/sqlite.ts';
import { compareValues, listName, listingOf, ordersOf, writeOf } from './documents.ts';
import type { TableNames } from './sqlite-tables.ts';

/** Documents read in one step. */
const DOCUMENTS = 500;

/** A document and where it lies. */
export interface StoredRow extends Stored {
  readonly row: number;
}

interface ScatteredList {
  readonly list: string;
  /** What selects its entries (part, value, sort, key), in their order. */
  readonly sorted: string;
  readonly drop: string;
}

/** The entries of a generation's documents, each in the temporary table of its list and in no order. */
export interface Scattered {
  /** In the order in which they lie in the file. */
  readonly lists: readonly ScatteredList[];
  /** Enters documents that were just written. */
  enter(documents: readonly StoredRow[]): void;
  /** Enters all that were there before, step by step. */
  enterOlder(): Promise<void>;
  drop(): void;
}

/**
 * The documents that are there already wait for `enterOlder`. What is written twice has old entries beside the new:
 * a table names its newest version, and the others are left out.
 */
export const createScattered = <Doc>(
  db: DatabaseSync,
  definition: ReadModelDefinition<Doc>,
  { documents }: TableNames,
): Scattered => {
  const rewritten = `temp.${documents}_rewritten`;
  const lists = listsOf(definition).map((list, n) => ({ list, table: `temp.${documents}_list_${String(n)}` }));
  const drop = (): void => db.exec([rewritten, ...lists.map(({ table }) => table)].map(dropping).join(''));
  drop();
  db.exec(`CREATE TABLE ${rewritten} (row INTEGER PRIMARY KEY, version)`);
  for (const { table } of lists) db.exec(`CREATE TABLE ${table} (row, version, part, value, sort, key)`);

  const insert = new Map(
    lists.map(({ list, table }) => [list, db.prepare(`INSERT INTO ${table} VALUES (?, ?, ?, ?, ?, ?)`)] as const),
  );
  const rewrite = db.prepare(`INSERT OR REPLACE INTO ${rewritten} VALUES (?, ?)`);
  const older = Number(db.prepare(`SELECT max(rowid) AS last FROM ${documents}`).get()?.['last']);
  let last = older;

  const enterOne = (document: StoredRow): void => {
    const { row, version, key } = document;
    const { part, entries } = listingOf(definition, writeOf<Doc>(document));
    for (const { list, value, sort } of entries) insert.get(list)?.run(row, version, part, value, sort, key);
  };
  const transact = (work: () => void): void => inTransaction(db, work, 'BEGIN');
  return {
    lists: lists.map(({ list, table }) => ({
      list,
      sorted: `SELECT part, value, sort, key FROM ${table} AS entry
        WHERE NOT EXISTS (SELECT 1 FROM ${rewritten} AS r WHERE r.row = entry.row AND r.version <> entry.version)
        ORDER BY part, value, sort, key`,
      drop: dropping(table),
    })),
    enter: (written) =>
      transact(() => {
        for (const document of written) {
          if (document.row <= last) rewrite.run(document.row, document.version);
          else last = document.row;
          enterOne(document);
        }
      }),
    enterOlder: async () => {
      const page = db.prepare(
        `SELECT rowid AS row, key, version, json FROM ${documents}
         WHERE rowid > ? AND rowid <= ? AND rowid NOT IN (SELECT row FROM ${rewritten})
         ORDER BY rowid LIMIT ${String(DOCUMENTS)}`,
      );
      for (let behind: number | undefined = 0; behind !== undefined;) {
        const rows = page.all(behind, older) as unknown as readonly StoredRow[];
        transact(() => rows.forEach(enterOne));
        behind = rows.at(-1)?.row;
        await setImmediate();
      }
    },
    drop,
  };
};

/** All lists of a model, in the order in which they lie in the file. */
const listsOf = <Doc>(definition: ReadModelDefinition<Doc>): readonly string[] =>
  [...ordersOf(definition)]
    .flatMap(([order, filters]) => ['', ...filters].map((field) => listName(definition, order, field)))
    .toSorted(compareValues);

const dropping = (table: string): string => `DROP TABLE IF EXISTS ${table};`;
