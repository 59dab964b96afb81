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

interface Wanted {
  readonly topic: string;
  readonly partitions: number;
  readonly cleanup: 'delete' | 'compact';
  readonly settings: { readonly [name: string]: string };
}

const YEAR_MS = 365 * 24 * 3_600_000;
const MIB = 1024 * 1024;

// A limit of size is one of a whole batch: several messages of one partition share it.
const messageSettings = { 'retention.ms': String(2 * YEAR_MS), 'max.message.bytes': String(4 * MIB) };
// Kept short by compaction, so that it is read within moments (kafka.md 10); a record may name 10 000 parked streams.
const positionSettings = {
  'segment.bytes': String(MIB * 8),
  'segment.ms': '60000',
  'min.cleanable.dirty.ratio': '0.1',
  'max.message.bytes': String(4 * MIB),
};

const wantedTopics = ({ messages, positions }: Topics, partitions: number): readonly Wanted[] => {
  const event = (topic: string, many: number): Wanted => ({
    topic,
    partitions: many,
    cleanup: 'delete',
    settings: messageSettings,
  });
  return [
    event(messages.order, partitions),
    event(messages.catalog, 1),
    event(messages.contract, 1),
    { topic: positions, partitions: 1, cleanup: 'compact', settings: positionSettings },
  ];
};

/** What exists is not what is needed; nothing of it was changed. */
export class UnfitTopic extends Error {
  override readonly name = 'UnfitTopic';
}

const toCreate = ({ topic, partitions, cleanup, settings }: Wanted): ITopicConfig => ({
  topic,
  numPartitions: partitions,
  configEntries: Object.entries({ 'cleanup.policy': cleanup, ...settings }).map(([name, value]) => ({ name, value })),
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

const checkSettings = async (admin: Admin, wanted: readonly Wanted[]): Promise<number> => {
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: wanted.map(({ topic }) => ({
      type: ConfigResourceTypes.TOPIC,
      name: topic,
      configNames: ['cleanup.policy', 'max.message.bytes'],
    })),
  });
  const limits = wanted.map(({ topic, cleanup }) => {
    const entries = resources.find(({ resourceName }) => resourceName === topic)?.configEntries ?? [];
    const setting = (name: string) => entries.find(({ configName }) => configName === name)?.configValue;
    if (setting('cleanup.policy') === cleanup) return Number(setting('max.message.bytes'));
    throw new UnfitTopic(
      `The Kafka topic ${topic} has cleanup.policy=${String(setting('cleanup.policy'))}, it must be ${cleanup}: ${damage[cleanup]}.`,
    );
  });
  return Math.min(...limits);
};

const damage = {
  delete: 'compaction would keep only the last event of an order',
  compact: 'retention would delete the position of the relay',
};
