import type { DatabaseSync } from 'node:sqlite';
import type { Query, ReadModelDefinition, Write } from '../../application/ports/read-models.ts';
import { compareValues, everything, listOrder, valueOf, writeOf } from './documents.ts';
import type { Entry, Filter, Filters, Row, Value } from './documents.ts';
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
  { part, filters: [lead, ...more] }: Filters,
): readonly Statement[] => {
  const others = more.map((filter) => also(tables, filter));
  const bounds = boundsOf(definition, query);
  const direction = definition.sort.direction.toUpperCase();
  const entries: readonly Entry[] = lead?.values.map((value) => ({ field: lead.field, value })) ?? [everything];
  return entries.map(({ field, value }) => ({
    sql: `SELECT e.sort, e.key, d.version, d.json
      FROM ${tables.entries} e CROSS JOIN ${tables.documents} d ON d.key = e.key
      WHERE e.field = ? AND e.part = ? AND e.value = ? ${[...bounds, ...others].map(({ sql }) => `AND ${sql}`).join(' ')}
      ORDER BY e.sort ${direction}, e.key ${direction} LIMIT ?`,
    values: [field, part, value, ...[...bounds, ...others].flatMap(({ values }) => values), query.limit],
  }));
};

/** The document has one of the values in this field too. */
const also = ({ entries }: TableNames, { field, values }: Filter): Statement => ({
  sql: `EXISTS (SELECT 1 FROM ${entries} o WHERE o.field = ? AND o.part = e.part
    AND o.value IN (${values.map(() => '?').join()}) AND o.sort = e.sort AND o.key = e.key)`,
  values: [field, ...values],
});

/** Where the list begins and ends: one bound each, so that the index range begins where the page does. */
const boundsOf = <Doc>({ sort }: ReadModelDefinition<Doc>, { from, to, after }: Query): readonly Statement[] => {
  const [forward, first, last, sign] = sort.direction === 'asc' ? ['>', from, to, 1] : ['<', to, from, -1];
  const backward = forward === '>' ? '<' : '>';
  const bounds: Statement[] = [];
  const inside =
    after !== undefined && (first === undefined || sign * compareValues(valueOf(after.sort), valueOf(first)) >= 0);
  if (inside) bounds.push({ sql: `(e.sort, e.key) ${forward} (?, ?)`, values: [valueOf(after.sort), after.key] });
  else if (first !== undefined) bounds.push({ sql: `e.sort ${forward}= ?`, values: [valueOf(first)] });
  if (last !== undefined) bounds.push({ sql: `e.sort ${backward}= ?`, values: [valueOf(last)] });
  return bounds;
};

type Found = Pick<Row, 'sort' | 'key' | 'version' | 'json'>;

/** Documents counted before a filter is left to be as good as any other. */
const COUNTED = 1_000;

/** The filter that fewest documents pass leads: the others are asked of its documents only. */
export const rarestFirst = (db: DatabaseSync, { entries }: TableNames, { part, filters }: Filters): Filters => {
  if (filters.length < 2) return { part, filters };
  const counted = filters.map((filter) => {
    const marks = filter.values.map(() => '?').join();
    const passing = `SELECT 1 FROM ${entries} WHERE field = ? AND part = ? AND value IN (${marks}) LIMIT ?`;
    const count = db
      .prepare(`SELECT count(*) AS n FROM (${passing})`)
      .get(filter.field, part, ...filter.values, COUNTED);
    return { filter, n: Number(count?.['n']) };
  });
  return { part, filters: counted.toSorted((a, b) => a.n - b.n).map(({ filter }) => filter) };
};

export const createFind = <Doc>(db: DatabaseSync, definition: ReadModelDefinition<Doc>, tables: TableNames) => {
  const order = listOrder(definition);
  return (query: Query, filters: Filters): readonly Write<Doc>[] => {
    const found = new Map<string, Found>();
    for (const { sql, values } of statementsOf(definition, tables, query, rarestFirst(db, tables, filters))) {
      for (const row of db.prepare(sql).all(...values) as unknown as readonly Found[]) found.set(row.key, row);
    }
    return [...found.values()]
      .toSorted(order)
      .slice(0, query.limit)
      .map((row) => writeOf(row));
  };
};
