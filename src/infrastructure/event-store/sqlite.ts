import type { DatabaseSync } from 'node:sqlite';
import type { EventStore, NewEvent, StoreId, StreamId } from '../../application/ports/event-store.ts';
import { openSqlite, orUnavailable } from '../sqlite/sqlite.ts';
import { createBell, createNumberedFeed, type Numbered, type NumberedLog, recordedBy } from './numbered-feed.ts';
import type { OpenEventStore } from './open-event-store.ts';
import { createAppending } from './sqlite-append.ts';

const PART = 'event store';
// Events of the catalogue have up to 256 KiB each.
const PAGE = 64;

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS events (
    position INTEGER PRIMARY KEY,
    stream TEXT NOT NULL,
    version INTEGER NOT NULL,
    id TEXT NOT NULL,
    type TEXT NOT NULL,
    schema INTEGER NOT NULL,
    envelope TEXT NOT NULL,
    data TEXT NOT NULL,
    UNIQUE (stream, version)
  ) STRICT`;

interface Row {
  readonly position: number;
  readonly stream: string;
  readonly version: number;
  readonly id: string;
  readonly type: string;
  readonly schema: number;
  readonly envelope: string;
  readonly data: string;
}

// Damaged JSON is handed on as the text it is: decoding names the event and its consumer parks it.
const parsed = (json: string): unknown => {
  try {
    return JSON.parse(json);
  } catch {
    return json;
  }
};

const numbered = ({ position, envelope, data, ...event }: Row): Numbered => ({
  n: position,
  event: { ...event, envelope: parsed(envelope), data: parsed(data) } as NewEvent,
});

const createLog = (db: DatabaseSync): NumberedLog => {
  const head = db.prepare('SELECT coalesce(max(position), 0) AS n FROM events');
  const find = db.prepare('SELECT position AS n FROM events WHERE stream = ? AND version = ?');
  const after = db.prepare('SELECT * FROM events WHERE position > ? ORDER BY position LIMIT ?');
  return {
    head: () => orUnavailable(PART, () => Number(head.get()?.['n'])),
    numberOf: (stream, version) =>
      orUnavailable(PART, () => {
        const found = find.get(stream, version);
        return found === undefined ? undefined : Number(found['n']);
      }),
    after: (n, max) => orUnavailable(PART, () => (after.all(n, max) as unknown as readonly Row[]).map(numbered)),
  };
};

/** How a stream is read: in pages, so that no reader holds the database while it waits for something else. */
const createReading = (db: DatabaseSync, storeId: () => StoreId): EventStore['read'] => {
  const page = db.prepare(
    'SELECT * FROM events WHERE stream = ? AND version > ? AND version <= ? ORDER BY version LIMIT ?',
  );
  const pageOf = (stream: StreamId, after: number, until: number): readonly Numbered[] =>
    orUnavailable(PART, () => (page.all(stream, after, until, PAGE) as unknown as readonly Row[]).map(numbered));

  return async function* (stream, after, until = Number.MAX_SAFE_INTEGER) {
    let events: readonly Numbered[];
    let from = after;
    do {
      events = pageOf(stream, from, until);
      for (const event of events) yield recordedBy(storeId(), event);
      from += events.length;
    } while (events.length === PAGE);
  };
};

/**
 * Streams and feed in one file, made if absent; one process at a time.
 * @throws Error when the file cannot be opened or is no database.
 */
export const openSqliteEventStore = (file: string): OpenEventStore => {
  const db = openSqlite(file, SCHEMA);
  const bell = createBell();
  const log = createLog(db);
  const appending = createAppending(db, bell);
  let id = 'unbound' as StoreId;
  return {
    events: { read: createReading(db, () => id), append: appending.append },
    feed: (storeId) => {
      id = storeId;
      return createNumberedFeed(storeId, log, bell);
    },
    close: async () => {
      appending.finish();
      bell.ring();
      db.close();
    },
  };
};
