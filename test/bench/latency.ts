// How long what happens to an order takes to its readers. The clock of an event begins when the store takes it.
// `readable`: the list of orders, as GET /v1/orders asks MongoDB for it, has the new order. `on Kafka`: a read-committed
// consumer has the message; every event of every order counts. All run as processes of their own: EventStoreDB's double,
// what is measured, and a service. First orders are appended by another than the service (`--rate`), which follows them
// with all its consumers: once with MongoDB, once with Kafka; before each a bare client follows them that hands the same
// events on (raw-follower.ts), on such servers and under the same load. Then they are posted to it over HTTP
// (`--posted`), and it does everything, with both. What is measured (`--seconds`) comes after a warm-up (`--warmup`): a
// service is started seldom.
import { EventStoreDBClient } from '@eventstore/db-client';
import { openMongo } from '../../src/infrastructure/checkpoints/mongodb-connection.ts';
import { openEventStoreDb } from '../../src/infrastructure/event-store/eventstoredb/open.ts';
import { openMongoReadModels } from '../../src/infrastructure/read-models/mongodb.ts';
import { ordersProjection } from '../../src/projections/orders.ts';
import { createClient, eventually } from '../end-to-end/client.ts';
import { databaseOf } from '../end-to-end/installation.ts';
import type { Servers } from '../end-to-end/installation.ts';
import { endAll } from '../end-to-end/process.ts';
import type { ServiceProcess } from '../end-to-end/process.ts';
import { names, startBareClient, startServers, startService, topic } from './latency-processes.ts';
import { appendLife, createPosting, steadily } from './load.ts';
import { lifeOf } from './orders-to-come.ts';
import { appendedTo, watchKafka, watchList } from './readers.ts';
import type { Appended, Seen } from './readers.ts';
import { reportLatency, reportPages, sizes } from './report.ts';

const { rate, posted, seconds, warmup } = sizes({ rate: 200, posted: 20, seconds: 10, warmup: 20 });

/** What makes orders, whose they are, and how many of them a second. */
interface Load {
  readonly what: string;
  readonly tenant: string;
  /** Works so many seconds, and tells how many orders a second it came to. */
  run(long: number): Promise<{ readonly orders: number; readonly did: string }>;
}

const appending = (store: Awaited<ReturnType<typeof openEventStoreDb>>): Load => {
  let begun = 0;
  return {
    what: 'orders/s appended',
    tenant: 'acme',
    run: async (long) => {
      const numbers = Array.from({ length: rate * long }, (_, n) => begun + n);
      begun += numbers.length; // The newest are seen first in the list.
      // Made one by one: all at once they would hold up whoever watches, and then his garbage collector.
      const took = await steadily(rate, numbers, (n) => appendLife(store.events, lifeOf(n)));
      return { orders: numbers.length, did: `${(numbers.length / took).toFixed(0)} of ${String(rate)}` };
    },
  };
};

const posting = (service: ServiceProcess): Load => {
  const { post, refusals } = createPosting(createClient(service).order);
  let begun = 0;
  return {
    what: 'orders/s posted to a service that does everything',
    tenant: 'shop',
    run: async (long) => {
      const refused = refusals();
      const keys = Array.from({ length: posted * long }, (_, n) => `order ${String(begun + n)}`);
      begun += keys.length;
      const took = await steadily(posted, keys, post);
      const again = refusals() === refused ? '' : `${String(refusals() - refused)} times 503, `;
      return { orders: keys.length, did: `${again}${(keys.length / took).toFixed(0)} of ${String(posted)}` };
    },
  };
};

/** One kind of reader: what it has seen, by order or by event, and how many orders it has seen to the end. */
interface Reader {
  readonly what: string;
  /** The longest p99 that is wanted, in milliseconds. */
  readonly aim: number;
  readonly orders: () => number;
  /** Milliseconds that each took. */
  readonly taken: (appended: readonly Appended[]) => readonly number[];
  stop(): Promise<void>;
}

const after = (seen: Seen, key: string, at: number): number => (seen.get(key) ?? NaN) - at;

