import { applyBatch } from '../../src/application/consumer-batch.ts';
import { createCatalogueHistory } from '../../src/application/catalog/history.ts';
import type { QueryDeps } from '../../src/application/catalog/opened.ts';
import { applyRules, syncCategories, syncContract } from '../../src/application/catalog/small-syncs.ts';
import { syncCatalogue } from '../../src/application/catalog/sync-catalogue.ts';
import type { Owner } from '../../src/application/ports/consumers.ts';
import type { StoreId } from '../../src/application/ports/event-store.ts';
import type { OpenReadModel } from '../../src/application/ports/read-models.ts';
import { pastModel } from '../../src/infrastructure/composition/past-models.ts';
import { createMemoryEventStore } from '../../src/infrastructure/event-store/memory.ts';
import { createMemoryReadModels } from '../../src/infrastructure/read-models/memory.ts';
import { categoriesProjection } from '../../src/projections/categories.ts';
import { contractProjection } from '../../src/projections/contract.ts';
import { merchantsProjection } from '../../src/projections/merchants.ts';
import { productsProjection } from '../../src/projections/products.ts';
import { projectionConsumer } from '../../src/projections/projection.ts';
import type { Projection } from '../../src/projections/projection.ts';
import { ptPT, rules } from './fixtures.ts';
import { world } from './world.ts';
import type { World } from './world.ts';

export interface ReadSide {
  readonly world: World;
  readonly queries: QueryDeps;
  /** Syncs everything of pt-PT and projects what came of it. */
  sync(): Promise<void>;
  /** Every document of every model, by the model's name. */
  documents(): Promise<{ readonly [model: string]: readonly { readonly key: string; readonly doc: unknown }[] }>;
}

/** The catalogue with its read models, fed as in production. */
export const readSide = async (): Promise<ReadSide> => {
  const store = createMemoryEventStore();
  const feed = store.feed('store-1' as StoreId);
  const w = world(store.events);
  const models = createMemoryReadModels();
  const products = await models.open(productsProjection.definition);
  const merchants = await models.open(merchantsProjection.definition);
  const categories = await models.open(categoriesProjection.definition);
  const contract = await models.open(contractProjection.definition);

  const project = async <Doc>(projection: Projection<Doc>, { sink }: OpenReadModel<Doc>): Promise<void> => {
    const hold = await sink.hold('test' as Owner);
    if (hold === 'held') throw new Error('held');
    const batch = await feed.read(hold.progress.at, 1000);
    const consumer = projectionConsumer(projection);
    const { out, next } = await applyBatch(
      { codec: w.deps.codec, log: w.deps.log, consumer, sink, hold },
      hold.progress,
      batch,
    );
    await sink.keep(hold, next, out);
    await sink.release(hold);
  };

  return {
    world: w,
    queries: {
      catalogue: w.deps.catalogue,
      history: createCatalogueHistory({
        ...w.deps,
        products: pastModel(productsProjection),
        merchants: pastModel(merchantsProjection),
      }),
      clock: w.clock,
      products: products.model,
      merchants: merchants.model,
    },
    sync: async () => {
      await applyRules(w.deps)(rules);
      await syncContract(w.deps)();
      await syncCategories(w.deps)();
      await syncCatalogue(w.deps)(ptPT, 'on_demand');
      await project(productsProjection, products);
      await project(merchantsProjection, merchants);
      await project(categoriesProjection, categories);
      await project(contractProjection, contract);
    },
    documents: async () => ({
      products: await scan(products),
      merchants: await scan(merchants),
      categories: await scan(categories),
      contract: await scan(contract),
    }),
  };
};

const scan = async <Doc>({ model }: OpenReadModel<Doc>) => {
  const found: { readonly key: string; readonly doc: unknown }[] = [];
  for await (const { key, json } of model.scan()) found.push({ key, doc: JSON.parse(json) as Doc });
  return found;
};
