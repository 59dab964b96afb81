import { copyFileSync, writeFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import type { Log } from '../src/application/ports/log.ts';
import { openSqlite } from '../src/infrastructure/sqlite/sqlite.ts';
import { startWalCheckpoints } from '../src/infrastructure/sqlite/wal-checkpoints.ts';
import { noLog } from './support/no-log.ts';
import { scratchFiles } from './support/scratch.ts';

const scratch = scratchFiles();

/** What stands in the file itself, without its log. */
const inFile = (file: string): number => {
  const copy = scratch('copy.sqlite');
  copyFileSync(file, copy);
  const db = new DatabaseSync(copy);
  try {
    return Number(db.prepare('SELECT count(*) AS n FROM things').get()?.['n']);
  } catch {
    return 0; // The table is not there yet, or the copy was taken while pages were written.
  } finally {
    db.close();
  }
};

const written = (file: string, many: number): DatabaseSync => {
  const db = openSqlite(file, 'CREATE TABLE IF NOT EXISTS things (name TEXT)');
  // Nobody but the thread does it.
  db.exec('PRAGMA wal_autocheckpoint = 0');
  const insert = db.prepare('INSERT INTO things VALUES (?)');
  for (let n = 0; n < many; n += 1) insert.run(`thing ${String(n)}`);
  return db;
};

describe('the thread that checkpoints a write-ahead log', () => {
  it('brings what was committed into the file, while who wrote it has it open', async () => {
    const file = scratch('moved.sqlite');
    const db = written(file, 50);
    expect(inFile(file)).toBe(0);
    const checkpoints = startWalCheckpoints(file, noLog);
    while (inFile(file) < 50) await pause(10);
    await checkpoints.close();
    db.close();
  });

  it('says that it has ended where the file is none of SQLite, and harms nobody', async () => {
    const file = scratch('other.sqlite');
    writeFileSync(file, 'no database '.repeat(1_000));
    const said: string[] = [];
    const log: Log = { ...noLog, warn: (_fields, message) => void said.push(message) };
    const checkpoints = startWalCheckpoints(file, log);
    while (said.length === 0) await pause(10);
    expect(said).toEqual(['no thread checkpoints this file any more: whoever writes in it does, and waits']);
    await checkpoints.close();
  });
});
