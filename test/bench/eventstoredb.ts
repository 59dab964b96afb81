// Appends through the EventStoreDB adapter beside the raw client's `appendToStream`, on the same process of the double
// (durable in a file), one event in each append, for 64 orders at once and for 15. Both begin with the same events as the
// service has them. In turn the one or the other comes first in a round.
import { EventStoreDBClient, jsonEvent, NO_STREAM } from '@eventstore/db-client';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEventStoreDb } from '../../src/infrastructure/event-store/eventstoredb/open.ts';
import { end, startDouble } from '../end-to-end/installation.ts';
import { EVENTS_PER_ORDER, eventsOfOrder } from '../support/order-life.ts';
import { atOnce, reportRounds, type Round, secondsOf, sizes } from './report.ts';

const { orders, rounds } = sizes({ orders: 256, rounds: 21 });

type Life = ReturnType<typeof eventsOfOrder>;

const appendsOf = (client: EventStoreDBClient) => async (life: Life) => {
  for (const [at, { stream, id, type, schema, envelope, data }] of life.entries()) {
    const event = jsonEvent({ id, type, data: data as Record<string, unknown>, metadata: { id, schema, envelope } });
    await client.appendToStream(stream, event, { expectedRevision: at === 0 ? NO_STREAM : BigInt(at - 1) });
  }
};

const folder = mkdtempSync(join(tmpdir(), 'voucher-orders-bench-'));
const double = await startDouble(join(folder, 'events.log'));
// Clients with equal settings share a connection.
const raw = EventStoreDBClient.connectionString(`${double.url}&keepAliveInterval=12345`);
const appendRaw = appendsOf(raw);
// Opens its stream as a process without the adapter would: the adapter changes what streams buffer.
await appendRaw(eventsOfOrder());
const store = await openEventStoreDb(double.url);

const appendLife = async (life: Life): Promise<void> => {
  for (const [at, event] of life.entries()) await store.events.append(event.stream, at, [event]);
};

const measure = async (many: number): Promise<void> => {
  const secondsFor = (append: (life: Life) => Promise<void>): Promise<number> => {
    const lives = Array.from({ length: orders }, () => eventsOfOrder());
    return secondsOf(() => atOnce(many, lives, append));
  };
  const rawFirst = async (): Promise<Round> => ({
    baseline: await secondsFor(appendRaw),
    ours: await secondsFor(appendLife),
  });
  const oursFirst = async (): Promise<Round> => ({
    ours: await secondsFor(appendLife),
    baseline: await secondsFor(appendRaw),
  });
  const taken: Round[] = [];
  for (let round = 0; round <= rounds; round += 1) taken.push(await (round % 2 === 0 ? rawFirst() : oursFirst()));
  reportRounds({
    what: `EventStoreDB append, ${String(many)} at once / raw client (double)`,
    unit: 'appends',
    many: orders * EVENTS_PER_ORDER,
    rounds: taken.slice(1), // The first is a warm-up.
    aim: 90,
  });
};

try {
  await measure(64);
  await measure(15);
} finally {
  await Promise.all([store.close(), raw.dispose()]);
  await end(double.child);
  rmSync(folder, { recursive: true });
}
