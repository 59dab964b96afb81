import type { Collection, Filter } from 'mongodb';
import { NoSuchModel } from '../../application/ports/errors.ts';
import type {
  OpenReadModel,
  ReadModel,
  ReadModelDefinition,
  ReadModels,
  Shadow,
  Sort,
  Write,
} from '../../application/ports/read-models.ts';
import { createReach } from '../checkpoints/mongodb-connection.ts';
import type { Mongo, Reach } from '../checkpoints/mongodb-connection.ts';
import { documentsName, openMongoGeneration } from '../checkpoints/mongodb-generations.ts';
import {
  dropMongoShadow,
  listMongoShadow,
  openMongoShadow,
  rollMongoBack,
  serveMongoShadow,
  servedGeneration,
} from '../checkpoints/mongodb-shadow.ts';
import { createMongoSink } from '../checkpoints/mongodb-sink.ts';
import { createMongoCheckpoint, serverLease } from '../checkpoints/mongodb.ts';
import type { ServerLease } from '../checkpoints/mongodb.ts';
import { newestOf, schemaOf } from './documents.ts';
import type { Placed, Value } from './documents.ts';
import { following } from './following.ts';
import { furthest, stoppedAt, upTo } from './looking.ts';
import { createListedOf, endsOf, indexesOf, partsOf } from './mongodb-lists.ts';
import type { Listed, Part } from './mongodb-lists.ts';
import { sideBySide } from './side-by-side.ts';

/** How long a reader takes for granted what is served, in milliseconds. */
const POINTER_MS = 1_000;

/** The read models in a MongoDB, one collection for each generation of each; the connection stays its opener's. */
export const openMongoReadModels = (mongo: Mongo, lease: ServerLease = serverLease): ReadModels => {
  const reach = createReach('read models');
  return {
    open: (definition) =>
      reach(async () => {
        const { name } = definition;
        const wanted = { name, schema: schemaOf(definition), indexes: indexesOf(definition) };
        const generation = await openMongoGeneration(mongo, wanted);
        return servedOf({ mongo, reach, lease }, definition, generation);
      }),
    existing: (definition) =>
      reach(async () => {
        const generation = await servedGeneration(mongo, { name: definition.name, schema: schemaOf(definition) });
        return generation === undefined ? undefined : servedOf({ mongo, reach, lease }, definition, generation).model;
      }),
    shadow: (definition) => reach(() => openShadow({ mongo, reach, lease: atOnce }, definition)),
    rollBack: ({ name, ...definition }) =>
      reach(() => rollMongoBack(mongo, { name, schema: schemaOf({ name, ...definition }) })),
    close: () => reach.close(),
  };
};

/** The newer of two rebuilds takes over, and fences the other off. */
const atOnce: ServerLease = { leaseMs: 0 };

interface Parts {
  readonly mongo: Mongo;
  readonly reach: Reach;
  readonly lease: ServerLease;
}

const generationOf = <Doc>(
  { mongo, reach, lease }: Parts,
  definition: ReadModelDefinition<Doc>,
  place: Parameters<typeof createMongoCheckpoint>[1],
): OpenReadModel<Doc> => {
  const collection = mongo.db.collection<Listed<Doc>>(documentsName(mongo, place.name, place.generation));
  const checkpoint = createMongoCheckpoint(mongo, place, lease);
  const listed = createListedOf(definition);
  const storedOf = (writes: readonly Write<Doc>[]) => newestOf(writes).map(listed);
  return {
    model: modelOf(reach, definition, collection),
    sink: createMongoSink({ reach, collection, checkpoint, storedOf }),
  };
};

const servedOf = <Doc>(parts: Parts, definition: ReadModelDefinition<Doc>, generation: number): OpenReadModel<Doc> => {
  const served = { name: definition.name, schema: schemaOf(definition) };
  let known = generation;
  let asked = performance.now();
  const fresh = (): Promise<number> =>
    parts.reach(async () => {
      asked = performance.now();
      known = (await servedGeneration(parts.mongo, served)) ?? known;
      return known;
    });
  const recent = async () => (performance.now() - asked < POINTER_MS ? known : fresh());
  return following({ fresh, recent }, (n) => generationOf(parts, definition, { name: served.name, generation: n }));
};

const openShadow = async <Doc>(parts: Parts, definition: ReadModelDefinition<Doc>): Promise<Shadow<Doc>> => {
  const { mongo, reach } = parts;
  const { name } = definition;
  const served = { name, schema: schemaOf(definition) };
  const generation = await openMongoShadow(mongo, served);
  const shadow = { name, generation, indexes: indexesOf(definition) };
  const filled = generationOf(parts, definition, { name, generation, lease: 'shadow.' });
  return {
    ...filled,
    compare: async function* () {
      const now = await reach(() => servedGeneration(mongo, served));
      if (now === undefined) throw new NoSuchModel(name);
      const live = generationOf(parts, definition, { name, generation: now });
      yield* sideBySide(live.model.scan(), filled.model.scan());
    },
    list: (hold) => reach(() => listMongoShadow(mongo, shadow, hold)),
    serve: (hold, passed) => reach(() => serveMongoShadow(mongo, shadow, hold, passed)),
    discard: (hold) => reach(() => dropMongoShadow(mongo, shadow, hold)),
  };
};

/** Documents read at a time by a scan: a cursor does not outlive its server, a page is asked for again. */
const SCAN_PAGE = 500;

const modelOf = <Doc>(
  reach: Reach,
  definition: ReadModelDefinition<Doc>,
  collection: Collection<Listed<Doc>>,
): ReadModel<Doc> => {
  const page = (filter: Filter<Listed<Doc>>, limit: number) =>
    collection.find(filter, { projection: { by: 0 }, limit });
  const read = ({ filter, sort }: Part, limit: number, skip = 0): Promise<readonly Listed<Doc>[]> =>
    collection.find(filter as Filter<Listed<Doc>>, { limit, sort, skip }).toArray();
  return {
    get: (key) =>
      reach(async () => {
        const [found] = await page({ _id: key }, 1).toArray();
        return found === undefined ? undefined : { version: found.version, doc: found.doc };
      }),
    find: async (query) => {
      const { sort = definition.sort, limit } = query;
      const ends = endsOf(definition, query);
      return reach(async () => {
        const stops = await Promise.all(ends.map(({ part, skip }) => read(part, 1, skip)));
        const stop = furthest(
          sort,
          stops.map(([row]) => (row === undefined ? undefined : placedOf(row, sort))),
        );
        const parts = partsOf(definition, upTo(query, sort, stop));
        const pages = await Promise.all(parts.map((part) => read(part, limit)));
        const rows = pages.flat().map((row) => ({ ...writeOf<Doc>(row), ...placedOf(row, sort) }));
        return stoppedAt(rows, query, { sort, stop });
      });
    },
    scan: async function* () {
      let last: string | undefined = '';
      while (last !== undefined) {
        const after: string = last;
        const rows = await reach(() =>
          page({ _id: { $gt: after } }, SCAN_PAGE)
            .sort({ _id: 1 })
            .toArray(),
        );
        for (const { _id: key, version, doc } of rows) yield { key, version, json: JSON.stringify(doc) };
        last = rows.at(-1)?._id;
      }
    },
  };
};

const placedOf = <Doc>({ _id, by }: Listed<Doc>, sort: Sort): Placed => ({ sort: by[sort.field] as Value, key: _id });

const writeOf = <Doc>({ _id, version, doc }: { _id: string; version: number; doc: unknown }): Write<Doc> => ({
  key: _id,
  version,
  doc: doc as Doc,
});
