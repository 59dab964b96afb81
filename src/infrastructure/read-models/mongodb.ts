import type { Collection, Filter } from 'mongodb';
import type { ReadModel, ReadModelDefinition, ReadModels, Write } from '../../application/ports/read-models.ts';
import { createReach } from '../checkpoints/mongodb-connection.ts';
import type { Mongo, Reach } from '../checkpoints/mongodb-connection.ts';
import { documentsName, openMongoGeneration } from '../checkpoints/mongodb-generations.ts';
import { createMongoSink } from '../checkpoints/mongodb-sink.ts';
import { createMongoCheckpoint, serverLease } from '../checkpoints/mongodb.ts';
import type { ServerLease } from '../checkpoints/mongodb.ts';
import { newestOf, schemaOf } from './documents.ts';
import type { Value } from './documents.ts';
import { indexesOf, listedOf, partsOf } from './mongodb-lists.ts';
import type { Listed, Part } from './mongodb-lists.ts';

/** The read models in a MongoDB, one collection for each generation of each; the connection stays its opener's. */
export const openMongoReadModels = (mongo: Mongo, lease: ServerLease = serverLease): ReadModels => {
  const reach = createReach('read models');
  return {
    open: <Doc>(definition: ReadModelDefinition<Doc>) =>
      reach(async () => {
        const { name } = definition;
        const wanted = { name, schema: schemaOf(definition), indexes: indexesOf(definition) };
        const generation = await openMongoGeneration(mongo, wanted);
        const collection = mongo.db.collection<Listed<Doc>>(documentsName(mongo, name, generation));
        const checkpoint = createMongoCheckpoint(mongo, { name, generation }, lease);
        const storedOf = (writes: readonly Write<Doc>[]) =>
          newestOf(writes).map((write) => listedOf(definition, write));
        return {
          model: modelOf(reach, definition, collection),
          sink: createMongoSink({ reach, collection, checkpoint, storedOf }),
        };
      }),
    close: () => reach.close(),
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
  const read = ({ filter, sort }: Part, limit: number): Promise<readonly Listed<Doc>[]> =>
    collection.find(filter as Filter<Listed<Doc>>, { limit, sort }).toArray();
  return {
    get: (key) =>
      reach(async () => {
        const [found] = await page({ _id: key }, 1).toArray();
        return found === undefined ? undefined : { version: found.version, doc: found.doc };
      }),
    find: async (query) => {
      const { sort = definition.sort, limit } = query;
      const parts = partsOf(definition, query);
      return reach(async () => {
        const pages = await Promise.all(parts.map((part) => read(part, limit)));
        return pages
          .flat()
          .slice(0, limit)
          .map((row) => ({ ...writeOf<Doc>(row), sort: row.by[sort.field] as Value }));
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
        for (const row of rows) yield writeOf<Doc>(row);
        last = rows.at(-1)?._id;
      }
    },
  };
};

const writeOf = <Doc>({ _id, version, doc }: { _id: string; version: number; doc: unknown }): Write<Doc> => ({
  key: _id,
  version,
  doc: doc as Doc,
});
