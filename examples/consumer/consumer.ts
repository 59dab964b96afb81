// A consumer of the order events to start from: every event handled once, each order's in their order, none skipped.
import { DatabaseSync } from 'node:sqlite';
import { type EachMessagePayload, Kafka, logLevel } from 'kafkajs';

const brokers = (process.env['KAFKA_BROKERS'] ?? 'localhost:9092').split(',');
const topic = process.env['TOPIC'] ?? 'voucher-orders.order-events.v1';
const groupId = process.env['GROUP_ID'] ?? 'voucher-orders-consumer-example';

/** What this consumer uses of an event; it ignores all other fields, so new ones break nothing. */
interface OrderEvent {
  readonly id: string;
  readonly type: string;
  readonly orderId: string;
  /** The order's own count of its events, without gaps: 1, 2, 3 … */
  readonly sequence: number;
  readonly status: string;
}

const header = (message: EachMessagePayload['message'], name: string): string => {
  const value = message.headers?.[name];
  if (value === undefined) throw new Error(`offset ${message.offset} has no header ${name}`);
  return String(value);
};

const parsed = (message: EachMessagePayload['message']): OrderEvent => {
  const data = JSON.parse(String(message.value)) as { readonly status: string };
  return {
    id: header(message, 'ce_id'),
    type: header(message, 'ce_type'),
    orderId: header(message, 'ce_subject'),
    sequence: Number(header(message, 'ce_sequence')),
    status: data.status,
  };
};

const db = new DatabaseSync(process.env['DATABASE'] ?? 'consumer.sqlite');
db.exec(`
  CREATE TABLE IF NOT EXISTS handled (id TEXT PRIMARY KEY) STRICT;
  CREATE TABLE IF NOT EXISTS orders (id TEXT PRIMARY KEY, sequence INTEGER NOT NULL, status TEXT NOT NULL) STRICT;`);
const remember = db.prepare('INSERT OR IGNORE INTO handled VALUES (?)');
const known = db.prepare('SELECT sequence FROM orders WHERE id = ?');
const write = db.prepare(
  'INSERT INTO orders VALUES (?, ?, ?) ON CONFLICT (id) DO UPDATE SET sequence = excluded.sequence, status = excluded.status',
);

/** Your work goes here: whatever it writes must be in the same transaction as the event's id. */
const apply = ({ orderId, sequence, status }: OrderEvent): void => {
  const before = Number(known.get(orderId)?.['sequence'] ?? 0);
  if (sequence !== before + 1) {
    throw new Error(`order ${orderId}: event ${String(sequence)} came after ${String(before)}`);
  }
  write.run(orderId, sequence, status);
};

/** Handles an event once, however often it is delivered. */
const handle = (event: OrderEvent): 'handled' | 'seen before' => {
  db.exec('BEGIN IMMEDIATE');
  try {
    const isNew = remember.run(event.id).changes === 1;
    if (isNew) apply(event);
    db.exec('COMMIT');
    return isNew ? 'handled' : 'seen before';
  } catch (error) {
    db.exec('ROLLBACK');
    throw error;
  }
};

const client = new Kafka({
  brokers,
  clientId: groupId,
  logLevel: logLevel.ERROR,
  connectionTimeout: 3_000,
  // kafkajs gives up after some tries by default; a consumer should outlast an outage.
  retry: { initialRetryTime: 100, maxRetryTime: 5_000, retries: 1_000 },
});
// Read-committed, kafkajs's default: the service writes in transactions, and some of them are undone.
// Another instance takes over the partitions of one that crashed after the session's time, in milliseconds.
const consumer = client.consumer({
  groupId,
  readUncommitted: false,
  allowAutoTopicCreation: false,
  sessionTimeout: 10_000,
});

const stop = (): void => {
  void consumer.disconnect().finally(() => {
    db.close();
  });
};
process.once('SIGTERM', stop);
process.once('SIGINT', stop);

await consumer.connect();
await consumer.subscribe({ topics: [topic], fromBeginning: true });
await consumer.run({
  autoCommit: false,
  // One message of a partition after the other, and one order is always in one partition. An error here stops the
  // partition and the message comes again: where that must not last for ever, send it to a topic of your own.
  eachMessage: async ({ partition, message }) => {
    const event = parsed(message);
    const result = handle(event);
    if (result === 'handled') process.stdout.write(`${JSON.stringify(event)}\n`);
    // Only now: a crash before this line brings the message again, and its id says that it was handled.
    await consumer.commitOffsets([{ topic, partition, offset: String(BigInt(message.offset) + 1n) }]);
  },
});
