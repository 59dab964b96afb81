// How long what happens to an order takes to its readers, with MongoDB, Kafka, EventStoreDB's double and the service each
// a process of its own. The clock of an event begins when the store takes it. `readable`: the list of orders, as
// GET /v1/orders asks MongoDB for it, has the new order. `on Kafka`: a read-committed consumer has the message; every
// event of every order counts. Once orders are appended by somebody else (`--rate`), so that the service only reads them,
// with all its consumers; and once they are posted to it over HTTP (`--posted`), and it does everything.
import { EventStoreDBClient } from '@eventstore/db-client';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openMongo } from '../../src/infrastructure/checkpoints/mongodb-connection.ts';
import { openEventStoreDb } from '../../src/infrastructure/event-store/eventstoredb/open.ts';
import { openMongoReadModels } from '../../src/infrastructure/read-models/mongodb.ts';
import { ordersProjection } from '../../src/projections/orders.ts';
import { createClient, eventually } from '../end-to-end/client.ts';
import { end, prepareInstallation, startDouble, startSandboxProcess } from '../end-to-end/installation.ts';
import type { Installation, Servers } from '../end-to-end/installation.ts';
import { endAll } from '../end-to-end/process.ts';
import { startKafka } from '../servers/programs/kafka.ts';
import { startMongo } from '../servers/programs/mongodb.ts';
import { appendLife, createPosting, steadily } from './load.ts';
import { lifeOf } from './orders-to-come.ts';
import { appendedTo, watchKafka, watchList } from './readers.ts';
import type { Appended, Seen } from './readers.ts';
import { reportLatency, sizes } from './report.ts';

const { rate, posted, seconds, warmup } = sizes({ rate: 200, posted: 40, seconds: 10, warmup: 5 });
const NAMES = { database: 'latency', topicPrefix: 'latency' };
const TOPIC = `${NAMES.topicPrefix}.order-events.v1`;

const databaseOf = (mongoUri: string): string => {
  const uri = new URL(mongoUri);
  uri.pathname = `/${NAMES.database}`;
  return uri.href;
};

interface Load<T> {
  readonly tenant: string;
  /** Items a second. */
  readonly per: number;
  readonly items: readonly T[];
  readonly work: (item: T) => Promise<void>;
}

interface Run {
  readonly what: string;
  /** Milliseconds since 1970. */
  readonly from: number;
  readonly to: number;
}

const tell = ({ what, from, to }: Run, all: readonly Appended[], seen: { listed: Seen; relayed: Seen }): void => {
  const appended = all.filter(({ at }) => at >= from && at <= to);
  const after = (found: Seen, key: string, at: number): number => (found.get(key) ?? NaN) - at;
  const toList = appended.filter(({ isFirst }) => isFirst).map((first) => after(seen.listed, first.order, first.at));
  const toKafka = appended.map(({ id, at }) => after(seen.relayed, id, at));
  reportLatency(`append → readable in MongoDB, ${what}`, toList, 50);
  reportLatency(`append → on Kafka, ${what}`, toKafka, 100);
};

const measure = async (servers: Servers, installation: Installation): Promise<void> => {
  const service = await installation.start();
  const { call, order } = createClient(service);
  await eventually(
    () => call('GET', '/v1/catalog/products'),
    ({ status }) => status === 200,
  );
  const mongo = await openMongo(databaseOf(servers.mongoUri));
  const { model } = await openMongoReadModels(mongo).open(ordersProjection.definition);
  const store = await openEventStoreDb(servers.eventStoreUrl);
  const listed: Seen = new Map();
  const relayed: Seen = new Map();
  const completed = new Set<string>();
  const consumer = await watchKafka({ brokers: servers.kafkaBrokers.split(','), topic: TOPIC }, relayed, completed);
  const { post, refusals } = createPosting(order);
  let orders = 0;

  /** Works at a rate, and waits until all has been seen. */
  const run = async <T>({ tenant, per, items, work }: Load<T>): Promise<Run> => {
    const from = Date.now();
    const refused = refusals();
    const stop = new AbortController();
    const watching = watchList(model, tenant, listed, stop.signal);
    const took = await steadily(per, items, work);
    orders += items.length;
    await eventually(
      async () => [completed.size, listed.size],
      (seen) => seen.every((size) => size === orders),
      300_000,
    );
    stop.abort();
    await watching;
    const again = refusals() === refused ? '' : `, ${String(refusals() - refused)} times 503`;
    return { what: `${(items.length / took).toFixed(0)} of ${String(per)} orders/s${again}`, from, to: Date.now() };
  };
  const appending = (long: number) => {
    // The newest are seen first in the list.
    const items = Array.from({ length: rate * long }, (_, n) => lifeOf(orders + n));
    return run({ tenant: 'acme', per: rate, items, work: (life) => appendLife(store.events, life) });
  };
  const posting = (long: number) => {
    const items = Array.from({ length: posted * long }, (_, n) => `order ${String(orders + n)}`);
    return run({ tenant: 'shop', per: posted, items, work: post });
  };
  await appending(warmup);
  const read = await appending(seconds);
  await posting(warmup);
  const done = await posting(seconds);
  await Promise.all([consumer.disconnect(), service.kill('SIGTERM'), store.close()]);
  const reader = EventStoreDBClient.connectionString(servers.eventStoreUrl);
  const appended = await appendedTo(reader);
  tell({ ...read, what: `${read.what} appended` }, appended, { listed, relayed });
  tell({ ...done, what: `${done.what} posted to a service that does everything` }, appended, { listed, relayed });
  await Promise.all([mongo.close(), reader.dispose()]);
};

const folder = mkdtempSync(join(tmpdir(), 'voucher-orders-bench-'));
const [mongo, kafka] = await Promise.all([startMongo({ replicaSet: true }), startKafka()]);
const double = await startDouble(join(folder, 'events.log'));
const sandbox = await startSandboxProcess(join(folder, 'sandbox.sqlite'));
const servers: Servers = {
  eventStoreUrl: double.url,
  mongoUri: mongo.uri,
  kafkaBrokers: kafka.brokers.join(','),
  sandboxUrl: sandbox.url,
};
const unhindered = {
  LOG_LEVEL: 'error',
  AMILON_CREATES_PER_SECOND: '1000',
  AMILON_READS_PER_SECOND: '1000',
  FULFILMENT_CONCURRENCY: '64',
};
const installation = await prepareInstallation(servers, NAMES, unhindered);
try {
  await measure(servers, installation);
} finally {
  endAll();
  await Promise.all([end(double.child), end(sandbox.child), mongo.stop(), kafka.stop(), installation.remove()]);
  rmSync(folder, { recursive: true });
}
