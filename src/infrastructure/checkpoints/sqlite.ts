import type { DatabaseSync } from 'node:sqlite';
import type { Progress } from '../../application/ports/consumers.ts';
import { noProgress } from '../../application/ports/consumers.ts';
import { inTransaction, openSqlite } from '../sqlite/sqlite.ts';
import type { Checkpoint, Lease } from './checkpoint.ts';

/**
 * `consumers` points to the generation that is served and fences its holder; every generation of tables has its own
 * position, so that another one can be filled beside it and the pointer moved by one update (design 13).
 */
const schema = `
  CREATE TABLE IF NOT EXISTS consumers (
    name TEXT PRIMARY KEY, generation INTEGER NOT NULL, epoch INTEGER NOT NULL, owner TEXT, until INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS generations (
    name TEXT NOT NULL, generation INTEGER NOT NULL, schema TEXT NOT NULL, progress TEXT NOT NULL,
    PRIMARY KEY (name, generation)
  ) STRICT;`;

/**
 * Opens a file of documents, made if absent. Documents and their position are one transaction, so what a loss of power
 * takes back comes again from the feed: no wait for the disk at each batch.
 * @param more tables besides, as SQL that is harmless when run again
 */
export const openDocuments = (file: string, more = ''): DatabaseSync => {
  const db = openSqlite(file, schema + more);
  // Documents are found and replaced all over the file: pages stay at hand (KiB), the log is moved there seldom (pages).
  db.exec('PRAGMA synchronous = NORMAL; PRAGMA cache_size = -65536; PRAGMA wal_autocheckpoint = 10000;');
  return db;
};

/** The name under which a rebuild holds the generation that it fills; no consumer's own name has a space. */
export const shadowOf = (name: string): string => `${name} shadow`;

/** The tables of one generation; both must be harmless when run again. */
export interface Tables {
  create(generation: number): void;
  drop(generation: number): void;
}

/**
 * The generation of the consumer's tables, with the tables made. One made for another schema is dropped, its holder
 * fenced off, and a new one begun: numbers are never used again.
 */
export const openGeneration = (
  db: DatabaseSync,
  { name, schema }: { readonly name: string; readonly schema: string },
  tables: Tables,
): number =>
  inTransaction(db, () => {
    const served = db
      .prepare('SELECT generation, schema FROM consumers JOIN generations USING (name, generation) WHERE name = ?')
      .get(name) as { generation: number; schema: string } | undefined;
    if (served?.schema === schema) {
      tables.create(served.generation);
      return served.generation;
    }
    const old = db.prepare('SELECT generation FROM generations WHERE name IN (?, ?) ORDER BY generation');
    const before = old.all(name, shadowOf(name)).map((row) => Number(row['generation']));
    const generation = (before.at(-1) ?? 0) + 1;
    for (const each of before) tables.drop(each);
    db.prepare('DELETE FROM generations WHERE name IN (?, ?)').run(name, shadowOf(name));
    db.prepare('DELETE FROM consumers WHERE name = ?').run(shadowOf(name));
    db.prepare('INSERT INTO generations VALUES (?, ?, ?, ?)').run(name, generation, schema, JSON.stringify(noProgress));
    db.prepare(
      `INSERT INTO consumers VALUES (?, ?, 0, NULL, 0) ON CONFLICT (name)
       DO UPDATE SET generation = excluded.generation, owner = NULL, until = 0`,
    ).run(name, generation);
    tables.create(generation);
    return generation;
  });

/**
 * The checkpoint of a generation that `openGeneration` has opened. Once the pointer has moved on, its holder is
 * fenced off and nobody can hold it again.
 */
export const createSqliteCheckpoint = (
  db: DatabaseSync,
  { name, generation }: { readonly name: string; readonly generation: number },
  { leaseMs, now }: Lease,
): Checkpoint => {
  const take = db.prepare(
    `UPDATE consumers SET epoch = epoch + 1, owner = :owner, until = :until
     WHERE name = :name AND generation = :generation AND (owner = :owner OR until <= :now) RETURNING epoch`,
  );
  const position = db.prepare('SELECT progress FROM generations WHERE name = ? AND generation = ?');
  const renew = db.prepare('UPDATE consumers SET until = ? WHERE name = ? AND generation = ? AND epoch = ?');
  const advance = db.prepare('UPDATE generations SET progress = ? WHERE name = ? AND generation = ?');
  return {
    hold: (owner) =>
      inTransaction(db, () => {
        const at = now();
        const taken = take.get({ name, generation, owner, until: at + leaseMs, now: at });
        if (taken === undefined) return 'held';
        const { progress } = position.get(name, generation) as { progress: string };
        return { consumer: name, epoch: Number(taken['epoch']), progress: JSON.parse(progress) as Progress };
      }),
    keep: (hold, next, write) =>
      inTransaction(db, () => {
        if (renew.run(now() + leaseMs, name, generation, hold.epoch).changes === 0) return 'fenced';
        write();
        advance.run(JSON.stringify(next), name, generation);
        return 'kept';
      }),
    release: (hold) => {
      renew.run(0, name, generation, hold.epoch);
    },
  };
};
