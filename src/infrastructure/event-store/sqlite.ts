import type { DatabaseSync } from 'node:sqlite';
import { setImmediate } from 'node:timers/promises';
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

// Field by field: a rest or a spread would take as long as the parsing.
const numbered = ({ position, stream, version, id, type, schema, envelope, data }: Row): Numbered => ({
  n: position,
  event: { stream, version, id, type, schema, envelope: parsed(envelope), data: parsed(data) } as NewEvent,
});

/** Rows until they hold so many characters: a few hundred of the catalogue's events are a whole batch. */
const ROOM = 4 * 1024 * 1024;

const upToRoom = (rows: Iterable<unknown>): readonly Numbered[] => {
  const events: Numbered[] = [];
  let room = ROOM;
  for (const row of rows as Iterable<Row>) {
    events.push(numbered(row));
    room -= row.envelope.length + row.data.length;
    if (room <= 0) break;
  }
  return events;
};

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
    after: (n, max) => orUnavailable(PART, () => upToRoom(after.iterate(n, max))),
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
      const feed = createNumberedFeed(storeId, log, bell);
      return {
        ...feed,
        read: async (after, max) => {
          // A file answers at once: who reads batch after batch would let nothing else of the process have its turn.
          await setImmediate();
          return feed.read(after, max);
        },
      };
    },
    close: async () => {
      appending.finish();
      bell.ring();
      db.close();
    },
  };
};
