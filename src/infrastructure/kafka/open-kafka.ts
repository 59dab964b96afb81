import type { Kafka } from 'kafkajs';
import type { Log } from '../../application/ports/log.ts';
import { ConfigurationError } from '../config/config.ts';
import { createClient, type KafkaAccess } from './client.ts';
import { part, within } from './deadline.ts';
import { ensureTopics, type Topics, topicsOf, UnfitTopic } from './topics.ts';

export interface KafkaOptions extends KafkaAccess {
  /** Before the topics' names; two services on one Kafka have two. */
  readonly topicPrefix: string;
  /** Of the topic of orders; more may be there, fewer may not. */
  readonly partitions?: number;
}

/** A Kafka whose topics are fit for the relay. */
export interface OpenKafka {
  readonly client: Kafka;
  readonly topics: Topics;
  /** The most that one batch of a partition may weigh, in bytes. */
  readonly maxBatchBytes: number;
  /** The most that the data of one message may weigh, in bytes: for the relay's consumer. */
  readonly maxMessageBytes: number;
}

const CONNECT_MS = 9_000;
const TOPICS_MS = 30_000;

const MIB = 1024 * 1024;
// Key, headers and framing of one message, amply.
const AROUND_DATA = 16 * 1024;

/**
 * Creates the topics, or checks those that exist.
 * @throws ConfigurationError with one sentence, within some 10 s, for a Kafka that does not answer or refuses us, and
 *   for topics that do not fit
 */
export const openKafka = async (options: KafkaOptions): Promise<OpenKafka> => {
  const topics = topicsOf(options.topicPrefix);
  // A client of its own, which gives up early: a start waits for nobody, and one sentence says what is wrong.
  const admin = createClient({ ...options, log: quietly(options.log) }, 2).admin();
  try {
    await within(CONNECT_MS, 'connecting', admin.connect());
    const limit = await within(TOPICS_MS, 'preparing topics', ensureTopics(admin, topics, options.partitions ?? 12));
    const maxBatchBytes = limit - AROUND_DATA;
    return {
      client: createClient(options),
      topics,
      maxBatchBytes,
      maxMessageBytes: Math.min(limit, MIB) - AROUND_DATA,
    };
  } catch (error) {
    throw new ConfigurationError(sentence(error, options), { cause: error });
  } finally {
    await part(admin);
  }
};

const quietly = (log: Log): Log => {
  const debug: Log['debug'] = (fields, message) => {
    log.debug(fields, message);
  };
  return { debug, info: debug, warn: debug, error: debug };
};

/** The errors that kafkajs wraps in one another or gathers. */
const allOf = (error: unknown): readonly Error[] => {
  if (!(error instanceof Error)) return [];
  const gathered: unknown[] = 'errors' in error && Array.isArray(error.errors) ? error.errors : [];
  return [error, ...[...gathered, error.cause].filter((inner) => inner !== error).flatMap(allOf)];
};

const typeOf = (error: Error): string => ('type' in error && typeof error.type === 'string' ? error.type : '');

const sentence = (error: unknown, { brokers, sasl }: KafkaOptions): string => {
  if (error instanceof UnfitTopic) return error.message;
  const errors = allOf(error);
  const why = errors.at(-1)?.message ?? String(error);
  const what = happened(errors, `${sasl?.username ?? 'us'} in (SASL ${sasl?.mechanism ?? 'off'})`);
  return `Kafka at ${brokers.join(', ')} ${what}: ${why}.`;
};

const happened = (errors: readonly Error[], who: string): string => {
  const kinds = errors.map(({ name }) => name).concat(errors.map(typeOf));
  if (kinds.some((kind) => kind.includes('SASL'))) return `did not let ${who}`;
  if (kinds.some((kind) => kind.endsWith('AUTHORIZATION_FAILED'))) return 'does not permit what the relay needs';
  return errors.some((inner) => typeOf(inner) !== '') ? 'refused to prepare the topics' : 'does not answer';
};
