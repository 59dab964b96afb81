import { setTimeout as pause } from 'node:timers/promises';
import kafkajs, { type Admin, type ITopicConfig } from 'kafkajs';

// Node finds this export of a CommonJS package only in the whole.
const { ConfigResourceTypes } = kafkajs;

export interface Topics {
  /** By the first word of a stream's id. */
  readonly messages: { readonly order: string; readonly catalog: string; readonly contract: string };
  readonly positions: string;
}

export const topicsOf = (prefix: string): Topics => ({
  messages: {
    order: `${prefix}.order-events.v1`,
    catalog: `${prefix}.catalog-events.v1`,
    contract: `${prefix}.contract-events.v1`,
  },
  positions: `${prefix}.relay-positions`,
});

interface Needed {
  readonly value: string;
  /** What comes of another value. */
  readonly otherwise: string;
}

interface Wanted {
  readonly topic: string;
  readonly partitions: number;
  /** Settings without which the topic is refused. */
  readonly needed: { readonly [setting: string]: Needed };
  /** Settings of those that are created here. */
  readonly settings: { readonly [setting: string]: string };
}

const YEAR_MS = 365 * 24 * 3_600_000;
const MIB = 1024 * 1024;

// A limit of size is one of a whole batch: several messages of one partition share it.
const messageSettings = { 'retention.ms': String(2 * YEAR_MS), 'max.message.bytes': String(4 * MIB) };
const neededOfMessages = {
  'cleanup.policy': { value: 'delete', otherwise: 'compaction would keep only the last event of an order' },
};
// Only the last position is ever read, and from the end: size bounds the topic, age must not. A record may name 10 000
// parked streams.
const positionSettings = {
  'retention.bytes': String(256 * MIB),
  'segment.bytes': String(16 * MIB),
  'max.message.bytes': String(4 * MIB),
};
const neededOfPositions = {
  'cleanup.policy': { value: 'delete', otherwise: 'compaction can leave a place that the relay never reads past' },
  'retention.ms': { value: '-1', otherwise: 'retention by age would delete the position of an idle relay' },
};

const wantedTopics = ({ messages, positions }: Topics, partitions: number): readonly Wanted[] => {
  const event = (topic: string, many: number): Wanted => ({
    topic,
    partitions: many,
    needed: neededOfMessages,
    settings: messageSettings,
  });
  return [
    event(messages.order, partitions),
    event(messages.catalog, 1),
    event(messages.contract, 1),
    { topic: positions, partitions: 1, needed: neededOfPositions, settings: positionSettings },
  ];
};

/** What exists is not what is needed; nothing of it was changed. */
export class UnfitTopic extends Error {
  override readonly name = 'UnfitTopic';
}

const toCreate = ({ topic, partitions, needed, settings }: Wanted): ITopicConfig => ({
  topic,
  numPartitions: partitions,
  configEntries: [
    ...Object.entries(needed).map(([name, { value }]) => ({ name, value })),
    ...Object.entries(settings).map(([name, value]) => ({ name, value })),
  ],
});

/**
 * Creates the topics that are missing and checks all of them.
 * @returns how many bytes a batch of messages may have in each of them
 * @throws UnfitTopic with a sentence about the first that does not fit
 */
export const ensureTopics = async (admin: Admin, topics: Topics, partitions: number): Promise<number> => {
  const wanted = wantedTopics(topics, partitions);
  const there = new Set(await admin.listTopics());
  const missing = wanted.filter(({ topic }) => !there.has(topic));
  // Answers false where another instance was faster; what counts is checked below (kafka.md 16).
  if (missing.length > 0) await admin.createTopics({ topics: missing.map(toCreate), waitForLeaders: false });
  await checkPartitions(admin, wanted);
  return checkSettings(admin, wanted);
};

const checkPartitions = async (admin: Admin, wanted: readonly Wanted[]): Promise<void> => {
  const names = wanted.map(({ topic }) => topic);
  const { topics } = await onceReady(() => admin.fetchTopicMetadata({ topics: names }));
  for (const name of names) await onceReady(() => admin.fetchTopicOffsets(name));
  for (const { topic, partitions } of wanted) {
    const found = topics.find(({ name }) => name === topic)?.partitions.length ?? 0;
    if (found >= partitions) continue;
    throw new UnfitTopic(
      `The Kafka topic ${topic} has ${String(found)} partitions, ${String(partitions)} are needed: configure ${String(found)}, or add partitions while it is still empty (later that would move keys).`,
    );
  }
};

const LOOKS = 100;
const BETWEEN_LOOKS_MS = 100;
const notYet = new Set(['UNKNOWN_TOPIC_OR_PARTITION', 'LEADER_NOT_AVAILABLE', 'NOT_LEADER_FOR_PARTITION']);

/** A topic is known and led some moments after it was created; kafkajs's own wait fails where it is not yet known. */
const onceReady = async <T>(ask: () => Promise<T>): Promise<T> => {
  for (let look = 1; ; look += 1) {
    try {
      return await ask();
    } catch (error) {
      if (look === LOOKS || !(error instanceof Error && 'type' in error && notYet.has(String(error.type)))) throw error;
      await pause(BETWEEN_LOOKS_MS);
    }
  }
};

const LIMIT = 'max.message.bytes';

const checkSettings = async (admin: Admin, wanted: readonly Wanted[]): Promise<number> => {
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: wanted.map(({ topic, needed }) => ({
      type: ConfigResourceTypes.TOPIC,
      name: topic,
      configNames: [...Object.keys(needed), LIMIT],
    })),
  });
  const limits = wanted.map(({ topic, needed }) => {
    const entries = resources.find(({ resourceName }) => resourceName === topic)?.configEntries ?? [];
    const setting = (name: string) => entries.find(({ configName }) => configName === name)?.configValue;
    for (const [name, { value, otherwise }] of Object.entries(needed)) {
      const found = String(setting(name));
      if (found === value) continue;
      throw new UnfitTopic(`The Kafka topic ${topic} has ${name}=${found}, it must be ${value}: ${otherwise}.`);
    }
    return Number(setting(LIMIT));
  });
  return Math.min(...limits);
};
