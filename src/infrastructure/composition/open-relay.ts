import type { Logger } from 'pino';
import type { ConsumerRecords } from '../../application/ports/consumer-records.ts';
import type { Consumer } from '../../application/ports/consumers.ts';
import type { StoreId } from '../../application/ports/event-store.ts';
import type { Lease } from '../../application/ports/lease.ts';
import type { PublicMessage } from '../../application/public-messages/message.ts';
import { RELAY, relayConsumer } from '../../application/public-messages/relay.ts';
import type { Config } from '../config/config.ts';
import { openKafka } from '../kafka/open-kafka.ts';
import { createKafkaSink } from '../kafka/sink.ts';
import type { KafkaSink } from '../kafka/sink.ts';
import { closing } from './open-stores.ts';

/** The feed on its way to Kafka (design 15). */
export interface Relay {
  readonly consumer: Consumer<never, PublicMessage>;
  readonly sink: KafkaSink;
}

/** The relay to the brokers that KAFKA_BROKERS names; `undefined` without them. @throws ConfigurationError */
export const openRelay = async (
  config: Config,
  context: {
    readonly storeId: StoreId;
    readonly leaseFor: ((name: string) => Lease) | undefined;
    readonly log: Logger;
  },
  opened: AsyncDisposableStack,
): Promise<Relay | undefined> => {
  const { KAFKA_BROKERS: brokers, KAFKA_SASL_MECHANISM: mechanism } = config;
  if (brokers === undefined) return undefined;
  const { storeId, leaseFor, log } = context;
  const { KAFKA_SASL_USERNAME: username, KAFKA_SASL_PASSWORD: password } = config;
  const kafka = await openKafka({
    brokers,
    clientId: 'voucher-orders',
    topicPrefix: config.KAFKA_TOPIC_PREFIX,
    partitions: config.KAFKA_PARTITIONS,
    ssl: config.KAFKA_SSL,
    ...(mechanism === undefined || username === undefined || password === undefined
      ? {}
      : { sasl: { mechanism, username, password } }),
    log,
  });
  const lease = leaseFor?.(RELAY);
  const sink = createKafkaSink(kafka, { consumer: RELAY, storeId, ...(lease === undefined ? {} : { lease }) });
  const naming = { typePrefix: config.MESSAGE_TYPE_PREFIX, environment: config.ENVIRONMENT };
  return { consumer: relayConsumer(naming, kafka.maxMessageBytes), sink: closing(opened, sink) };
};

/** The relay's progress is where its messages are. */
export const withRelay = (records: ConsumerRecords, relay: Relay | undefined): ConsumerRecords =>
  relay === undefined
    ? records
    : { ...records, progress: (name) => (name === RELAY ? relay.sink.progress() : records.progress(name)) };
