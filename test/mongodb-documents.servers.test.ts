import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { noProgress } from '../src/application/ports/consumers.ts';
import type { Hold, Owner, Progress } from '../src/application/ports/consumers.ts';
import type { Position } from '../src/application/ports/event-store.ts';
import type { Query } from '../src/application/ports/read-models.ts';
import { openMongo } from '../src/infrastructure/checkpoints/mongodb-connection.ts';
import type { Mongo } from '../src/infrastructure/checkpoints/mongodb-connection.ts';
import { writeGuarded } from '../src/infrastructure/checkpoints/mongodb-documents.ts';
import { endsOf, partsOf } from '../src/infrastructure/read-models/mongodb-lists.ts';
import { openMongoReadModels } from '../src/infrastructure/read-models/mongodb.ts';
import { plannedModel } from './support/planned-model.ts';
import type { Planned } from './support/planned-model.ts';
import { realLists } from './support/real-lists.ts';
import { given } from './servers/given.ts';

const planned = plannedModel('documents');

const doc: Planned = { tenant: 'acme', at: '2026-01-01', status: 'new', products: ['books', 'music'] };

const after = { sort: '2026-01-02', key: 'k' };
const bounds: readonly (readonly [name: string, bounds: Partial<Query>])[] = [
  ['first page', {}],
  ['later page', { after }],
  ['bounded', { from: '2026-01-01', to: '2026-01-31' }],
  ['later page of bounded', { from: '2026-01-01', to: '2026-01-31', after }],
];
const filters: readonly (readonly [name: string, where: NonNullable<Query['where']>])[] = [
  ['no filter', {}],
  ['one value', { status: 'new' }],
  ['any of several values', { status: ['new', 'sold'] }],
  ['an array field', { products: 'books' }],
  ['two fields', { status: ['new', 'sold'], products: 'books' }],
];
const lists = filters.flatMap(([filter, where]) =>
  bounds.flatMap(([bound, more]) =>
    (['at', 'buyer'] as const).flatMap((field) =>
      (['asc', 'desc'] as const).map((way) => ({ filter, bound, field, way, where, more })),
    ),
  ),
);

interface Plan {
  readonly stage: string;
  readonly inputStage?: Plan;
  readonly inputStages?: readonly Plan[];
}

const stagesOf = ({ stage, inputStage, inputStages = [] }: Plan): readonly string[] => [
  stage,
  ...(inputStage === undefined ? [] : stagesOf(inputStage)),
  ...inputStages.flatMap(stagesOf),
];

