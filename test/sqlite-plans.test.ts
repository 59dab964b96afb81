import { DatabaseSync } from 'node:sqlite';
import { afterAll, describe, expect, it } from '@jest/globals';
import { noProgress } from '../src/application/ports/consumers.ts';
import type { Owner } from '../src/application/ports/consumers.ts';
import type { Query } from '../src/application/ports/read-models.ts';
import { openSqliteDueOrders, queueQueries } from '../src/infrastructure/due-orders/sqlite.ts';
import { filtersOf } from '../src/infrastructure/read-models/documents.ts';
import { endOf, rarestFirst, statementsOf } from '../src/infrastructure/read-models/sqlite-find.ts';
import { openSqliteReadModels } from '../src/infrastructure/read-models/sqlite.ts';
import { tableNames } from '../src/infrastructure/read-models/sqlite-tables.ts';
import { plannedModel } from './support/planned-model.ts';
import { realLists } from './support/real-lists.ts';
import { scratchFiles } from './support/scratch.ts';

const planned = plannedModel('planned');

const scratch = scratchFiles();
const file = scratch('planned.sqlite');
const models = openSqliteReadModels(file);
await models.open(planned);
const dueFile = scratch('due.sqlite');
const due = openSqliteDueOrders(dueFile);
const db = new DatabaseSync(file, { readOnly: true });
const dueDb = new DatabaseSync(dueFile, { readOnly: true });

afterAll(async () => {
  db.close();
  dueDb.close();
  await due.close();
  await models.close();
});

const planOf = (on: DatabaseSync, sql: string, values: readonly (string | number)[]): readonly string[] =>
  on
    .prepare(`EXPLAIN QUERY PLAN ${sql}`)
    .all(...values)
    .map((row) => String(row['detail']));

const after = { sort: '2026-01-02', key: 'k' };
/** How much of the list is asked for, and the range that the index must then be searched by. */
const bounds: readonly (readonly [name: string, bounds: Partial<Query>, range: string])[] = [
  ['first page', {}, 'value=?)'],
  ['later page', { after }, '(sort,key)'],
  ['bounded', { from: '2026-01-01', to: '2026-01-31' }, 'sort>? AND sort<?'],
  ['later page of bounded', { from: '2026-01-01', to: '2026-01-31', after }, '(sort,key)'],
];
const filters: readonly (readonly [name: string, where: NonNullable<Query['where']>])[] = [
  ['no filter', {}],
  ['one value', { status: 'new' }],
  ['any of several values', { status: ['new', 'sold'] }],
  ['an array field', { products: 'books' }],
  ['two fields', { status: ['new', 'sold'], products: 'books' }],
];

describe('query plans of SQLite', () => {
  const cases = filters.flatMap(([filter, where]) =>
    bounds.flatMap(([bound, more, range]) =>
      (['at', 'buyer'] as const).flatMap((field) =>
        (['asc', 'desc'] as const).map((way) => ({ filter, bound, field, way, where, more, range })),
      ),
    ),
  );

  it.each(cases)('lists by index alone: $filter, $bound, by $field $way', ({ where, more, field, way, range }) => {
    const sort = { field, direction: way };
    const query = { limit: 50, sort, ...more, where: { tenant: 'acme', ...where } };
    const statements = statementsOf(planned, tableNames('planned', 1), query, filtersOf(planned, query));
    const plans = statements.map(({ sql, values }) => planOf(db, sql, values));
    for (const [first, ...others] of plans) {
      expect(first).toMatch(/^SEARCH e USING PRIMARY KEY \(list=\? AND part=\? AND value=\?/);
      expect(first).toContain(range);
      expect(others.filter((step) => /SCAN|TEMP B-TREE/.test(step))).toEqual([]);
    }
  });

  it.each(cases)(
    'looks ahead by index alone: $filter, $bound, by $field $way',
    ({ where, more, field, way, range }) => {
      const sort = { field, direction: way };
      const query = { limit: 50, sort, ...more, where: { tenant: 'acme', ...where } };
      const { part, filters: asked } = filtersOf(planned, query);
      for (const { field: name, values } of asked) {
        for (const value of values) {
          const end = { sort, part, field: name, value, allowed: 1_000 };
          const { sql, values: given } = endOf(planned, tableNames('planned', 1), query, end);
          const [first, ...others] = planOf(db, sql, given);
          expect(first).toMatch(/^SEARCH e USING PRIMARY KEY \(list=\? AND part=\? AND value=\?/);
          expect(first).toContain(range);
          expect(others).toEqual([]);
        }
      }
    },
  );

  it.each(realLists)(
    'reads one stretch of one index, and sorts nothing: $list',
    async ({ definition: real, query }) => {
      await models.open(real);
      const statements = statementsOf(real, tableNames(real.name, 1), query, filtersOf(real, query));
      expect(statements).toHaveLength(1);
      for (const { sql, values } of statements) {
        const [first, second, ...others] = planOf(db, sql, values);
        expect(first).toMatch(/^SEARCH e USING PRIMARY KEY \(list=\? AND part=\? AND value=\?/);
        expect(second).toMatch(/^SEARCH d USING INDEX /);
        expect(others).toEqual([]);
      }
    },
  );

  it('lets the filter lead that fewest documents pass', async () => {
    const { sink } = await models.open(planned);
    const hold = await sink.hold('owner' as Owner);
    if (hold === 'held') throw new Error('another owner has the consumer');
    const docs = ['books', 'books', 'music'].map((product, n) => ({
      key: String(n),
      version: 1,
      doc: { tenant: 'acme', at: '2026-01-01', status: 'new', products: [product] },
    }));
    await sink.keep(hold, noProgress, docs);
    const leads = (where: NonNullable<Query['where']>) => {
      const asked = filtersOf(planned, { where: { tenant: 'acme', ...where } });
      return rarestFirst(db, planned, tableNames('planned', 1), asked).filters[0];
    };
    expect(leads({ status: 'new', products: 'music' })).toEqual({ field: 'products', values: ['music'] });
    expect(leads({ products: ['books', 'music'], status: 'sold' })).toEqual({ field: 'status', values: ['sold'] });
  });

  it('claims due orders by index alone', () => {
    const { claimable, freeAll, earliest } = queueQueries('due_orders_g1');
    expect(planOf(dueDb, claimable, ['2026-01-01', 10])).toEqual([
      'SEARCH due_orders_g1 USING COVERING INDEX due_orders_g1_next_at (next_at<?)',
    ]);
    expect(planOf(dueDb, freeAll, [])).toEqual(['SEARCH due_orders_g1 USING INDEX due_orders_g1_claimed (owner>?)']);
    expect(planOf(dueDb, earliest, [])).toEqual([
      'SEARCH due_orders_g1 USING COVERING INDEX due_orders_g1_next_at (next_at>?)',
    ]);
  });
});
