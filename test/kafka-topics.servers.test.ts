import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Admin, ConfigResourceTypes } from 'kafkajs';
import { createClient } from '../src/infrastructure/kafka/client.ts';
import { type KafkaOptions, openKafka } from '../src/infrastructure/kafka/open-kafka.ts';
import { freePort } from './servers/programs/ports.ts';
import { given } from './servers/given.ts';
import { noLog } from './support/no-log.ts';

const brokers = (): readonly string[] => given('TEST_KAFKA_BROKERS').split(',');
const prefixes: string[] = [];
const options = (change: Partial<KafkaOptions> = {}): KafkaOptions => {
  const topicPrefix = `test-${randomUUID()}`;
  prefixes.push(topicPrefix);
  return { brokers: brokers(), clientId: 'tests', topicPrefix, log: noLog, ...change };
};

describe('the topics of the relay', () => {
  let admin: Admin;

  beforeAll(async () => {
    admin = createClient(options()).admin();
    await admin.connect();
  });

  afterAll(async () => {
    const topics = (await admin.listTopics()).filter((topic) => prefixes.some((prefix) => topic.startsWith(prefix)));
    await admin.deleteTopics({ topics });
    await admin.disconnect();
  });

  const create = async (topic: string, name: string, value: string): Promise<void> => {
    const configEntries = [{ name, value }];
    await admin.createTopics({ topics: [{ topic, numPartitions: 12, configEntries }], waitForLeaders: false });
  };

  const refusal = async (opening: KafkaOptions): Promise<unknown> =>
    openKafka(opening).then(
      () => 'opened',
      (error: unknown) => (error instanceof Error ? `${error.name}: ${error.message}` : error),
    );

  it('are created: one key one partition, events deleted late, positions by size and never by age', async () => {
    const opening = options();
    const shown = ['cleanup.policy', 'retention.ms', 'retention.bytes'];
    const { topics } = await openKafka(opening);
    const names = [topics.messages.order, topics.messages.catalog, topics.messages.contract, topics.positions];
    const metadata = await admin.fetchTopicMetadata({ topics: names });
    const { resources } = await admin.describeConfigs({
      includeSynonyms: false,
      resources: names.map((name) => ({
        type: ConfigResourceTypes.TOPIC,
        name,
        configNames: shown,
      })),
    });
    const found = names.map((name) => [
      name.slice(opening.topicPrefix.length + 1),
      metadata.topics.find((topic) => topic.name === name)?.partitions.length,
      ...shown.map(
        (setting) =>
          resources
            .find(({ resourceName }) => resourceName === name)
            ?.configEntries.find(({ configName }) => configName === setting)?.configValue,
      ),
    ]);
    expect(found).toEqual([
      ['order-events.v1', 12, 'delete', '63072000000', '-1'],
      ['catalog-events.v1', 1, 'delete', '63072000000', '-1'],
      ['contract-events.v1', 1, 'delete', '63072000000', '-1'],
      ['relay-positions', 1, 'delete', '-1', '268435456'],
    ]);
  });

  it('are taken as they are where they fit, also by two instances that start at once', async () => {
    const opening = options({ partitions: 2 });
    const [one, two] = await Promise.all([openKafka(opening), openKafka(opening)]);
    const three = await openKafka({ ...opening, partitions: 1 });
    expect([two.topics, three.topics]).toEqual([one.topics, one.topics]);
  });

  it('are refused with fewer partitions than configured', async () => {
    const opening = options({ partitions: 2 });
    await openKafka(opening);
    expect(await refusal({ ...opening, partitions: 3 })).toBe(
      `ConfigurationError: The Kafka topic ${opening.topicPrefix}.order-events.v1 has 2 partitions, 3 are needed: configure 2, or add partitions while it is still empty (later that would move keys).`,
    );
  });

  it.each([
    [
      'order-events.v1',
      'cleanup.policy',
      'compact',
      'must be delete: compaction would keep only the last event of an order',
    ],
    [
      'relay-positions',
      'cleanup.policy',
      'compact',
      'must be delete: compaction can leave a place that the relay never reads past',
    ],
    [
      'relay-positions',
      'retention.ms',
      '604800000',
      'must be -1: retention by age would delete the position of an idle relay',
    ],
  ])('are refused where %s has %s=%s', async (name, setting, value, why) => {
    const opening = options();
    const topic = `${opening.topicPrefix}.${name}`;
    await create(topic, setting, value);
    expect(await refusal(opening)).toBe(
      `ConfigurationError: The Kafka topic ${topic} has ${setting}=${value}, it ${why}.`,
    );
  });

  it('tell how much a message may weigh, from the smallest limit there is', async () => {
    const opening = options();
    await create(`${opening.topicPrefix}.order-events.v1`, 'max.message.bytes', '100000');
    const { maxMessageBytes, maxBatchBytes } = await openKafka(opening);
    expect({ maxMessageBytes, maxBatchBytes }).toEqual({ maxMessageBytes: 83_616, maxBatchBytes: 83_616 });
  });

  it('are not looked for where nothing listens: one sentence', async () => {
    const nowhere = `127.0.0.1:${String(await freePort())}`;
    expect(await refusal(options({ brokers: [nowhere] }))).toBe(
      `ConfigurationError: Kafka at ${nowhere} does not answer: Connection error: connect ECONNREFUSED ${nowhere}.`,
    );
  });

  it('are not looked for where the broker does not let us in: one sentence, without the password', async () => {
    const sasl = { mechanism: 'plain', username: 'relay', password: 'open sesame' } as const;
    const said = await refusal(options({ sasl }));
    expect(said).toMatch(/^ConfigurationError: Kafka at .* did not let relay in \(SASL plain\): [^\n]*\.$/);
    expect(said).not.toContain('sesame');
  });
});
