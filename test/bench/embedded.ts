// Appends through the embedded event store beside raw inserts of the same events into a table like its own, written as
// the same JSON and brought to disk the same way, but without looking at a stream's head: one after another, and 64 at
// once (there the raw ones share a transaction, 64 in each).
import { mkdtempSync, rmSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NewEvent } from '../../src/application/ports/event-store.ts';
import { openSqliteEventStore } from '../../src/infrastructure/event-store/sqlite.ts';
import { EVENTS_PER_ORDER, eventsOfOrder } from '../support/order-life.ts';
import { atOnce, median, reportThroughput, secondsOf, sizes } from './report.ts';

const { orders, rounds } = sizes({ orders: 384, rounds: 7 });
const AT_ONCE = 64;

type Life = ReturnType<typeof eventsOfOrder>;
type Values = readonly (string | number)[];

const valuesOf = ({ stream, version, id, type, schema, envelope, data }: NewEvent): Values => {
  return [stream, version, id, type, schema, JSON.stringify(envelope), JSON.stringify(data)];
};

const openRaw = (file: string) => {
  const db = new DatabaseSync(file);
  db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL');
  db.exec(`CREATE TABLE events (
    position INTEGER PRIMARY KEY, stream TEXT NOT NULL, version INTEGER NOT NULL, id TEXT NOT NULL, type TEXT NOT NULL,
    schema INTEGER NOT NULL, envelope TEXT NOT NULL, data TEXT NOT NULL, UNIQUE (stream, version)) STRICT`);
  const insert = db.prepare(
    'INSERT INTO events (stream, version, id, type, schema, envelope, data) VALUES (?, ?, ?, ?, ?, ?, ?)',
  );
  return {
    insert: (events: readonly NewEvent[], together: number): void => {
      for (let at = 0; at < events.length; at += together) {
        db.exec('BEGIN IMMEDIATE');
        for (const event of events.slice(at, at + together)) insert.run(...valuesOf(event));
        db.exec('COMMIT');
      }
    },
    close: () => db.close(),
  };
};

const folder = mkdtempSync(join(tmpdir(), 'voucher-orders-bench-'));
const store = openSqliteEventStore(join(folder, 'store.sqlite'));
const raw = openRaw(join(folder, 'raw.sqlite'));

const appendLife = async (life: Life): Promise<void> => {
  for (const [at, event] of life.entries()) await store.events.append(event.stream, at, [event]);
};

/** The events of so many orders at once, in the order in which the store is given them. */
const asTheyArrive = (lives: readonly Life[], many: number): readonly NewEvent[] => {
  const events: NewEvent[] = [];
  for (let from = 0; from < lives.length; from += many) {
    const together = lives.slice(from, from + many);
    for (let at = 0; at < EVENTS_PER_ORDER; at += 1) events.push(...together.flatMap((life) => life.slice(at, at + 1)));
  }
  return events;
};

const measure = async (what: string, many: number): Promise<void> => {
  const taken: { ours: number; raw: number }[] = [];
  for (let round = 0; round <= rounds; round += 1) {
    const lives = Array.from({ length: orders }, eventsOfOrder);
    const events = asTheyArrive(lives, many);
    const ours = await secondsOf(() => atOnce(many, lives, appendLife));
    const rawly = await secondsOf(async () => raw.insert(events, many));
    if (round > 0) taken.push({ ours, raw: rawly }); // The first is a warm-up.
  }
  const appends = orders * EVENTS_PER_ORDER;
  reportThroughput({
    what,
    unit: 'appends',
    ours: appends / median(taken.map((round) => round.ours)),
    baseline: appends / median(taken.map((round) => round.raw)),
    aim: 80,
  });
};

try {
  await measure('embedded append, one after another / raw inserts', 1);
  await measure(
    `embedded append, ${String(AT_ONCE)} at once / raw inserts, ${String(AT_ONCE)} in a transaction`,
    AT_ONCE,
  );
} finally {
  await store.close();
  raw.close();
  rmSync(folder, { recursive: true });
}
