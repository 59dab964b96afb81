// What latency is held against: a process that follows EventStoreDB with its bare client and hands everything on with
// the bare client of MongoDB or of Kafka, all that came meanwhile at once. It folds, checks, fences and remembers
// nothing. `--events <url>` and `--mongodb <uri>` with `--collection`, or `--kafka <brokers>` with `--topic`.
import { randomUUID } from 'node:crypto';
import { parseArgs } from 'node:util';
import { END, EventStoreDBClient, streamNameFilter } from '@eventstore/db-client';
import type { RecordedEvent } from '@eventstore/db-client';
import { Kafka, Partitioners, logLevel } from 'kafkajs';
import { MongoClient } from 'mongodb';
import type { AnyBulkWriteOperation } from 'mongodb';

interface Known {
  readonly id: string;
  readonly envelope: { readonly tenant: string; readonly occurredAt: string };
}

interface Requested {
  readonly externalOrderId: string;
  readonly reference: string;
  readonly userId: string;
  readonly lines: readonly { readonly productCode: string; readonly merchantId: string }[];
}

const orderOf = ({ streamId }: RecordedEvent): string => streamId.slice('order-'.length);
const knownOf = ({ metadata }: RecordedEvent): Known => metadata as unknown as Known;

type Hand = (events: readonly RecordedEvent[]) => Promise<void>;

const toMongo = async (uri: string, name: string): Promise<Hand> => {
  const client = await new MongoClient(uri).connect();
  const documents = client.db().collection<{ _id: string }>(name, { writeConcern: { w: 'majority' } });
  const documentOf = (event: RecordedEvent): { _id: string } => {
    const { tenant, occurredAt: createdAt } = knownOf(event).envelope;
    const { reference, userId, externalOrderId, lines } = event.data as unknown as Requested;
    const found = { reference, userId, productCode: lines[0]?.productCode, merchantId: lines[0]?.merchantId };
    const searched = {
      referenceInLowerCase: reference,
      externalOrderIdInLowerCase: externalOrderId.toLowerCase(),
      userIdInLowerCase: userId,
    };
    const by = { tenant, createdAt, status: event.type, ...found, ...searched };
    return { _id: orderOf(event), by, doc: { createdAt, data: event.data } } as { _id: string };
  };
  const updateOf = (event: RecordedEvent): AnyBulkWriteOperation<{ _id: string }> => {
    const update = { $set: { 'by.status': event.type, last: event.data } };
    return { updateOne: { filter: { _id: orderOf(event) }, update } };
  };
  return async (events) => {
    const first = events.filter(({ revision }) => revision === 0n);
    const later = events.filter(({ revision }) => revision > 0n);
    if (first.length > 0) await documents.insertMany(first.map(documentOf), { ordered: false });
    if (later.length > 0) await documents.bulkWrite(later.map(updateOf), { ordered: false });
  };
};

const toKafka = async (brokers: string, topic: string): Promise<Hand> => {
  const client = new Kafka({ brokers: brokers.split(','), logLevel: logLevel.NOTHING });
  const producer = client.producer({
    idempotent: true,
    maxInFlightRequests: 1,
    transactionalId: randomUUID(),
    createPartitioner: Partitioners.DefaultPartitioner,
    // Its own first pause is 300 ms, and a new transaction often finds the one before still ending.
    retry: { initialRetryTime: 10, multiplier: 1.5, maxRetryTime: 1_000, retries: Number.MAX_SAFE_INTEGER },
  });
  await producer.connect();
  const messageOf = (event: RecordedEvent) => ({
    key: orderOf(event),
    value: JSON.stringify(event.data),
    headers: { ce_id: knownOf(event).id, ce_type: event.type === 'OrderCompleted' ? 'order.completed' : event.type },
  });
  return async (events) => {
    const transaction = await producer.transaction();
    await transaction.send({ topic, messages: events.map(messageOf) });
    await transaction.commit();
  };
};

const { values } = parseArgs({
  options: {
    events: { type: 'string', default: '' },
    mongodb: { type: 'string' },
    collection: { type: 'string', default: '' },
    kafka: { type: 'string', default: '' },
    topic: { type: 'string', default: '' },
  },
});
const hand =
  values.mongodb === undefined
    ? await toKafka(values.kafka, values.topic)
    : await toMongo(values.mongodb, values.collection);

let waiting: RecordedEvent[] = [];
let handing = false;
const handOn = async (): Promise<void> => {
  if (handing) return;
  handing = true;
  while (waiting.length > 0) {
    const events = waiting;
    waiting = [];
    await hand(events);
  }
  handing = false;
};

const store = EventStoreDBClient.connectionString(values.events);
const filter = streamNameFilter({ prefixes: ['order-'] });
store
  .subscribeToAll({ fromPosition: END, filter })
  .on('confirmation', () => process.stdout.write('follows\n'))
  .on('data', ({ event }) => {
    if (event === undefined) return;
    waiting.push(event);
    void handOn();
  });
