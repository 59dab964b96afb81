import type { DatabaseSync } from 'node:sqlite';
import type { Found, Query, ReadModelDefinition, Sort } from '../../application/ports/read-models.ts';
import { everything, listName, listOrder, stretchOf, writeOf } from './documents.ts';
import type { Filters, Placed, Row, Value } from './documents.ts';
import type { TableNames } from './sqlite-tables.ts';

/** SQL with the values of its question marks. */
export interface Statement {
  readonly sql: string;
  readonly values: readonly Value[];
}

/**
 * The statements whose results, merged, are the page: one for each value of the first filter, because an index
 * gives the list's order only within one value. Each reads one stretch of the index and stops at the limit.
 */
export const statementsOf = <Doc>(
  definition: ReadModelDefinition<Doc>,
  tables: TableNames,
  query: Query,
  { sort, part, filters: [lead, ...more] }: Filters,
): readonly Statement[] => {
  const listOf = (field?: string): string => listName(definition, sort.field, field);
  const others = more.map(({ field, values }) => also(tables, listOf(field), values));
  const conditions = [...boundsOf(sort, query), ...others];
  const direction = sort.direction.toUpperCase();
  return (lead?.values ?? [everything]).map((value) => ({
    sql: `SELECT e.sort, e.key, d.version, d.json
      FROM ${tables.entries} e CROSS JOIN ${tables.documents} d ON d.key = e.key
      WHERE e.list = ? AND e.part = ? AND e.value = ? ${conditions.map(({ sql }) => `AND ${sql}`).join(' ')}
      ORDER BY e.sort ${direction}, e.key ${direction} LIMIT ?`,
    values: [listOf(lead?.field), part, value, ...conditions.flatMap(({ values }) => values), query.limit],
  }));
};

/** The document has one of the values in another list of the same order too. */
const also = ({ entries }: TableNames, list: string, values: readonly Value[]): Statement => ({
  sql: `EXISTS (SELECT 1 FROM ${entries} o WHERE o.list = ? AND o.part = e.part
    AND o.value IN (${values.map(() => '?').join()}) AND o.sort = e.sort AND o.key = e.key)`,
  values: [list, ...values],
});

/** One bound at each end, so that the index range begins where the page does. */
const boundsOf = (sort: Sort, query: Query): readonly Statement[] => {
  const [onward, back] = sort.direction === 'asc' ? ['>', '<'] : ['<', '>'];
  const { begin, last } = stretchOf(sort, query);
  const bounds: Statement[] = [];
  if (begin !== undefined && 'behind' in begin)
    bounds.push({ sql: `(e.sort, e.key) ${onward} (?, ?)`, values: [begin.behind.sort, begin.behind.key] });
  if (begin !== undefined && 'at' in begin) bounds.push({ sql: `e.sort ${onward}= ?`, values: [begin.at] });
  if (last !== undefined) bounds.push({ sql: `e.sort ${back}= ?`, values: [last] });
  return bounds;
};

type Listed = Pick<Row, 'key' | 'version' | 'json'> & Placed;

/** Documents counted before a filter is left to be as good as any other. */
const COUNTED = 1_000;

/** The filter that fewest documents pass leads: the others are asked of its documents only. */
export const rarestFirst = <Doc>(
  db: DatabaseSync,
  definition: ReadModelDefinition<Doc>,
  { entries }: TableNames,
  { sort, part, filters }: Filters,
): Filters => {
  if (filters.length < 2) return { sort, part, filters };
  const counted = filters.map((filter) => {
    const marks = filter.values.map(() => '?').join();
    const passing = `SELECT 1 FROM ${entries} WHERE list = ? AND part = ? AND value IN (${marks}) LIMIT ?`;
    const count = db
      .prepare(`SELECT count(*) AS n FROM (${passing})`)
      .get(listName(definition, sort.field, filter.field), part, ...filter.values, COUNTED);
    return { filter, n: Number(count?.['n']) };
  });
  return { sort, part, filters: counted.toSorted((a, b) => a.n - b.n).map(({ filter }) => filter) };
};

export const createFind =
  <Doc>(db: DatabaseSync, definition: ReadModelDefinition<Doc>, tables: TableNames) =>
  (query: Query, asked: Filters): readonly Found<Doc>[] => {
    const found = new Map<string, Listed>();
    const filters = rarestFirst(db, definition, tables, asked);
    for (const { sql, values } of statementsOf(definition, tables, query, filters)) {
      for (const row of db.prepare(sql).all(...values) as unknown as readonly Listed[]) found.set(row.key, row);
    }
    return [...found.values()]
      .toSorted(listOrder(asked.sort))
      .slice(0, query.limit)
      .map((row) => ({ ...writeOf<Doc>(row), sort: row.sort }));
  };
