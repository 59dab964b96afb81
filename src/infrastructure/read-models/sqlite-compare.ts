import type { DatabaseSync } from 'node:sqlite';
import { setImmediate } from 'node:timers/promises';
import type { Compared, Stored } from '../../application/ports/read-models.ts';
import { orUnavailable } from '../sqlite/sqlite.ts';
import type { TableNames } from './sqlite-tables.ts';

interface Generations {
  readonly live: TableNames;
  readonly shadow: TableNames;
}

/** Documents read at a time. */
const PAGE = 500;
/** Keys looked up at a time. */
const KEYS = 5_000;

/**
 * The shadow's documents as they lie in the file, each with what the served generation has at its key; then what only
 * that one has. In the order of their keys each would lie somewhere else in the file.
 */
export const compareGenerations = async function* (
  db: DatabaseSync,
  generations: Generations,
): AsyncIterable<Compared> {
  yield* filled(db, generations);
  yield* strays(db, generations);
};

type Row = readonly [
  row: number,
  key: string,
  version: number,
  json: string,
  live: number | null,
  other: string | null,
];

const filled = async function* (db: DatabaseSync, { live, shadow }: Generations): AsyncIterable<Compared> {
  const page = reach(() =>
    db.prepare(`SELECT s.rowid, s.key, s.version, s.json, l.version,
        CASE WHEN l.version = s.version AND l.json = s.json THEN NULL ELSE l.json END
      FROM ${shadow.documents} s LEFT JOIN ${live.documents} l ON l.key = s.key
      WHERE s.rowid > ? ORDER BY s.rowid LIMIT ${String(PAGE)}`),
  );
  page.setReturnArrays(true);
  for (let last: number | undefined = 0; last !== undefined;) {
    const after: number = last;
    const rows = reach(() => page.all(after)) as unknown as readonly Row[];
    for (const row of rows) yield comparedOf(row);
    last = rows.at(-1)?.[0];
    await setImmediate();
  }
};

const comparedOf = ([, key, version, json, ...live]: Row): Compared => ({
  key,
  shadow: { key, version, json },
  live: liveOf(key, ...live),
});

const liveOf = (key: string, version: number | null, other: string | null): Compared['live'] => {
  if (version === null) return undefined;
  return other === null ? 'same' : { key, version, json: other };
};

const strays = async function* (db: DatabaseSync, { live, shadow }: Generations): AsyncIterable<Compared> {
  const [end, found] = reach(() => [
    db.prepare(`SELECT max(key) AS key FROM (
      SELECT key FROM ${live.documents} WHERE key > ? ORDER BY key LIMIT ${String(KEYS)})`),
    db.prepare(`SELECT key, version, json FROM ${live.documents} l WHERE key > ? AND key <= ?
      AND NOT EXISTS (SELECT 1 FROM ${shadow.documents} s WHERE s.key = l.key) ORDER BY key`),
  ]);
  // The end first: what is written meanwhile belongs to one stretch only.
  const endOf = (after: string) => reach(() => end.get(after))?.['key'] as string | null;
  for (let after = '', until = endOf(after); until !== null; after = until, until = endOf(after)) {
    const last: string = until;
    const rows = reach(() => found.all(after, last)) as unknown as readonly Stored[];
    for (const { key, version, json } of rows) yield { key, shadow: undefined, live: { key, version, json } };
    await setImmediate();
  }
};

const reach = <T>(work: () => T): T => orUnavailable('read models', work);
