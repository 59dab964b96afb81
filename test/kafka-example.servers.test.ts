import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, describe, expect, it } from '@jest/globals';
import { type Admin, Partitioners } from 'kafkajs';
import type { Owner } from '../src/application/ports/consumers.ts';
import type { PublicMessage } from '../src/application/public-messages/message.ts';
import type { Position } from '../src/application/ports/event-store.ts';
import type { OpenKafka } from '../src/infrastructure/kafka/open-kafka.ts';
import { recordOf } from '../src/infrastructure/kafka/record.ts';
import { createKafkaSink } from '../src/infrastructure/kafka/sink.ts';
import { given } from './servers/given.ts';
import { until } from './servers/programs/server-process.ts';
import { freshKafkas, testMessage, testStore } from './support/kafka-sinks.ts';
import { scratchFiles } from './support/scratch.ts';

const brokers = (): string => given('TEST_KAFKA_BROKERS');
const fresh = freshKafkas(() => brokers().split(','));
const scratch = scratchFiles();
const program = join(import.meta.dirname, '../examples/consumer/consumer.ts');

const quiet = ['--disable-warning=ExperimentalWarning', '--disable-warning=TimeoutNegativeWarning'];

const VERSIONS = 300;
const orders = ['order-1', 'order-2', 'order-3'];
const history: readonly PublicMessage[] = Array.from({ length: VERSIONS }, (_, n) =>
  orders.map((order) => ({ ...testMessage('example', { order, version: n + 1 }), data: { status: 'pending' } })),
).flat();

/** Whether every partition that was written to has the marker that ends the history's transaction. */
const marked = async (admin: Admin, topic: string): Promise<boolean> => {
  const ends = (await admin.fetchTopicOffsets(topic)).map(({ high }) => Number(high)).filter((high) => high > 0);
  return ends.reduce((sum, high) => sum + high, 0) === history.length + ends.length;
};

/** Relays the whole history; then sends its first messages again, as no relay would. */
const told = async (kafka: OpenKafka, admin: Admin): Promise<void> => {
  const sink = createKafkaSink(kafka, { consumer: 'kafka-relay', storeId: testStore });
  const hold = await sink.hold('owner' as Owner);
  if (hold === 'held') throw new Error('another owner has the relay');
  await sink.keep(hold, { ...hold.progress, at: 'position-1' as Position }, history);
  await sink.close();
  // It is written after the commit was answered, and would stand behind what is sent next: nobody is given it.
  await until(() => marked(admin, kafka.topics.messages.order), AbortSignal.timeout(10_000));
  const producer = kafka.client.producer({ createPartitioner: Partitioners.DefaultPartitioner });
  await producer.connect();
  await producer.send({ topic: kafka.topics.messages.order, messages: history.slice(0, 30).map(recordOf) });
  await producer.disconnect();
};

/** Whether the group has committed its way to the end of every partition. */
const atEnd = async (admin: Admin, topic: string): Promise<boolean> => {
  const [group] = await admin.fetchOffsets({ groupId: topic, topics: [topic] });
  const committed = new Map(group?.partitions.map(({ partition, offset }) => [partition, offset]));
  const ends = await admin.fetchTopicOffsets(topic);
  return ends.every(({ partition, high }) => high === '0' || committed.get(partition) === high);
};

describe('the example of a consumer', () => {
  let child: ChildProcess | undefined;

  const start = (env: NodeJS.ProcessEnv): Interface => {
    child = spawn(process.execPath, [...quiet, program], { env, stdio: ['ignore', 'pipe', 'inherit'] });
    if (child.stdout === null) throw new Error('no output');
    return createInterface({ input: child.stdout });
  };

  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (child === undefined) return;
    const exit = once(child, 'exit');
    child.kill(signal);
    await exit;
    child = undefined;
  };

  afterEach(() => end('SIGKILL'));

  it('handles every event once and in order, killed in between and told some of them twice', async () => {
    const kafka = await fresh();
    const admin = kafka.client.admin();
    await admin.connect();
    await told(kafka, admin);
    const topic = kafka.topics.messages.order;
    const DATABASE = scratch('consumer.sqlite');
    const env = { ...process.env, KAFKA_BROKERS: brokers(), TOPIC: topic, GROUP_ID: topic, DATABASE };
    const printed: string[] = [];
    for await (const line of start(env)) if (printed.push(line) === 100) break;
    await end('SIGKILL');
    start(env).on('line', (line) => printed.push(line));
    await until(() => atEnd(admin, topic), AbortSignal.timeout(60_000));
    await admin.disconnect();
    await end('SIGTERM');
    const db = new DatabaseSync(DATABASE);
    expect(
      db
        .prepare('SELECT id, sequence FROM orders ORDER BY id')
        .all()
        .map((row) => ({ ...row })),
    ).toEqual(orders.map((id) => ({ id, sequence: VERSIONS })));
    expect({ ...db.prepare('SELECT count(*) AS n FROM handled').get() }).toEqual({ n: history.length });
    db.close();
    // The last lines before the kill may be lost with the process; what is printed is printed once.
    expect(new Set(printed).size).toBe(printed.length);
  });
});
