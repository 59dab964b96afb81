import type { DatabaseSync } from 'node:sqlite';
import type { Finding, Query, ReadModelDefinition, Sort } from '../../application/ports/read-models.ts';
import { everything, listName, listOrder, stretchOf, writeOf } from './documents.ts';
import type { Filters, Placed, Row, Value } from './documents.ts';
import { allowedOf, earliest, furthest, stoppedAt, upTo } from './looking.ts';
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

/** Documents counted for a filter, at most: those that more pass are alike. */
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

/** Where so many entries of a list end, behind the place that the query begins at. */
export const endOf = <Doc>(
  definition: ReadModelDefinition<Doc>,
  { entries }: TableNames,
  query: Query,
  {
    sort,
    part,
    field,
    value,
    allowed,
  }: Pick<Filters, 'sort' | 'part'> & {
    readonly field: string;
    readonly value: Value;
    readonly allowed: number;
  },
): Statement => {
  const bounds = boundsOf(sort, query);
  const direction = sort.direction.toUpperCase();
  return {
    sql: `SELECT e.sort, e.key FROM ${entries} e
      WHERE e.list = ? AND e.part = ? AND e.value = ? ${bounds.map(({ sql }) => `AND ${sql}`).join(' ')}
      ORDER BY e.sort ${direction}, e.key ${direction} LIMIT 1 OFFSET ?`,
    values: [
      listName(definition, sort.field, field),
      part,
      value,
      ...bounds.flatMap(({ values }) => values),
      allowed - 1,
    ],
  };
};

/** The filter leads whose allowed entries reach furthest, so that none but these is looked at. */
const within = <Doc>(
  db: DatabaseSync,
  definition: ReadModelDefinition<Doc>,
  tables: TableNames,
  { query, asked }: { readonly query: Query; readonly asked: Filters },
): Filters & { readonly stop: Placed | undefined } => {
  const { sort, part } = asked;
  const { filters } = rarestFirst(db, definition, tables, asked);
  const allowed = allowedOf(query, asked);
  if (allowed === undefined) return { sort, part, filters, stop: undefined };
  const ended = filters.map((filter) => {
    const ends = filter.values.map((value) => {
      const { sql, values } = endOf(definition, tables, query, { sort, part, field: filter.field, value, allowed });
      return db.prepare(sql).get(...values) as Placed | undefined;
    });
    return { filter, end: earliest(sort, ends) };
  });
  const stop = furthest(
    sort,
    ended.map(({ end }) => end),
  );
  const lead = ended.find(({ end }) => end === stop)?.filter;
  return { sort, part, filters: filters.toSorted((a, b) => Number(b === lead) - Number(a === lead)), stop };
};

export const createFind =
  <Doc>(db: DatabaseSync, definition: ReadModelDefinition<Doc>, tables: TableNames) =>
  (query: Query, asked: Filters): Finding<Doc> => {
    const rows = new Map<string, Listed>();
    const { sort, part, filters, stop } = within(db, definition, tables, { query, asked });
    for (const { sql, values } of statementsOf(definition, tables, upTo(query, sort, stop), { sort, part, filters })) {
      for (const row of db.prepare(sql).all(...values) as unknown as readonly Listed[]) rows.set(row.key, row);
    }
    const page = stoppedAt([...rows.values()].toSorted(listOrder(sort)), query, { sort, stop });
    return { ...page, found: page.found.map((row) => ({ ...writeOf<Doc>(row), sort: row.sort })) };
  };