describe.each([
  ['a standalone node', 'TEST_MONGODB_STANDALONE_URI'],
  ['a replica set', 'TEST_MONGODB_URI'],
])('documents in MongoDB, %s', (_what, variable) => {
  let mongo: Mongo;
  beforeAll(async () => {
    mongo = await openMongo(given(variable), { database: `documents-${randomUUID()}` });
  });
  afterAll(async () => {
    await mongo.db.dropDatabase();
    await mongo.close();
  });
  let shared: Mongo;
  beforeAll(() => {
    shared = fresh();
  });
  const fresh = (): Mongo => ({ ...mongo, prefix: `${randomUUID()}_` });

  const filled = async (part: Mongo, schema = 1) => {
    const { model, sink } = await openMongoReadModels(part).open(plannedModel('documents', schema));
    const hold = await sink.hold('owner' as Owner);
    if (hold === 'held') throw new Error('another owner has the consumer');
    await sink.keep(hold, noProgress, [{ key: 'a', version: 1, doc }]);
    return { model, sink, hold };
  };

  it.each(lists)('lists by an index in its order: $filter, $bound, by $field $way', async (list) => {
    const { where, more, field, way } = list;
    const part = fresh();
    await openMongoReadModels(part).open(planned);
    const collection = part.db.collection(`${part.prefix}documents_g1`);
    const sort = { field, direction: way };
    const query = { limit: 50, sort, ...more, where: { tenant: 'acme', ...where } };
    const ahead = endsOf(planned, { ...query, looking: 1_000 }).map((end) => end.part);
    for (const read of [...partsOf(planned, query), ...ahead]) {
      const find = collection.find(read.filter, { limit: 50, sort: read.sort });
      const { queryPlanner } = (await find.explain('queryPlanner')) as { queryPlanner: { winningPlan: Plan } };
      const stages = stagesOf(queryPlanner.winningPlan);
      expect(stages).toContain('IXSCAN');
      expect(stages).not.toContain('COLLSCAN');
      expect(stages).not.toContain('SORT');
    }
  });

  it.each(realLists)('reads an index of each list, and sorts nothing: $list', async ({ definition: real, query }) => {
    await openMongoReadModels(shared).open(real);
    const collection = mongo.db.collection(`${shared.prefix}${real.name}_g1`);
    for (const read of partsOf(real, query)) {
      const find = collection.find(read.filter, { limit: query.limit, sort: read.sort });
      const { queryPlanner } = (await find.explain('queryPlanner')) as { queryPlanner: { winningPlan: Plan } };
      const stages = stagesOf(queryPlanner.winningPlan);
      expect(stages).toContain('IXSCAN');
      expect(stages.filter((stage) => /COLLSCAN|^SORT$/.test(stage))).toEqual([]);
    }
  });

  it('keeps the newest of what several writers write at once, whoever comes first', async () => {
    const collection = mongo.db.collection<{ _id: string; version: number }>(randomUUID());
    const keys = Array.from({ length: 200 }, (_, n) => `k${String(n)}`);
    const versions = [3, 1, 5, 2, 4];
    const write = (version: number) =>
      writeGuarded(
        collection,
        keys.map((_id) => ({ _id, version })),
        new Set(),
      );
    await Promise.all(versions.map(write));
    const kept = await collection.find().sort({ _id: 1 }).toArray();
    expect(kept).toEqual(keys.toSorted().map((_id) => ({ _id, version: 5 })));
  });

  it('says that a document is gone which was there before', async () => {
    const { model, sink, hold } = await filled(fresh());
    const part = fresh();
    const other = await filled(part);
    await part.db.collection(`${part.prefix}documents_g1`).deleteMany({});
    const newer = [{ key: 'a', version: 2, doc }];
    await expect(other.sink.keep(other.hold, noProgress, newer)).rejects.toMatchObject({ name: 'Unavailable' });
    expect(await sink.keep(hold, noProgress, newer)).toBe('kept');
    expect((await model.get('a'))?.version).toBe(2);
  });

  it('keeps any names of fields and any texts, also where a document is replaced', async () => {
    const { model, sink, hold } = await filled(fresh());
    const anything = { 'a.b': 1, $c: { $d: '$status', 'e.$f': '$$ROOT' }, '': [null, true, 5_000_000_000, -1.5] };
    for (const version of [2, 3]) {
      const changed = { ...doc, status: '$status', anything };
      await sink.keep(hold, noProgress, [{ key: 'a', version, doc: changed }]);
      expect(await model.get('a')).toEqual({ version, doc: changed });
    }
  });

  it('takes its own advance, whose answer was lost, for done; and no other', async () => {
    const { sink, hold } = await filled(fresh());
    const at = (n: number): Progress => ({ ...noProgress, at: `position-${String(n)}` as Position });
    await sink.keep(hold, at(1), []);
    const asBefore: Hold = { ...hold };
    expect(await sink.keep(asBefore, at(1), [])).toBe('kept');
    expect(await sink.keep({ ...hold }, at(2), [])).toBe('fenced');
    expect(await sink.keep(asBefore, at(2), [])).toBe('kept');
  });

  it('leaves the model of the schema before to who still reads it, and drops the one before that', async () => {
    const part = fresh();
    const first = await filled(part, 1);
    await filled(part, 2);
    expect((await first.model.get('a'))?.version).toBe(1);
    await filled(part, 3);
    const left = await part.db.listCollections({ name: { $regex: `^${part.prefix}documents_` } }).toArray();
    expect(left.map(({ name }) => name.slice(part.prefix.length)).toSorted()).toEqual(['documents_g2', 'documents_g3']);
  });

  it('opens one generation, whichever of several instances comes first', async () => {
    const part = fresh();
    for (const schema of [1, 2]) {
      await Promise.all(
        Array.from({ length: 5 }, () => openMongoReadModels(part).open(plannedModel('documents', schema))),
      );
      const consumer = await part.db.collection(`${part.prefix}consumers`).findOne();
      expect(consumer).toMatchObject({ generation: schema, newest: schema });
    }
  });
});
