import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { CloudEvent, Kafka } from 'cloudevents';
import type { Decoded } from '../src/application/ports/codec.ts';
import type { Recorded, StreamId } from '../src/application/ports/event-store.ts';
import type { PublicMessage } from '../src/application/public-messages/message.ts';
import { publicMessage } from '../src/application/public-messages/public-message.ts';
import { relayConsumer } from '../src/application/public-messages/relay.ts';
import { createCodec } from '../src/infrastructure/codec/codec.ts';
import { type KafkaRecord, recordOf } from '../src/infrastructure/kafka/record.ts';
import { stepsOf, topicOf } from '../src/infrastructure/kafka/steps.ts';
import { topicsOf } from '../src/infrastructure/kafka/topics.ts';
import { applied } from './support/applied.ts';
import { sampleDraft, sampleEvents } from './support/sample-events.ts';

const codec = createCodec();
const naming = { typePrefix: 'com.example.voucherorders', environment: 'test' };
const topics = topicsOf('voucher-orders');
const orderId = 'dadce95f-c41b-5cd2-8f0b-db13d98c729d';

/** The stream that events of a type belong to. */
const streamOf = (type: string): StreamId => {
  if (/^(Catalog|Merchants|Products|Categories|Orderability)/.test(type)) return 'catalog-it-IT' as StreamId;
  if (type === 'ContractUpdated') return 'contract-main' as StreamId;
  return (type === 'StoreBound' ? 'store-binding' : `order-${orderId}`) as StreamId;
};

const decoded = (event: (typeof sampleEvents)[keyof typeof sampleEvents]): Decoded =>
  codec.decode({
    ...codec.seal({ ...sampleDraft(event), stream: streamOf(event.type), version: 42 }, codec.genesis),
    position: 'store-1:7' as Recorded['position'],
  });

const messageOf = (event: Decoded): PublicMessage => {
  const message = publicMessage(event, naming);
  if (message === undefined) throw new Error('nothing is told about this event');
  return message;
};

/** As the CloudEvents package reads it; throws where it is not valid. */
const eventOf = (record: KafkaRecord): CloudEvent<unknown> => {
  const read = Kafka.toEvent<unknown>({ ...record, body: record.value });
  if (Array.isArray(read)) throw new Error('not one event');
  return CloudEvent.cloneWith(read, {}, true);
};

const delivered = messageOf(decoded(sampleEvents.VouchersDelivered));

describe('the Kafka record of a message', () => {
  it('has the order as key and the attributes as headers, as the surface promises', () => {
    const { key, headers } = recordOf(delivered);
    expect({ key, headers }).toEqual({
      key: orderId,
      headers: {
        'content-type': 'application/json',
        ce_specversion: '1.0',
        ce_id: '0b9f1f5e-6f0a-4a55-9d0a-2d4f6f1f7a01',
        ce_source: `urn:voucher-orders:test:order:${orderId}`,
        ce_type: 'com.example.voucherorders.order.vouchers_delivered.v1',
        ce_subject: orderId,
        ce_partitionkey: orderId,
        ce_sequence: '00000000000000000042',
        ce_time: '2026-03-01T10:00:00.000Z',
        ce_correlationid: 'correlation-1',
        ce_causationid: 'causation-1',
        ce_traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
        ce_dataclassification: 'internal',
        ce_dataschema: 'urn:voucher-orders:schema:com.example.voucherorders.order.vouchers_delivered.v1',
      },
    });
  });

  it('has the data alone as value', () => {
    expect(JSON.parse(recordOf(delivered).value)).toEqual(JSON.parse(JSON.stringify(delivered.data)));
  });

  it('is read by the CloudEvents package as the event that was meant', () => {
    const { tenant: _tenant, ...meant } = delivered;
    const read = eventOf(recordOf(delivered));
    expect(JSON.parse(JSON.stringify(read))).toMatchObject(JSON.parse(JSON.stringify(meant)) as object);
  });

  it('leaves out the tenant and an absent trace', () => {
    const { traceparent: _absent, ...message } = delivered;
    expect(Object.keys(recordOf(message).headers).filter((name) => /tenant|trace/.test(name))).toEqual([]);
  });

  it('goes to the topic of its category', () => {
    const { OrderErased, ProductsDelisted, ContractUpdated } = sampleEvents;
    const messages = [OrderErased, ProductsDelisted, ContractUpdated].map((event) => messageOf(decoded(event)));
    expect(messages.map((message) => topicOf(topics, message))).toEqual([
      'voucher-orders.order-events.v1',
      'voucher-orders.catalog-events.v1',
      'voucher-orders.contract-events.v1',
    ]);
  });
});

