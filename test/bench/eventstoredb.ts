// Appends through the EventStoreDB adapter beside the raw client's `appendToStream` with the same events, on the same
// process of the double (durable in a file), one event in each append: 64 orders at once, and 15, which is as many as the
// adapter hands to the client at once so that the client cannot end the process.
import { EventStoreDBClient, NO_STREAM } from '@eventstore/db-client';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEventStoreDb } from '../../src/infrastructure/event-store/eventstoredb/open.ts';
import { dataOf } from '../../src/infrastructure/event-store/eventstoredb/records.ts';
import { end, startDouble } from '../end-to-end/installation.ts';
import { EVENTS_PER_ORDER, eventsOfOrder } from '../support/order-life.ts';
import { atOnce, median, reportThroughput, secondsOf, sizes } from './report.ts';

const { orders, rounds } = sizes({ orders: 400, rounds: 7 });

type Life = ReturnType<typeof eventsOfOrder>;

const folder = mkdtempSync(join(tmpdir(), 'voucher-orders-bench-'));
const double = await startDouble(join(folder, 'events.log'));
const store = await openEventStoreDb(double.url);
// Clients with equal settings share a connection.
const raw = EventStoreDBClient.connectionString(`${double.url}&keepAliveInterval=12345`);

const appendLife = async (life: Life): Promise<void> => {
  for (const [at, event] of life.entries()) await store.events.append(event.stream, at, [event]);
};

const preparedFor = (life: Life) => ({ stream: life[0].stream, data: life.map(dataOf) });

const appendRaw = async ({ stream, data }: ReturnType<typeof preparedFor>): Promise<void> => {
  for (const [at, event] of data.entries()) {
    const expectedRevision = at === 0 ? NO_STREAM : BigInt(at - 1);
    await raw.appendToStream(stream, event, { expectedRevision });
  }
};

const measure = async (many: number): Promise<void> => {
  const taken: { ours: number; raw: number }[] = [];
  for (let round = 0; round <= rounds; round += 1) {
    const prepared = Array.from({ length: orders }, eventsOfOrder).map(preparedFor);
    const lives = Array.from({ length: orders }, eventsOfOrder);
    const rawly = await secondsOf(() => atOnce(many, prepared, appendRaw));
    const ours = await secondsOf(() => atOnce(many, lives, appendLife));
    if (round > 0) taken.push({ ours, raw: rawly }); // The first is a warm-up.
  }
  const appends = orders * EVENTS_PER_ORDER;
  reportThroughput({
    what: `EventStoreDB append, ${String(many)} at once / raw client (double)`,
    unit: 'appends',
    ours: appends / median(taken.map((round) => round.ours)),
    baseline: appends / median(taken.map((round) => round.raw)),
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
