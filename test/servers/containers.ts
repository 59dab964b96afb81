// testcontainers is loaded only where a server must be started: other runs would pay a second for nothing.
import type { GenericContainer, StartedTestContainer } from 'testcontainers';

import { type Started } from './choose.ts';
import { say } from './programs/commands.ts';
import { initiateReplicaSet } from './programs/mongodb.ts';
import { freePort } from './programs/ports.ts';

const images = {
  eventStoreDb: 'docker.eventstore.com/eventstore/eventstoredb-ee:24.10',
  mongoDb: 'mongo:7.0',
  kafka: 'apache/kafka:4.0.2',
};
const startWithinMs = 180_000;

/** Whether a Docker engine answers. */
export const engineAnswers = async (): Promise<boolean> => {
  const { getContainerRuntimeClient } = await import('testcontainers');
  return getContainerRuntimeClient().then(
    () => true,
    () => false,
  );
};

const container = async (image: string): Promise<GenericContainer> => {
  const { GenericContainer } = await import('testcontainers');
  say(`starting a container of ${image} …`);
  return new GenericContainer(image).withStartupTimeout(startWithinMs);
};

const stopOf = (started: StartedTestContainer) => async (): Promise<void> => {
  await started.stop();
};

export const eventStoreDbContainer = async (): Promise<Started> => {
  const { Wait } = await import('testcontainers');
  const node = (await container(images.eventStoreDb))
    .withExposedPorts(2113)
    .withEnvironment({
      EVENTSTORE_CLUSTER_SIZE: '1',
      EVENTSTORE_RUN_PROJECTIONS: 'None',
      EVENTSTORE_NODE_PORT: '2113',
      EVENTSTORE_INSECURE: 'true',
      EVENTSTORE_MEM_DB: 'true', // Keeps nothing: for tests only.
      EVENTSTORE_TELEMETRY_OPTOUT: 'true',
    })
    .withWaitStrategy(Wait.forHttp('/health/live?liveCode=200', 2113));
  const started = await node.start();
  const url = `esdb://${started.getHost()}:${started.getMappedPort(2113)}?tls=false`;
  return { url, what: `a container of ${images.eventStoreDb}`, stop: stopOf(started) };
};

const mongoDbContainer = async (command: string[]): Promise<StartedTestContainer> => {
  const { Wait } = await import('testcontainers');
  const node = (await container(images.mongoDb))
    .withExposedPorts(27017)
    .withCommand(['mongod', '--bind_ip_all', ...command])
    .withWaitStrategy(Wait.forListeningPorts());
  return node.start();
};

const uriOf = (node: StartedTestContainer): string =>
  `mongodb://${node.getHost()}:${node.getMappedPort(27017)}/?directConnection=true`;

export const mongoDbNodeContainer = async (): Promise<Started> => {
  const node = await mongoDbContainer([]);
  return { url: uriOf(node), what: `a container of ${images.mongoDb}`, stop: stopOf(node) };
};

export const mongoDbReplicaSetContainer = async (): Promise<Started> => {
  const node = await mongoDbContainer(['--replSet', 'rs0']);
  await initiateReplicaSet(uriOf(node), 'localhost:27017', AbortSignal.timeout(startWithinMs));
  return { url: uriOf(node), what: `a container of ${images.mongoDb}, one member`, stop: stopOf(node) };
};

export const kafkaContainer = async (): Promise<Started> => {
  const { getContainerRuntimeClient, Wait } = await import('testcontainers');
  const { host } = (await getContainerRuntimeClient()).info.containerRuntime;
  const port = await freePort(); // The broker must know from its start how clients reach it.
  const broker = (await container(images.kafka))
    .withExposedPorts({ container: 9092, host: port })
    .withEnvironment({
      KAFKA_NODE_ID: '1',
      KAFKA_PROCESS_ROLES: 'broker,controller',
      KAFKA_LISTENERS: 'CONTROLLER://:29093,PLAINTEXT_HOST://:9092,PLAINTEXT://:19092',
      KAFKA_ADVERTISED_LISTENERS: `PLAINTEXT_HOST://${host}:${port},PLAINTEXT://localhost:19092`,
      KAFKA_LISTENER_SECURITY_PROTOCOL_MAP: 'CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,PLAINTEXT_HOST:PLAINTEXT',
      KAFKA_INTER_BROKER_LISTENER_NAME: 'PLAINTEXT',
      KAFKA_CONTROLLER_LISTENER_NAMES: 'CONTROLLER',
      KAFKA_CONTROLLER_QUORUM_VOTERS: '1@localhost:29093',
      CLUSTER_ID: '4L6g3nShT-eMCtK--X86sw',
      KAFKA_AUTO_CREATE_TOPICS_ENABLE: 'false',
      KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR: '1',
      KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR: '1',
      KAFKA_TRANSACTION_STATE_LOG_MIN_ISR: '1',
      KAFKA_SHARE_COORDINATOR_STATE_TOPIC_REPLICATION_FACTOR: '1',
      KAFKA_SHARE_COORDINATOR_STATE_TOPIC_MIN_ISR: '1',
      KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS: '0',
      KAFKA_LOG_DIRS: '/tmp/kraft-combined-logs',
    })
    .withWaitStrategy(Wait.forLogMessage(/Kafka Server started/));
  const started = await broker.start();
  return { url: `${host}:${port}`, what: `a container of ${images.kafka}`, stop: stopOf(started) };
};
