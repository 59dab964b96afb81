import type { ConnectionOptions } from 'node:tls';
import { Kafka, type LogEntry, logLevel, type SASLOptions } from 'kafkajs';
import type { Log } from '../../application/ports/log.ts';

export interface KafkaAccess {
  /** `host:port`, one or more. */
  readonly brokers: readonly string[];
  readonly clientId: string;
  readonly sasl?: {
    readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512';
    readonly username: string;
    readonly password: string;
  };
  /** `true` for TLS with the system's authorities. */
  readonly ssl?: boolean | ConnectionOptions;
  readonly log: Log;
}

/** Connects to nothing by itself. The settings are those of kafka.md 13; `retries` says how often it tries to connect. */
export const createClient = ({ brokers, clientId, sasl, ssl, log }: KafkaAccess, retries = 15): Kafka =>
  new Kafka({
    brokers: [...brokers],
    clientId,
    ...(sasl === undefined ? {} : { sasl: sasl as SASLOptions }),
    ...(ssl === undefined ? {} : { ssl }),
    connectionTimeout: 3_000,
    requestTimeout: 10_000,
    retry: { initialRetryTime: 100, maxRetryTime: 2_000, retries },
    logLevel: logLevel.INFO,
    logCreator: () => (entry) => {
      tell(log, entry);
    },
  });

// What kafkajs gets over by itself, though it says ERROR, often twice (kafka.md 18); our own caller says what lasts.
const passing =
  /coordinator|concurrent|ECONNREFUSED|ECONNRESET|EPIPE|connection (?:error|timeout)|closed connection|socket|disconnected|(?:not the|no) leader|Limiting retries/i;

const tell = (log: Log, { namespace, level, log: content }: LogEntry): void => {
  const error: unknown = content['error'];
  const broker: unknown = content['broker'];
  const fields = {
    part: `kafkajs ${namespace}`,
    ...(typeof broker === 'string' ? { broker } : {}),
    ...(typeof error === 'string' ? { error } : {}),
  };
  const said = `${content.message} ${typeof error === 'string' ? error : ''}`;
  if (level >= logLevel.INFO || passing.test(said)) log.debug(fields, content.message);
  else log.warn(fields, content.message);
};
