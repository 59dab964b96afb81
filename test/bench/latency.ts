// How long what happens to an order takes to its readers, with everything at work: orders posted over HTTP at a steady
// rate to a service on MongoDB and Kafka, EventStoreDB's double and the sandbox, each a process of its own. The clock of
// an event begins when the store takes it. `readable`: the list of orders, as GET /v1/orders asks MongoDB for it, has
// the new order. `on Kafka`: a read-committed consumer has the message; every event of every order counts.
import { EventStoreDBClient } from '@eventstore/db-client';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { openMongo } from '../../src/infrastructure/checkpoints/mongodb-connection.ts';
import { openMongoReadModels } from '../../src/infrastructure/read-models/mongodb.ts';
import { ordersProjection } from '../../src/projections/orders.ts';
import { createClient, eventually } from '../end-to-end/client.ts';
import { end, prepareInstallation, startDouble, startSandboxProcess } from '../end-to-end/installation.ts';
import type { Installation, Servers } from '../end-to-end/installation.ts';
import { endAll } from '../end-to-end/process.ts';
import { startKafka } from '../servers/programs/kafka.ts';
import { startMongo } from '../servers/programs/mongodb.ts';
import { appendedTo, watchKafka, watchList } from './readers.ts';
import type { Appended, Seen } from './readers.ts';
import { reportLatency, sizes } from './report.ts';

const { rate, seconds, warmup } = sizes({ rate: 200, seconds: 10, warmup: 5 });
const NAMES = { database: 'latency', topicPrefix: 'latency' };
const TOPIC = `${NAMES.topicPrefix}.order-events.v1`;
const TENANT = 'shop';
const PAUSE_AFTER_REFUSAL_MS = 100;

const databaseOf = (mongoUri: string): string => {
  const uri = new URL(mongoUri);
  uri.pathname = `/${NAMES.database}`;
  return uri.href;
};

/** Idempotency keys, and how many of them are posted in a second. */
interface Keys {
  readonly rate: number;
  readonly keys: readonly string[];
}

const keysOf = (name: string, rate: number, seconds: number): Keys => {
  return { rate, keys: Array.from({ length: rate * seconds }, (_, n) => `${name} ${String(n)}`) };
};

const body = { lines: [{ productCode: 'FNAC_25_EUR', quantity: 1 }] };

interface Posted {
  readonly seconds: number;
  /** Answers that asked for the same again. */
  readonly refusals: number;
}

/** Posts at a rate, whatever becomes of the ones before, each until it is taken. */
const post = async (order: ReturnType<typeof createClient>['order'], keys: Keys): Promise<Posted> => {
  let refusals = 0;
  const place = async (key: string): Promise<void> => {
    for (;;) {
      const { status, text } = await order(key, body);
      if (status === 202) return;
      if (status !== 503) throw new Error(`${String(status)} ${text}`);
      refusals += 1;
      await pause(PAUSE_AFTER_REFUSAL_MS);
    }
  };
  const begun = performance.now();
  const answers: Promise<void>[] = [];
  for (const [n, key] of keys.keys.entries()) {
    const early = begun + (n * 1_000) / keys.rate - performance.now();
    if (early > 0) await pause(early);
    const answer = place(key);
    answer.catch(() => undefined); // Heard below.
    answers.push(answer);
  }
  await Promise.all(answers);
  return { seconds: (performance.now() - begun) / 1_000, refusals };
};

interface Run extends Keys, Posted {
  /** Milliseconds since 1970. */
  readonly from: number;
  readonly to: number;
}

const tell = (run: Run, all: readonly Appended[], { listed, relayed }: { listed: Seen; relayed: Seen }): void => {
  const appended = all.filter(({ at }) => at >= run.from && at <= run.to);
  const after = (seen: Seen, key: string, at: number): number => (seen.get(key) ?? NaN) - at;
  const refused = run.refusals === 0 ? '' : `, ${String(run.refusals)} times 503`;
  const did = `${(run.keys.length / run.seconds).toFixed(0)} of ${String(run.rate)} orders/s${refused}`;
  const toList = appended.filter(({ isFirst }) => isFirst).map((first) => after(listed, first.order, first.at));
  const toKafka = appended.map(({ id, at }) => after(relayed, id, at));
  reportLatency(`append → readable in MongoDB, ${did}`, toList, 50);
  reportLatency(`append → on Kafka, ${did}`, toKafka, 100);
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
  const store = EventStoreDBClient.connectionString(servers.eventStoreUrl);
  const listed: Seen = new Map();
  const relayed: Seen = new Map();
  const completed = new Set<string>();
  const stop = new AbortController();
  const consumer = await watchKafka({ brokers: servers.kafkaBrokers.split(','), topic: TOPIC }, relayed, completed);
  const watching = watchList(model, TENANT, listed, stop.signal);
  let orders = 0;
  /** Posts, and waits until all has been seen. */
  const run = async (keys: Keys): Promise<Run> => {
    const from = Date.now();
    const posted = await post(order, keys);
    orders += keys.keys.length;
    await eventually(
      async () => [completed.size, listed.size],
      (seen) => seen.every((size) => size === orders),
      300_000,
    );
    return { ...keys, ...posted, from, to: Date.now() };
  };

  await run(keysOf('warm-up', rate, warmup));
  const runs = [await run(keysOf('full', rate, seconds)), await run(keysOf('quarter', rate / 4, seconds))];
  stop.abort();
  await Promise.all([watching, consumer.disconnect(), service.kill('SIGTERM')]);
  const appended = await appendedTo(store);
  for (const one of runs) tell(one, appended, { listed, relayed });
  await Promise.all([mongo.close(), store.dispose()]);
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
