import { afterAll, describe, expect, it, jest } from '@jest/globals';
import { Kafka, logLevel } from 'kafkajs';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { noOrder } from '../../src/domain/order/state.ts';
import { evolve } from '../../src/domain/order/evolve.ts';
import type { OrderEvent } from '../../src/domain/order/events.ts';
import { openMongo } from '../../src/infrastructure/checkpoints/mongodb-connection.ts';
import { createCodec } from '../../src/infrastructure/codec/codec.ts';
import { openEventStoreDb } from '../../src/infrastructure/event-store/eventstoredb/open.ts';
import { openMongoReadModels } from '../../src/infrastructure/read-models/mongodb.ts';
import { loadStream } from '../../src/application/command-handling.ts';
import { orderStream } from '../../src/application/orders.ts';
import type { OrderId } from '../../src/domain/shared/ids.ts';
import { ordersProjection } from '../../src/projections/orders.ts';
import { consoleConsumer } from '../servers/programs/console-consumer.ts';
import { committed } from '../support/kafka-reader.ts';
import { createClient, eventually } from './client.ts';
import type { Answer } from './client.ts';
import { end, prepareInstallation, startDouble, startSandboxProcess } from './installation.ts';
import type { Listening } from './installation.ts';
import { endAll, temporaryFolder } from './process.ts';
import type { ServiceProcess } from './process.ts';

/** Larger by hand: `CHAOS_ORDERS=2000 CHAOS_SECONDS=120 npm run test:servers -- chaos`. */
const ORDERS = Number(process.env['CHAOS_ORDERS'] ?? 150);
const SECONDS = Number(process.env['CHAOS_SECONDS'] ?? 15);

jest.setTimeout((SECONDS + 240) * 1_000);

