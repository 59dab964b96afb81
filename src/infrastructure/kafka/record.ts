import { CloudEvent, Kafka } from 'cloudevents';
import type { Message } from 'kafkajs';
import type { PublicMessage } from '../../application/public-messages/message.ts';

export interface KafkaRecord extends Message {
  readonly key: string;
  readonly value: string;
  readonly headers: Record<string, string>;
}

/** The message as a CloudEvent in Kafka's binary mode: attributes in headers, the data alone as value. */
export const recordOf = ({ tenant: _tenant, data, ...attributes }: PublicMessage): KafkaRecord => {
  const attributesAndData = {
    ...attributes,
    datacontenttype: 'application/json',
    dataschema: `urn:voucher-orders:schema:${attributes.type}`,
    partitionkey: attributes.subject,
    dataclassification: 'internal',
    data,
  };
  // Not validated again: the message's type says as much, a test holds it against the schema.
  const event = new CloudEvent(attributesAndData, false);
  // No time of the record: it would date back, and what is relayed late would be deleted early.
  return { key: attributes.subject, value: JSON.stringify(data), headers: headersOf(event) };
};

// The package also gives headers for attributes that are absent, and for the one that `content-type` stands for.
const headersOf = (event: CloudEvent<unknown>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(Kafka.binary(event).headers).filter(
      (header): header is [string, string] => typeof header[1] === 'string' && header[0] !== 'ce_datacontenttype',
    ),
  );

/** About what the record weighs in a batch, in bytes. */
export const weightOf = ({ key, value, headers }: KafkaRecord): number => {
  let weight = FRAME + key.length + Buffer.byteLength(value);
  for (const name in headers) weight += FRAME_OF_HEADER + name.length + Buffer.byteLength(headers[name] ?? name);
  return weight;
};

const FRAME = 32;
const FRAME_OF_HEADER = 6;
