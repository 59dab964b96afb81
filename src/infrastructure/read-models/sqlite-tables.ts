import type { DatabaseSync } from 'node:sqlite';
import type { ReadModelDefinition } from '../../application/ports/read-models.ts';
import type { Tables } from '../checkpoints/sqlite.ts';
import { rowOf } from './documents.ts';
import type { Entry, Row } from './documents.ts';

/** The tables of one generation of a model: its documents, and the values by which lists find them. */
export interface TableNames {
  readonly documents: string;
  readonly entries: string;
}

export const tableNames = (model: string, generation: number): TableNames => {
  if (!/^[a-z][a-z0-9-]*$/.test(model)) throw new TypeError(`not a name for a read model: ${model}`);
  const documents = `${model.replaceAll('-', '_')}_g${String(generation)}`;
  return { documents, entries: `${documents}_entries` };
};

// A list is one stretch of the primary key of `entries`, in the list's own order; scalars and arrays are alike there.
export const tablesOf = (db: DatabaseSync, model: string): Tables => ({
  create: (generation) => {
    const { documents, entries } = tableNames(model, generation);
    db.exec(`
      CREATE TABLE IF NOT EXISTS ${documents} (key TEXT PRIMARY KEY, version INTEGER NOT NULL, json TEXT NOT NULL) STRICT;
      CREATE TABLE IF NOT EXISTS ${entries} (
        list TEXT NOT NULL, part ANY NOT NULL, value ANY NOT NULL, sort ANY NOT NULL, key TEXT NOT NULL,
        PRIMARY KEY (list, part, value, sort, key)
      ) STRICT, WITHOUT ROWID;`);
  },
  drop: (generation) => {
    const { documents, entries } = tableNames(model, generation);
    db.exec(`DROP TABLE ${documents}; DROP TABLE ${entries};`);
  },
});

/** Writes a document unless a newer one, or this one, is there; the caller's transaction goes round it. */
export const createWriter = <Doc>(
  db: DatabaseSync,
  definition: ReadModelDefinition<Doc>,
  { documents, entries }: TableNames,
): ((row: Row) => void) => {
  const old = db.prepare(`SELECT version, json FROM ${documents} WHERE key = ?`);
  const insert = db.prepare(`INSERT INTO ${documents} (version, json, key) VALUES (?, ?, ?)`);
  const update = db.prepare(`UPDATE ${documents} SET version = ?, json = ? WHERE key = ?`);
  const enter = db.prepare(`INSERT INTO ${entries} VALUES (?, ?, ?, ?, ?)`);
  const leave = db.prepare(`DELETE FROM ${entries} WHERE list = ? AND part = ? AND value = ? AND sort = ? AND key = ?`);

  return (row) => {
    const found = old.get(row.key) as { version: number; json: string } | undefined;
    if (found !== undefined && found.version >= row.version) return;
    const before =
      found === undefined
        ? undefined
        : rowOf(definition, { key: row.key, version: found.version, doc: JSON.parse(found.json) as Doc });
    (found === undefined ? insert : update).run(row.version, row.json, row.key);
    for (const gone of missingIn(row, before)) leave.run(...valuesOf(before ?? row, gone));
    for (const fresh of missingIn(before, row)) enter.run(...valuesOf(row, fresh));
  };
};

const valuesOf = ({ part, key }: Row, { list, value, sort }: Entry) => [list, part, value, sort, key] as const;

/** The entries of `row` that `other` does not have. */
const missingIn = (other: Row | undefined, row: Row | undefined): readonly Entry[] => {
  if (row === undefined) return [];
  if (other?.part !== row.part) return row.entries;
  return row.entries.filter(
    ({ list, value, sort }) =>
      !other.entries.some((entry) => entry.list === list && entry.value === value && entry.sort === sort),
  );
};
