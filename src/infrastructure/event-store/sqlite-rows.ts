import type { DatabaseSync } from 'node:sqlite';
import type { NewEvent } from '../../application/ports/event-store.ts';
import type { Numbered } from './numbered-feed.ts';

/** What is not available where the file cannot be read or written. */
export const PART = 'event store';
/** Events read at a time: those of the catalogue have up to 256 KiB each. */
export const PAGE = 64;

/** As arrays, in this order: by name, each row would cost twice as much as reading it. */
export const COLUMNS = 'position, stream, version, id, type, schema, envelope, data';
export type Row = readonly [
  position: number,
  stream: string,
  version: number,
  id: string,
  type: string,
  schema: number,
  envelope: string,
  data: string,
];

export const prepareRows = (
  db: DatabaseSync,
  sql: string,
): ((...values: readonly (string | number)[]) => readonly Row[]) => {
  const statement = db.prepare(sql);
  statement.setReturnArrays(true);
  return (...values) => statement.all(...values) as unknown as readonly Row[];
};

// Damaged JSON is handed on as the text it is: decoding names the event and its consumer parks it.
const parsed = (json: string): unknown => {
  try {
    return JSON.parse(json);
  } catch {
    return json;
  }
};

export const numbered = ([n, stream, version, id, type, schema, envelope, data]: Row): Numbered => ({
  n,
  event: { stream, version, id, type, schema, envelope: parsed(envelope), data: parsed(data) } as NewEvent,
});

/** The number of the newest event; 0 where there is none. */
export const prepareHead = (db: DatabaseSync): (() => number) => {
  const head = db.prepare('SELECT coalesce(max(position), 0) AS n FROM events');
  return () => Number(head.get()?.['n']);
};