describe('the messages about every event ever written', () => {
  let records: readonly KafkaRecord[] = [];

  beforeAll(async () => {
    const folder = join(import.meta.dirname, 'corpus');
    const files = await readdir(folder);
    const events = await Promise.all(
      files.map(async (file) => JSON.parse(await readFile(join(folder, file), 'utf8')) as Recorded),
    );
    const consumer = relayConsumer(naming);
    records = events
      .map((recorded) => codec.decode({ ...recorded, stream: streamOf(recorded.type) }))
      .flatMap((event) => applied(consumer, event) ?? [])
      .map(recordOf);
  });

  it('carry no ciphertext, no keyed hash, and nothing commercial', () => {
    // `bWFj` and `Ym94` are the keyed hash and the ciphertext of the corpus.
    const secret = /bWFj|Ym94|"mac"|"box"|"secrets"|netPrice|"discount"|averageDiscount|"balance"|"metadata"/;
    expect(records.map((record) => JSON.stringify(record)).filter((text) => secret.test(text))).toEqual([]);
    expect(records.length).toBeGreaterThan(20);
  });

  it('are valid CloudEvents', () => {
    expect(records.map(eventOf).map(({ specversion }) => specversion)).toEqual(records.map(() => '1.0'));
  });
});

describe('the relay', () => {
  it('tells one message about an event', () => {
    const event = decoded(sampleEvents.VouchersDelivered);
    expect(applied(relayConsumer(naming), event)).toEqual([delivered]);
  });

  it("ignores the store's own events", () => {
    const event = decoded(sampleEvents.StoreBound);
    expect(applied(relayConsumer(naming), event)).toBeUndefined();
  });

  it('parks a message that Kafka would refuse for its size, counted in bytes', () => {
    const weight = Buffer.byteLength(JSON.stringify(delivered.data));
    const event = decoded(sampleEvents.VouchersDelivered);
    expect(applied(relayConsumer(naming, weight), event)).toEqual([delivered]);
    expect(() => applied(relayConsumer(naming, weight - 1), event)).toThrow(
      `the message weighs ${String(weight)} bytes, at most ${String(weight - 1)} can be sent`,
    );
  });
});

describe('what is sent', () => {
  const position = { key: 'kafka-relay', value: 'there' };
  const catalogue = messageOf(decoded(sampleEvents.ProductsListed));

  it('is one step that ends with the position', () => {
    const steps = stepsOf([delivered, catalogue, delivered], { topics, maxBatchBytes: 1_000_000, position });
    expect(steps).toEqual([
      [
        { topic: topics.messages.order, messages: [recordOf(delivered), recordOf(delivered)] },
        { topic: topics.messages.catalog, messages: [recordOf(catalogue)] },
        { topic: topics.positions, messages: [position] },
      ],
    ]);
  });

  it('is more than one step where it weighs more than a batch may, the position in the last', () => {
    const steps = stepsOf([delivered, delivered], { topics, maxBatchBytes: 1_000, position });
    const ofOrders = { topic: topics.messages.order, messages: [recordOf(delivered)] };
    expect(steps).toEqual([[ofOrders], [ofOrders, { topic: topics.positions, messages: [position] }]]);
  });
});
