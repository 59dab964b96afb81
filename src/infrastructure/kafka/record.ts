import { Kafka } from 'cloudevents';
import type { Message } from 'kafkajs';
import type { PublicMessage } from '../../application/public-messages/message.ts';

export interface KafkaRecord extends Message {
  readonly key: string;
  readonly value: string;
  readonly headers: Record<string, string>;
}

/** The message as a CloudEvent in Kafka's binary mode: attributes in headers, the data alone as value. */
export const recordOf = ({ tenant: _tenant, data, ...attributes }: PublicMessage): KafkaRecord => {
  // Not made a CloudEvent that checks itself: the message's type says as much, a test holds it against the schema.
  const { headers } = Kafka.binary({
    specversion: '1.0',
    ...attributes,
    dataschema: `urn:voucher-orders:schema:${attributes.type}`,
    partitionkey: attributes.subject,
    dataclassification: 'internal',
  });
  // No time of the record: it would date back, and what is relayed late would be deleted early.
  return {
    key: attributes.subject,
    value: JSON.stringify(data),
    headers: { ...(headers as Record<string, string>), 'content-type': 'application/json' },
  };
};

/** About what the record weighs in a batch, in bytes. */
export const weightOf = ({ key, value, headers }: KafkaRecord): number => {
  let weight = FRAME + key.length + Buffer.byteLength(value);
  for (const name in headers) weight += FRAME_OF_HEADER + name.length + Buffer.byteLength(headers[name] ?? name);
  return weight;
};

const FRAME = 32;
const FRAME_OF_HEADER = 6;
