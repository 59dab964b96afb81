import { DatabaseSync } from 'node:sqlite';
import { setTimeout } from 'node:timers/promises';
import { MachineryError, Unavailable } from '../../application/ports/errors.ts';

/**
 * Opens the database in `file`, made if absent, and runs `schema`, which must be harmless when run again.
 * Whatever was committed survives a loss of power. A locked database answers at once: a wait would block everything.
 */
export const openSqlite = (file: string, schema: string): DatabaseSync => {
  const db = new DatabaseSync(file);
  try {
    db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;');
    db.exec(schema);
  } catch (error) {
    db.close();
    throw error;
  }
  return db;
};

/** Runs `work`; what SQLite throws (busy, full, broken disk) becomes Unavailable(`part`). */
export const orUnavailable = <T>(part: string, work: () => T): T => {
  try {
    return work();
  } catch (cause) {
    throw cause instanceof MachineryError ? cause : new Unavailable(part, { cause });
  }
};

const BUSY = 5;
const PAUSE_MS = 4;
const TRIES = 2_500;

const isBusy = (error: unknown): boolean =>
  Error.isError(error) && 'errcode' in error && (Number(error.errcode) & 0xff) === BUSY;

/** As `orUnavailable`; where another process writes in the file, `work` waits its turn, some 10 s, and nothing else. */
export const whenFree = async <T>(part: string, work: () => T): Promise<T> => {
  for (let tries = 1; ; tries += 1) {
    try {
      return work();
    } catch (cause) {
      if (!isBusy(cause) || tries >= TRIES) return orUnavailable(part, () => fail(cause));
      await setTimeout(PAUSE_MS);
    }
  }
};

const fail = (error: unknown): never => {
  throw error;
};

/** Runs `work` in one transaction that is kept whole, or not at all when `work` throws. */
export const inTransaction = <T>(db: DatabaseSync, work: () => T): T => {
  db.exec('BEGIN IMMEDIATE');
  try {
    const result = work();
    db.exec('COMMIT');
    return result;
  } catch (error) {
    // A full disk makes SQLite roll back by itself.
    if (db.isTransaction) db.exec('ROLLBACK');
    throw error;
  }
};