const given = (name: string): string => {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set: run this by npm run test:servers`);
  return value;
};

const say = (text: string): void => void process.stderr.write(`chaos: ${text}\n`);

/** Two instances; whichever is asked for is one that runs. */
const createPair = async (start: () => Promise<ServiceProcess>) => {
  const running: ServiceProcess[] = [await start(), await start()];
  return {
    any: () => running[Math.floor(Math.random() * running.length)] ?? running[0],
    /** Kills one at a random place and starts another. */
    replaceOne: async (): Promise<void> => {
      const [victim] = running.splice(Math.floor(Math.random() * running.length), 1);
      await victim?.kill('SIGKILL');
      running.push(await start());
    },
    stop: () => Promise.all(running.map((service) => service.kill('SIGTERM'))),
  };
};

/** What a client does: the same key and body again until there is an answer. */
const orderUntilAnswered = async (
  anyone: () => ServiceProcess | undefined,
  key: string,
  credential: string,
): Promise<Answer> => {
  const body = { lines: [{ productCode: 'FNAC_25_EUR', quantity: 1 }] };
  for (;;) {
    const service = anyone();
    const answer =
      service === undefined
        ? undefined
        : await createClient({ url: service.url, key: credential })
            .order(key, body)
            .catch(() => undefined);
    if (answer !== undefined && answer.status < 300) return answer;
    await pause(200);
  }
};

const sequencesOf = (messages: readonly { readonly id: string; readonly sequence: number }[]) => {
  const seen = new Map<string, number[]>();
  for (const { id, sequence } of messages) seen.set(id, [...(seen.get(id) ?? []), sequence]);
  return seen;
};

describe('two instances on real servers, killed again and again', () => {
  const children: Listening[] = [];
  afterAll(async () => {
    endAll();
    await Promise.all(children.map(({ child }) => end(child, 'SIGKILL')));
  });

  it(`buy each of ${String(ORDERS)} orders once, and tell Kafka and MongoDB exactly what happened`, async () => {
    const folder = await temporaryFolder();
    const names = { database: `chaos_${String(process.pid)}`, topicPrefix: `chaos-${String(process.pid)}` };
    const double = await startDouble(path.join(folder.dir, 'eventstore.log'));
    const sandbox = await startSandboxProcess(path.join(folder.dir, 'sandbox.sqlite'));
    children.push(double, sandbox);
    const servers = {
      eventStoreUrl: double.url,
      mongoUri: given('TEST_MONGODB_URI'),
      kafkaBrokers: given('TEST_KAFKA_BROKERS'),
      sandboxUrl: sandbox.url,
    };
    const installation = await prepareInstallation(servers, names, {
      LOG_LEVEL: 'error',
      AMILON_CREATES_PER_SECOND: '200',
      AMILON_READS_PER_SECOND: '400',
    });
    const { key } = installation;
    const pair = await createPair(() => installation.start());
    const client = () => createClient({ url: pair.any()?.url ?? 'http://127.0.0.1:1', key });
    await eventually(
      () =>
        client()
          .call('GET', '/v1/catalog/products')
          .catch(() => undefined),
      (answer) => answer?.status === 200,
      60_000,
    );

    say('orders are sent while instances die');
    const began = performance.now();
    const keys = Array.from({ length: ORDERS }, (_, index) => `chaos ${String(index)}`);
    const answers: Answer[] = [];
    const queue = [...keys];
    const sending = Promise.all(
      Array.from({ length: 8 }, async () => {
        for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
          answers.push(await orderUntilAnswered(() => pair.any(), next, key));
          await pause((SECONDS * 1_000 * 8) / ORDERS / 2);
        }
      }),
    );
    let kills = 0;
    while (performance.now() - began < SECONDS * 1_000) {
      await pause(1_000 + Math.random() * 3_000);
      await pair.replaceOne();
      kills += 1;
    }
    await sending;
    say(`${String(answers.length)} orders taken, ${String(kills)} instances killed`);

    const ids = [...new Set(answers.map(({ body }) => String(body['id'])))];
    expect(ids).toHaveLength(ORDERS);
    const statusOf = async (id: string): Promise<string> => {
      const answer = await client()
        .call('GET', `/v1/orders/${id}`)
        .catch(() => undefined);
      return String(answer?.body['status']);
    };
    for (const id of ids) {
      await eventually(
        () => statusOf(id),
        (status) => status === 'completed',
        180_000,
      );
    }
    say(`all completed ${((performance.now() - began) / 1_000).toFixed(1)} s after the first was sent`);

    const purchases = (await (await fetch(new URL('/_sandbox/purchases', sandbox.url))).json()) as readonly {
      readonly bought: number;
    }[];
    expect(purchases.map(({ bought }) => bought)).toEqual(ids.map(() => 1));

    // MongoDB equals the fold.
    const uri = new URL(servers.mongoUri);
    uri.pathname = `/${names.database}`;
    const mongo = await openMongo(uri.href);
    const { model } = await openMongoReadModels(mongo).open(ordersProjection.definition);
    const store = await openEventStoreDb(double.url);
    const fold = { initial: noOrder, evolve: (state: typeof noOrder, event: OrderEvent) => evolve(state, event) };
    const versions = new Map<string, number>();
    for (const id of ids) {
      const loaded = await loadStream({ store: store.events, codec: createCodec() }, orderStream(id as OrderId), fold);
      versions.set(id, loaded.version);
      await eventually(
        () => model.get(id),
        (document) => document?.version === loaded.version && isDeepStrictEqual(document.doc.order, loaded.state),
      );
    }
    await store.close();
    await mongo.close();

    // Kafka's own consumer, read-committed: each order's events once, in order, without a gap.
    const expected = [...versions.values()].reduce((a, b) => a + b, 0);
    const records = await consoleConsumer({
      brokers: servers.kafkaBrokers.split(','),
      topic: `${names.topicPrefix}.order-events.v1`,
      atMost: expected + 100,
      quietMs: 8_000,
    });
    const byConsole = sequencesOf(
      records.map(({ key: id, headers }) => ({ id, sequence: Number(/ce_sequence:(\d+)/.exec(headers)?.[1]) })),
    );
    const reader = new Kafka({ brokers: servers.kafkaBrokers.split(','), logLevel: logLevel.NOTHING });
    const messages = await committed(reader, `${names.topicPrefix}.order-events.v1`);
    const byKafkajs = sequencesOf(
      messages.map(({ key: id, headers }) => ({ id: String(id), sequence: Number(headers?.['ce_sequence']) })),
    );
    for (const [id, version] of versions) {
      const all = Array.from({ length: version }, (_, index) => index + 1);
      expect([id, byConsole.get(id), byKafkajs.get(id)]).toEqual([id, all, all]);
    }
    say(`${String(records.length)} messages, each once and in order`);

    await pair.stop();
    await installation.remove();
    await folder.remove();
  });
});