const readList = async (mongoUri: string, tenant: string): Promise<Reader> => {
  const mongo = await openMongo(databaseOf(mongoUri, names.database));
  const { model } = await openMongoReadModels(mongo).open(ordersProjection.definition);
  const seen: Seen = new Map();
  const stop = new AbortController();
  const watching = watchList(model, tenant, seen, stop.signal);
  return {
    what: 'append → readable in MongoDB',
    aim: 50,
    orders: () => seen.size,
    taken: (appended) => appended.filter(({ isFirst }) => isFirst).map((first) => after(seen, first.order, first.at)),
    stop: async () => {
      stop.abort();
      await watching;
      await mongo.close();
    },
  };
};

const readKafka = async (kafkaBrokers: string): Promise<Reader> => {
  const seen: Seen = new Map();
  const completed = new Set<string>();
  const consumer = await watchKafka({ brokers: kafkaBrokers.split(','), topic }, seen, completed);
  return {
    what: 'append → on Kafka',
    aim: 100,
    orders: () => completed.size,
    taken: (appended) => appended.map(({ id, at }) => after(seen, id, at)),
    stop: () => consumer.disconnect(),
  };
};

interface Setting {
  readonly mongodb: boolean;
  readonly kafka: boolean;
  readonly load: 'appended' | 'posted';
  /** Who follows the events. */
  readonly by: 'service' | 'bare client';
}

const readersOf = async ({ mongoUri, kafkaBrokers }: Servers, tenant: string): Promise<readonly Reader[]> => [
  ...(mongoUri === undefined ? [] : [await readList(mongoUri, tenant)]),
  ...(kafkaBrokers === undefined ? [] : [await readKafka(kafkaBrokers)]),
];

interface Reading extends Pick<Reader, 'what' | 'aim'> {
  readonly load: string;
  readonly taken: readonly number[];
}

const loadOf = async ({ load, by }: Setting, servers: Servers, started: AsyncDisposableStack): Promise<Load> => {
  const store = await openEventStoreDb(servers.eventStoreUrl);
  started.defer(() => store.close());
  if (by === 'service') {
    const service = await startService(servers, started);
    return load === 'posted' ? posting(service) : appending(store);
  }
  await startBareClient(servers, started);
  return appending(store);
};

const measure = async (setting: Setting): Promise<readonly Reading[]> => {
  await using started = new AsyncDisposableStack();
  const servers = await startServers(setting, started);
  const load = await loadOf(setting, servers, started);
  const readers = await readersOf(servers, load.tenant);
  let orders = 0;
  const run = async (long: number): Promise<string> => {
    const ran = await load.run(long);
    orders += ran.orders;
    await eventually(
      async () => readers.map((reader) => reader.orders()),
      (seen) => seen.every((many) => many === orders),
      300_000,
    );
    return ran.did;
  };
  await run(warmup);
  const from = Date.now();
  const did = await run(seconds);
  await Promise.all(readers.map((reader) => reader.stop()));
  const log = EventStoreDBClient.connectionString(servers.eventStoreUrl);
  started.defer(() => log.dispose());
  const appended = (await appendedTo(log)).filter(({ at }) => at >= from);
  return readers.map(({ what, aim, taken }) => ({
    what,
    aim,
    load: `${did} ${load.what}`,
    taken: taken(appended),
  }));
};

try {
  for (const servers of [
    { mongodb: true, kafka: false },
    { mongodb: false, kafka: true },
  ]) {
    const [raw] = await measure({ ...servers, load: 'appended', by: 'bare client' });
    for (const { what, load, taken, aim } of await measure({ ...servers, load: 'appended', by: 'service' })) {
      reportPages({ what: `${what} / bare client, ${load}`, ours: taken, baseline: raw?.taken ?? [], aim });
    }
  }
  for (const reading of await measure({ mongodb: true, kafka: true, load: 'posted', by: 'service' })) {
    reportLatency(`${reading.what}, ${reading.load}`, reading.taken, reading.aim);
  }
} finally {
  endAll();
}
