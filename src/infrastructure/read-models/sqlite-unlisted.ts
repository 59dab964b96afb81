import type { DatabaseSync } from 'node:sqlite';
import type { ReadModelDefinition, Stored, Write } from '../../application/ports/read-models.ts';
import type { Tables } from '../checkpoints/sqlite.ts';
import { createFieldValues, everything, fieldsOf, jsonOf, listName, ordersOf } from './documents.ts';
import type { Definition, Value } from './documents.ts';
import { documentsSchema, dropGeneration, tableNames } from './sqlite-tables.ts';
import type { TableNames } from './sqlite-tables.ts';

/** Nothing, one value, or several. */
type Cell = Value | readonly Value[] | null;

/** A document with the values of all fields of its model. */
export interface Unlisted extends Stored {
  readonly cells: readonly Cell[];
}

const columnsOf = (definition: Definition): ReadonlyMap<string, string> =>
  new Map(fieldsOf(definition).map((field, n) => [field, `field_${String(n)}`]));

/**
 * Documents that are in no list yet, one row for each: the lists are sorted from it when all are there. Each row has its
 * document's rowid, so that both tables grow at their ends.
 */
const unlistedSchema = ({ unlisted }: TableNames, definition: Definition): string => {
  const columns = [...columnsOf(definition).values()].map((column) => `, ${column} ANY`).join('');
  return `CREATE TABLE IF NOT EXISTS ${unlisted} (row INTEGER PRIMARY KEY, key TEXT NOT NULL${columns}) STRICT;`;
};

/** Of a shadow: its documents first, its lists all at once at the end. */
export const shadowTablesOf = (db: DatabaseSync, definition: Definition): Tables => ({
  create: (generation) => {
    const names = tableNames(definition.name, generation);
    db.exec(documentsSchema(names) + unlistedSchema(names, definition));
  },
  drop: (generation) => dropGeneration(db, tableNames(definition.name, generation)),
});

/** @throws TypeError as `listingOf` */
export const createUnlistedOf = <Doc>(definition: ReadModelDefinition<Doc>): ((write: Write<Doc>) => Unlisted) => {
  const values = createFieldValues(definition);
  return (write) => ({
    key: write.key,
    version: write.version,
    json: jsonOf(write),
    cells: values(write).map(cellOf),
  });
};

const cellOf = (values: readonly Value[]): Cell => (values.length > 1 ? values : (values[0] ?? null));

/** Several values are the JSON of an array, told from a text by being bytes. */
const stored = (cell: Cell): Value | Buffer | null =>
  typeof cell === 'object' && cell !== null ? Buffer.from(JSON.stringify(cell)) : cell;

/** Writes a document of a shadow unless a newer one, or the same, is there. */
export const createUnlistedPut = (
  db: DatabaseSync,
  { documents, unlisted }: TableNames,
): ((document: Unlisted) => void) => {
  const put = db.prepare(
    `INSERT INTO ${documents} (version, json, key) VALUES (?, ?, ?) ON CONFLICT (key) DO UPDATE
     SET version = excluded.version, json = excluded.json WHERE version < excluded.version RETURNING rowid`,
  );
  const columns = Number(db.prepare(`SELECT count(*) AS n FROM pragma_table_info(?)`).get(unlisted)?.['n']);
  const enter = db.prepare(`INSERT OR REPLACE INTO ${unlisted} VALUES (${Array(columns).fill('?').join()})`);
  return ({ key, version, json, cells }) => {
    const written = put.get(version, json, key);
    if (written !== undefined) enter.run(Number(written['rowid']), key, ...cells.map(stored));
  };
};

/** A list, and what selects its entries (part, value, sort, key) in their order. */
export interface Sorted {
  readonly list: string;
  readonly select: string;
}

/** All lists of a model, made from its unlisted documents; in the order in which they lie in the file. */
export const sortedLists = (definition: Definition, { unlisted }: TableNames): readonly Sorted[] => {
  const columns = columnsOf(definition);
  const columnOf = (field: string): string => {
    const column = columns.get(field);
    if (column === undefined) throw new TypeError(`read model ${definition.name} has no field ${field}`);
    return column;
  };
  const { within } = definition;
  const part = within === undefined ? `'${everything}'` : columnOf(within);
  const entries = (order: string, value: string, from = unlisted): string =>
    `SELECT ${part} AS part, ${value} AS value, ${columnOf(order)} AS sort, ${unlisted}.key AS key FROM ${from}
     WHERE ${columnOf(order)} IS NOT NULL`;
  const found = (order: string, field: string): string => {
    const column = columnOf(field);
    const each = `${unlisted}, json_each(CAST(${column} AS TEXT)) AS each`;
    return `${entries(order, column)} AND typeof(${column}) NOT IN ('null', 'blob')
      UNION ALL ${entries(order, 'each.value', each)} AND typeof(${column}) = 'blob'`;
  };
  const inOrder = (list: string, select: string): Sorted => ({
    list,
    select: `${select} ORDER BY part, value, sort, key`,
  });
  return [...ordersOf(definition)]
    .flatMap(([order, filters]) => [
      inOrder(listName(definition, order), entries(order, `'${everything}'`)),
      ...filters.map((field) => inOrder(listName(definition, order, field), found(order, field))),
    ])
    .toSorted((a, b) => (a.list < b.list ? -1 : 1));
};
