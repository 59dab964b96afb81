// The processes among which latency is measured.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openKafka } from '../../src/infrastructure/kafka/open-kafka.ts';
import { createClient, eventually } from '../end-to-end/client.ts';
import {
  databaseOf,
  end,
  prepareInstallation,
  startDouble,
  startSandboxProcess,
  whenItSays,
} from '../end-to-end/installation.ts';
import type { Servers } from '../end-to-end/installation.ts';
import type { ServiceProcess } from '../end-to-end/process.ts';
import { startKafka } from '../servers/programs/kafka.ts';
import { startMongo } from '../servers/programs/mongodb.ts';
import { noLog } from '../support/no-log.ts';

export const names = { database: 'latency', topicPrefix: 'latency' };
export const topic = `${names.topicPrefix}.order-events.v1`;

const unhindered = {
  LOG_LEVEL: 'error',
  AMILON_CREATES_PER_SECOND: '1000',
  AMILON_READS_PER_SECOND: '1000',
  FULFILMENT_CONCURRENCY: '64',
};

/** What MongoDB takes by itself on a machine with 9 GB. With an eighth of it, it writes pages out every second. */
const SERVER_CACHE_GB = 4;

/** Starts the servers that a setting asks for; all ends with `started`. */
export const startServers = async (
  { mongodb, kafka }: { readonly mongodb: boolean; readonly kafka: boolean },
  started: AsyncDisposableStack,
): Promise<Servers> => {
  const folder = mkdtempSync(join(tmpdir(), 'voucher-orders-bench-'));
  started.defer(() => rmSync(folder, { recursive: true }));
  const mongo = mongodb ? await startMongo({ replicaSet: true, cacheGb: SERVER_CACHE_GB }) : undefined;
  started.defer(() => mongo?.stop());
  const broker = kafka ? await startKafka() : undefined;
  started.defer(() => broker?.stop());
  const double = await startDouble(join(folder, 'events.log'));
  started.defer(() => end(double.child));
  const sandbox = await startSandboxProcess(join(folder, 'sandbox.sqlite'));
  started.defer(() => end(sandbox.child));
  return {
    eventStoreUrl: double.url,
    sandboxUrl: sandbox.url,
    ...(mongo !== undefined && { mongoUri: mongo.uri }),
    ...(broker !== undefined && { kafkaBrokers: broker.brokers.join(',') }),
  };
};

export const startService = async (servers: Servers, started: AsyncDisposableStack): Promise<ServiceProcess> => {
  const installation = await prepareInstallation(servers, names, unhindered);
  started.defer(() => installation.remove());
  const service = await installation.start();
  started.defer(async () => {
    await service.kill('SIGTERM');
  });
  await eventually(
    () => createClient(service).call('GET', '/v1/catalog/products'),
    ({ status }) => status === 200,
  );
  return service;
};

/** On the same collection with its indexes, or on the same topics. */
export const startBareClient = async (
  { eventStoreUrl, mongoUri, kafkaBrokers }: Servers,
  started: AsyncDisposableStack,
): Promise<void> => {
  const to =
    mongoUri === undefined
      ? ['--kafka', kafkaBrokers ?? '', '--topic', topic]
      : ['--mongodb', databaseOf(mongoUri, names.database), '--collection', 'orders_g1'];
  if (kafkaBrokers !== undefined) {
    const brokers = kafkaBrokers.split(',');
    await openKafka({ brokers, clientId: 'bench', topicPrefix: names.topicPrefix, log: noLog });
  }
  const program = new URL('raw-follower.ts', import.meta.url).pathname;
  const follower = await whenItSays(
    spawn(process.execPath, ['--disable-warning=ExperimentalWarning', program, '--events', eventStoreUrl, ...to]),
    /follows/,
  );
  started.defer(() => end(follower.child));
};
