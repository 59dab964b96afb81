import type { DatabaseSync } from 'node:sqlite';
import type { ReadModelDefinition, Write } from '../../application/ports/read-models.ts';
import type { Tables } from '../checkpoints/sqlite.ts';
import { listingOf, rowOf } from './documents.ts';
import type { Entry, Listing, Row } from './documents.ts';

/** The tables of one generation of a model. */
export interface TableNames {
  readonly documents: string;
  /** The values by which lists find documents. */
  readonly entries: string;
  /** Of a shadow without lists: what they will be made from. */
  readonly unlisted: string;
}

export const tableNames = (model: string, generation: number): TableNames => {
  if (!/^[a-z][a-z0-9-]*$/.test(model)) throw new TypeError(`not a name for a read model: ${model}`);
  const documents = `${model.replaceAll('-', '_')}_g${String(generation)}`;
  return { documents, entries: `${documents}_entries`, unlisted: `${documents}_unlisted` };
};

export const documentsSchema = ({ documents }: TableNames): string =>
  `CREATE TABLE IF NOT EXISTS ${documents} (key TEXT PRIMARY KEY, version INTEGER NOT NULL, json TEXT NOT NULL) STRICT;`;

/** A list is one stretch of the primary key, in the list's own order; scalars and arrays are alike there. */
export const entriesSchema = (entries: string): string =>
  `CREATE TABLE IF NOT EXISTS ${entries} (
    list TEXT NOT NULL, part ANY NOT NULL, value ANY NOT NULL, sort ANY NOT NULL, key TEXT NOT NULL,
    PRIMARY KEY (list, part, value, sort, key)
  ) STRICT, WITHOUT ROWID;`;

export const dropGeneration = (db: DatabaseSync, { documents, entries, unlisted }: TableNames): void =>
  db.exec(
    [documents, entries, unfinished(entries), unlisted].map((table) => `DROP TABLE IF EXISTS ${table};`).join(''),
  );

/** Entries that are still being written: no list is found in them. */
export const unfinished = (entries: string): string => `${entries}_unfinished`;

export const tablesOf = (db: DatabaseSync, model: string): Tables => ({
  create: (generation) => {
    const names = tableNames(model, generation);
    db.exec(documentsSchema(names) + entriesSchema(names.entries));
  },
  drop: (generation) => dropGeneration(db, tableNames(model, generation)),
});

/** Whether a generation has its lists; they are made by whoever serves it. */
export const createListed = (db: DatabaseSync, { entries }: TableNames): (() => boolean) => {
  const find = db.prepare(`SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?`);
  let listed = false;
  return () => (listed ||= find.get(entries) !== undefined);
};

/** Prepares what a batch comes to; what it answers writes it, and the caller's transaction goes round that. */
type Writer<Doc> = (writes: readonly Write<Doc>[]) => () => void;

/**
 * Writes documents unless a newer one, or the same, is there, with their places in lists.
 * @throws TypeError as `listingOf`
 */
export const createWriter = <Doc>(
  db: DatabaseSync,
  definition: ReadModelDefinition<Doc>,
  { documents, entries }: TableNames,
): Writer<Doc> => {
  const old = db.prepare(`SELECT version, json FROM ${documents} WHERE key = ?`);
  const insert = db.prepare(`INSERT INTO ${documents} (version, json, key) VALUES (?, ?, ?)`);
  const update = db.prepare(`UPDATE ${documents} SET version = ?, json = ? WHERE key = ?`);
  const enter = db.prepare(`INSERT INTO ${entries} VALUES (?, ?, ?, ?, ?)`);
  const leave = db.prepare(`DELETE FROM ${entries} WHERE list = ? AND part = ? AND value = ? AND sort = ? AND key = ?`);

  const put = (row: Row): void => {
    const found = old.get(row.key) as { version: number; json: string } | undefined;
    if (found !== undefined && found.version >= row.version) return;
    const before =
      found === undefined
        ? undefined
        : listingOf(definition, { key: row.key, version: found.version, doc: JSON.parse(found.json) as Doc });
    (found === undefined ? insert : update).run(row.version, row.json, row.key);
    if (before !== undefined) {
      for (const gone of missingIn(row, before)) leave.run(...valuesOf(before, gone), row.key);
    }
    for (const fresh of missingIn(before, row)) enter.run(...valuesOf(row, fresh), row.key);
  };
  return (writes) => {
    const rows = writes.map((write) => rowOf(definition, write));
    return () => rows.forEach(put);
  };
};

const valuesOf = ({ part }: Listing, { list, value, sort }: Entry) => [list, part, value, sort] as const;

/** The entries of `listing` that `other` does not have. */
const missingIn = (other: Listing | undefined, listing: Listing): readonly Entry[] => {
  if (other?.part !== listing.part) return listing.entries;
  return listing.entries.filter(
    ({ list, value, sort }) =>
      !other.entries.some((entry) => entry.list === list && entry.value === value && entry.sort === sort),
  );
};
