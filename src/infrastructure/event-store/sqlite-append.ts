import type { DatabaseSync } from 'node:sqlite';
import { Unavailable } from '../../application/ports/errors.ts';
import type { EventStore, NewEvent, NonEmpty } from '../../application/ports/event-store.ts';
import { inTransaction } from '../sqlite/sqlite.ts';
import { assertFollows } from './follows.ts';
import type { Bell } from './numbered-feed.ts';

type Outcome = Awaited<ReturnType<EventStore['append']>>;
type Values = readonly [stream: string, version: number, id: string, type: string, schema: number, ...json: string[]];

/** An append whose caller waits for its outcome. */
interface Waiting {
  readonly rows: NonEmpty<Values>;
  resolve(outcome: Outcome): void;
  reject(error: Error): void;
}

interface Appending {
  readonly append: EventStore['append'];
  /** Writes what still waits. */
  finish(): void;
}

const valuesOf = ({ stream, version, id, type, schema, envelope, data }: NewEvent): Values => [
  stream,
  version,
  id,
  type,
  schema,
  JSON.stringify(envelope),
  JSON.stringify(data),
];

/** Streams whose heads are remembered at most: more than there are orders under way. */
const HEADS = 10_000;

/**
 * Appends that arrive together share one transaction, because what costs is bringing it to disk. Each still succeeds,
 * conflicts or fails by itself.
 */
export const createAppending = (db: DatabaseSync, bell: Bell): Appending => {
  const insert = db.prepare(
    'INSERT INTO events (stream, version, id, type, schema, envelope, data) VALUES (?, ?, ?, ?, ?, ?, ?)',
  );
  // Looks at the head and writes behind it in one statement; a version that is taken is a head further on.
  const insertAtHead = db.prepare(
    `INSERT INTO events (stream, version, id, type, schema, envelope, data)
     SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7
     WHERE (SELECT coalesce(max(version), 0) FROM events WHERE stream = ?1) = ?2 - 1`,
  );
  const insertBehind = db.prepare(
    `INSERT INTO events (stream, version, id, type, schema, envelope, data) VALUES (?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (stream, version) DO NOTHING`,
  );
  const waiting: Waiting[] = [];
  /** Versions that were committed here last: what stands behind one need not be looked for, the key tells. */
  const heads = new Map<string, number>();

  const remember = ({ rows }: Waiting): void => {
    const [[stream, version]] = rows;
    // All at once: each is looked up once more.
    if (heads.size >= HEADS) heads.clear();
    heads.set(stream, version + rows.length - 1);
  };

  const write = ({ rows: [first, ...others] }: Waiting): Outcome => {
    const [stream, version] = first;
    const insertFirst = heads.get(stream) === version - 1 ? insertBehind : insertAtHead;
    if (insertFirst.run(...first).changes === 0) return 'conflict';
    for (const values of others) insert.run(...values);
    return 'appended';
  };

  const writeTogether = (group: readonly Waiting[]): void => {
    let written: readonly (readonly [Waiting, Outcome])[];
    try {
      written = inTransaction(db, () => group.map((one) => [one, write(one)] as const));
    } catch (cause) {
      // Nothing of the group was written. Alone, each gets the answer that is its own.
      if (group.length > 1) group.forEach((one) => writeTogether([one]));
      else group[0]?.reject(new Unavailable('event store', { cause }));
      return;
    }
    for (const [one, outcome] of written) {
      if (outcome === 'appended') remember(one);
      one.resolve(outcome);
    }
    bell.ring();
  };

  const finish = () => {
    const group = waiting.splice(0);
    if (group.length > 0) writeTogether(group);
  };

  return {
    append: async (stream, at, events) => {
      assertFollows(stream, at, events);
      const [first, ...others] = events;
      const rows: NonEmpty<Values> = [valuesOf(first), ...others.map(valuesOf)];
      return new Promise((resolve, reject) => {
        waiting.push({ rows, resolve, reject });
        if (waiting.length === 1) setImmediate(finish);
      });
    },
    finish,
  };
};
