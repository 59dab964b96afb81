import type { DatabaseSync } from 'node:sqlite';
import { setImmediate } from 'node:timers/promises';
import type { EventStore, StoreId, StreamId } from '../../application/ports/event-store.ts';
import { openSqlite, orUnavailable } from '../sqlite/sqlite.ts';
import { createBell, createNumberedFeed, type Numbered, type NumberedLog, recordedBy } from './numbered-feed.ts';
import type { OpenEventStore } from './open-event-store.ts';
import { createAppending } from './sqlite-append.ts';
import { COLUMNS, numbered, PAGE, PART, prepareHead, prepareRows } from './sqlite-rows.ts';
import type { Row } from './sqlite-rows.ts';

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

/** A batch is so many characters, and what is on the same page: a few hundred of the catalogue's events are enough. */
const ROOM = 4 * 1024 * 1024;

const upToRoom = (pageAfter: (n: number, max: number) => readonly Row[], n: number, max: number): Numbered[] => {
  const events: Numbered[] = [];
  for (let room = ROOM, last = n; room > 0 && events.length < max;) {
    const wanted = Math.min(PAGE, max - events.length);
    const rows = pageAfter(last, wanted);
    for (const row of rows) {
      events.push(numbered(row));
      room -= row[6].length + row[7].length;
    }
    if (rows.length < wanted) break;
    last = events.at(-1)?.n ?? n;
  }
  return events;
};

const createLog = (db: DatabaseSync): NumberedLog => {
  const head = prepareHead(db);
  const find = db.prepare('SELECT position AS n FROM events WHERE stream = ? AND version = ?');
  const pageAfter = prepareRows(db, `SELECT ${COLUMNS} FROM events WHERE position > ? ORDER BY position LIMIT ?`);
  return {
    head: () => orUnavailable(PART, head),
    numberOf: (stream, version) =>
      orUnavailable(PART, () => {
        const found = find.get(stream, version);
        return found === undefined ? undefined : Number(found['n']);
      }),
    after: (n, max) => orUnavailable(PART, () => upToRoom(pageAfter, n, max)),
  };
};

/** How a stream is read: in pages, so that no reader holds the database while it waits for something else. */
const createReading = (db: DatabaseSync, storeId: () => StoreId): EventStore['read'] => {
  const page = prepareRows(
    db,
    `SELECT ${COLUMNS} FROM events WHERE stream = ? AND version > ? AND version <= ? ORDER BY version LIMIT ?`,
  );
  const pageOf = (stream: StreamId, after: number, until: number): readonly Numbered[] =>
    orUnavailable(PART, () => page(stream, after, until, PAGE).map(numbered));

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
