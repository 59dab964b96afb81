import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { Kafka, logLevel } from 'kafkajs';

import { installedOnce } from './cache.ts';
import { run, say } from './commands.ts';
import { accepts, freePort } from './ports.ts';
import { type GuardedFolder, guardedFolder, type ServerProcess, startProgram, until } from './server-process.ts';

export type KafkaServer = ServerProcess & { brokers: string[]; libDir: string };

const needs = 'Kafka needs Java 17 or later and Maven on the path';

const downloadKafka = async (folder: string): Promise<void> => {
  say('downloading Kafka 4.0.2 (54 MB of jars) …');
  const pom = join(import.meta.dirname, 'kafka/pom.xml');
  await run('mvn', '-q', '-B', '-f', pom, 'dependency:copy-dependencies', `-DoutputDirectory=${folder}`);
};

const javaIsThere = async (): Promise<boolean> => {
  const printed = await run('java', '-version').catch(() => 'none');
  return Number(/version "(\d+)/.exec(printed)?.[1]) >= 17;
};

/** The folder of Kafka's jars, the console consumer's among them; downloads them once. */
export const kafkaJars = async (): Promise<string> => {
  if (!(await javaIsThere())) throw new Error(needs);
  return installedOnce({ name: 'kafka-4.0.2', needs, fill: downloadKafka });
};

const clusterId = '4L6g3nShT-eMCtK--X86sw';

const settings = (folder: string, port: number, controllerPort: number): string =>
  Object.entries({
    'process.roles': 'broker,controller',
    'node.id': 1,
    'controller.quorum.voters': `1@127.0.0.1:${controllerPort}`,
    listeners: `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${port}`,
    'listener.security.protocol.map': 'CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT',
    'inter.broker.listener.name': 'PLAINTEXT',
    'controller.listener.names': 'CONTROLLER',
    'log.dirs': join(folder, 'data'),
    'num.partitions': 3,
    'auto.create.topics.enable': false,
    'offsets.topic.replication.factor': 1,
    'transaction.state.log.replication.factor': 1,
    'transaction.state.log.min.isr': 1,
    'share.coordinator.state.topic.replication.factor': 1,
    'share.coordinator.state.topic.min.isr': 1,
    'group.initial.rebalance.delay.ms': 0,
    // With the default of 9 s a killed broker was seen to take longer to come back.
    'broker.session.timeout.ms': 3_000,
    'broker.heartbeat.interval.ms': 500,
    // Fifty partitions each by default; one node makes them at the first group and the first transaction.
    'offsets.topic.num.partitions': 4,
    'transaction.state.log.num.partitions': 4,
  })
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');

const servesMetadata = async (brokers: string[]): Promise<boolean> => {
  const client = new Kafka({ brokers, logLevel: logLevel.NOTHING, retry: { retries: 0 } });
  const admin = client.admin();
  try {
    await admin.connect();
    return (await admin.describeCluster()).brokers.length === 1;
  } catch {
    return false; // Not ready yet; whoever waits gives up in time.
  } finally {
    await admin.disconnect();
  }
};

const formatted = async (folder: GuardedFolder, jars: string, properties: string): Promise<string> => {
  const file = join(folder.path, 'server.properties');
  await mkdir(join(folder.path, 'data'));
  await writeFile(file, properties);
  const format = ['kafka.tools.StorageTool', 'format', '-t', clusterId, '-c', file];
  await run('java', '-XX:TieredStopAtLevel=1', '-cp', join(jars, '*'), ...format);
  return file;
};

/** Starts one Kafka broker (KRaft, its own controller) on a free loopback port in a temporary folder. */
export const startKafka = async (): Promise<KafkaServer> => {
  const libDir = await kafkaJars();
  const port = await freePort();
  const brokers = [`127.0.0.1:${port}`];
  const folder = await guardedFolder('kafka');
  const file = await formatted(folder, libDir, settings(folder.path, port, await freePort()));
  const java = [
    // It runs for minutes: compiling and collecting for the long run took half of its processor time.
    '-XX:TieredStopAtLevel=1',
    '-XX:+UseSerialGC',
    '-Xmx512m',
    '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn',
    '-cp',
    join(libDir, '*'),
  ];
  const ready = async (giveUp: AbortSignal): Promise<void> => {
    await until(() => accepts(port), giveUp);
    await until(() => servesMetadata(brokers), giveUp);
  };
  const args = [...java, 'kafka.Kafka', file];
  const server = await startProgram({ name: 'Kafka', folder, command: 'java', args, ready });
  return { ...server, brokers, libDir };
};
