// Projection of order events into MongoDB (the consumer's whole work on a batch: decode, load, evolve, write guarded,
// checkpoint) beside a raw `bulkWrite` of the same documents into a collection with the same indexes, same durability.
import { applyBatch } from '../../src/application/consumer-batch.ts';
import { noProgress } from '../../src/application/ports/consumers.ts';
import type { Owner } from '../../src/application/ports/consumers.ts';
import type { Position, Recorded } from '../../src/application/ports/event-store.ts';
import type { OrderDocument } from '../../src/application/ports/order-documents.ts';
import type { Write } from '../../src/application/ports/read-models.ts';
import { openMongo } from '../../src/infrastructure/checkpoints/mongodb-connection.ts';
import type { Mongo } from '../../src/infrastructure/checkpoints/mongodb-connection.ts';
import { createCodec } from '../../src/infrastructure/codec/codec.ts';
import { newestOf } from '../../src/infrastructure/read-models/documents.ts';
import { createListedOf, indexesOf } from '../../src/infrastructure/read-models/mongodb-lists.ts';
import type { Listed } from '../../src/infrastructure/read-models/mongodb-lists.ts';
import { openMongoReadModels } from '../../src/infrastructure/read-models/mongodb.ts';
import { ordersProjection } from '../../src/projections/orders.ts';
import { projectionConsumer } from '../../src/projections/projection.ts';
import { startMongo } from '../servers/programs/mongodb.ts';
import { EVENTS_PER_ORDER, eventsOfOrder } from '../support/order-life.ts';
import { noLog } from '../support/no-log.ts';
import { measureReadable } from './readable.ts';
import { reportThroughput } from './report.ts';

const ORDERS = 4_000;
const BATCH = 500;
/** Orders under way at once: an order's next event comes this many events later. */
const UNDER_WAY = 300;
const ROUNDS = 5;

const codec = createCodec();

/** The lives of all orders, each begun a little after the one before. */
const interleaved = (): readonly Recorded[] =>
  Array.from({ length: ORDERS }, (_, n) =>
    eventsOfOrder().map((event, index) => ({
      recorded: { ...event, position: 'bench:1' as Position },
      when: n * EVENTS_PER_ORDER + index * UNDER_WAY,
    })),
  )
    .flat()
    .toSorted((a, b) => a.when - b.when)
    .map(({ recorded }) => recorded);

const batchesOf = (events: readonly Recorded[]): readonly (readonly Recorded[])[] =>
  Array.from({ length: Math.ceil(events.length / BATCH) }, (_, n) => events.slice(n * BATCH, (n + 1) * BATCH));

type Writes = readonly Write<OrderDocument>[];

/** Projects one batch after another, and answers what each wrote. */
const openProjection = async (mongo: Mongo) => {
  const { sink } = await openMongoReadModels(mongo).open(ordersProjection.definition);
  const consumer = projectionConsumer(ordersProjection);
  const hold = await sink.hold('bench' as Owner);
  if (hold === 'held') throw new Error('another owner has the consumer');
  let progress = noProgress;
  let n = 0;
  return async (events: readonly Recorded[]): Promise<Writes> => {
    const batch = { events, to: `bench:${String((n += 1))}` as Position, atHead: false };
    const { out, next } = await applyBatch({ codec, log: noLog, consumer, sink, hold }, progress, batch);
    if ((await sink.keep(hold, next, out)) !== 'kept') throw new Error('fenced off');
    progress = next;
    return out;
  };
};

/** Prepares the same documents for the driver's `bulkWrite`, which nothing guards. */
const openRaw = async ({ db, prefix }: Mongo) => {
  const collection = db.collection<Listed<OrderDocument>>(`${prefix}raw`);
  await collection.createIndexes([...indexesOf(ordersProjection.definition)]);
  const listedOf = createListedOf(ordersProjection.definition);
  const seen = new Set<string>();
  return (writes: Writes) => {
    const operations = newestOf(writes).map((write) => {
      const document = listedOf(write);
      const fresh = !seen.has(document._id);
      seen.add(document._id);
      const operation = fresh
        ? { insertOne: { document } }
        : { replaceOne: { filter: { _id: document._id }, replacement: document } };
      return operation;
    });
    return async () => collection.bulkWrite(operations, { ordered: false });
  };
};

const timed = async <T>(work: () => Promise<T>): Promise<{ ms: number; result: T }> => {
  const begun = performance.now();
  const result = await work();
  return { ms: performance.now() - begun, result };
};

/** Batch by batch in turn, so that whatever else the machine does meets both alike. */
const measure = async (what: string, mongo: Mongo, batches: readonly (readonly Recorded[])[]): Promise<void> => {
  const total = { projected: 0, raw: 0, events: 0 };
  for (let round = 0; round < ROUNDS; round += 1) {
    const part = { ...mongo, prefix: `round_${String(round)}_` };
    const project = await openProjection(part);
    const prepare = await openRaw(part);
    for (const events of batches) {
      const projected = await timed(() => project(events));
      const raw = await timed(prepare(projected.result));
      total.projected += projected.ms;
      total.raw += raw.ms;
      total.events += events.length;
    }
    await mongo.db.dropDatabase();
  }
  reportThroughput({
    what: `projection into MongoDB (${what}) / raw bulkWrite`,
    unit: 'events',
    ours: (1_000 * total.events) / total.projected,
    baseline: (1_000 * total.events) / total.raw,
    aim: 70,
  });
};

const batches = batchesOf(interleaved());
for (const replicaSet of [false, true]) {
  const server = await startMongo({ replicaSet });
  const mongo = await openMongo(server.uri);
  const what = replicaSet ? 'replica set' : 'standalone';
  try {
    await measureReadable(what, mongo);
    await measure(what, mongo, batches);
  } finally {
    await mongo.close();
    await server.stop();
  }
}
