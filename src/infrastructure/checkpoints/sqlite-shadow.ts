import type { DatabaseSync } from 'node:sqlite';
import type { Hold, Progress } from '../../application/ports/consumers.ts';
import { noProgress } from '../../application/ports/consumers.ts';
import type { Position } from '../../application/ports/event-store.ts';
import { inTransaction } from '../sqlite/sqlite.ts';
import { shadowOf } from './sqlite.ts';
import type { Tables } from './sqlite.ts';

/** A consumer's documents under one schema. */
export interface Served {
  readonly name: string;
  readonly schema: string;
}

/** The generation that is served, if it is of this schema. */
export const createPointer = (db: DatabaseSync, { name, schema }: Served): (() => number | undefined) => {
  const served = db.prepare(
    'SELECT generation FROM consumers JOIN generations USING (name, generation) WHERE name = ? AND schema = ?',
  );
  return () => served.get(name, schema)?.['generation'] as number | undefined;
};

/**
 * The generation that a rebuild fills: as it was left, or begun. It is a consumer of its own, with a fence of its own,
 * until the pointer moves to it. What was served before the generation that is served now is dropped.
 */
export const openShadow = (db: DatabaseSync, { name, schema }: Served, tables: Tables): number =>
  inTransaction(db, () => {
    const left = createPointer(db, { name: shadowOf(name), schema })();
    if (left !== undefined) return left;
    const others = db
      .prepare(
        `SELECT generation FROM generations WHERE name = :shadow OR name = :name
         AND generation <> (SELECT generation FROM consumers WHERE name = :name)`,
      )
      .all({ name, shadow: shadowOf(name) })
      .map((row) => Number(row['generation']));
    const newest = db.prepare('SELECT max(generation) AS n FROM generations WHERE name IN (?, ?)');
    const generation = 1 + Number(newest.get(name, shadowOf(name))?.['n']);
    for (const other of others) drop(db, { name, generation: other }, tables);
    db.prepare('INSERT INTO generations VALUES (?, ?, ?, ?)').run(
      shadowOf(name),
      generation,
      schema,
      JSON.stringify(noProgress),
    );
    // A generation's number is used again after its shadow was discarded; its epochs, which begin at the time (ms), not.
    db.prepare(
      `INSERT OR REPLACE INTO consumers VALUES (?, ?, CAST(unixepoch('subsec') * 1000 AS INTEGER), NULL, 0)`,
    ).run(shadowOf(name), generation);
    tables.create(generation);
    return generation;
  });

interface Generation {
  readonly name: string;
  readonly generation: number;
}

const drop = (db: DatabaseSync, { name, generation }: Generation, tables: Tables): void => {
  tables.drop(generation);
  db.prepare('DELETE FROM generations WHERE name IN (?, ?) AND generation = ?').run(name, shadowOf(name), generation);
  db.prepare('DELETE FROM consumers WHERE name = ? AND generation = ?').run(shadowOf(name), generation);
};

/** Whether nobody took the shadow over or dropped it. */
export const holdsShadow = (db: DatabaseSync, { name, generation }: Generation, hold: Hold): boolean => {
  const mine = db.prepare('SELECT 1 FROM consumers WHERE name = ? AND generation = ? AND epoch = ?');
  return mine.get(shadowOf(name), generation, hold.epoch) !== undefined;
};

/** As `Shadow.discard` of the port. */
export const dropShadow = (db: DatabaseSync, of: Generation, tables: Tables, hold: Hold): 'discarded' | 'fenced' =>
  inTransaction(db, () => {
    if (!holdsShadow(db, of, hold)) return 'fenced';
    drop(db, of, tables);
    return 'discarded';
  });

const moved = `UPDATE consumers SET generation = ?, epoch = epoch + 1, owner = NULL, until = 0 WHERE name = ?`;

/** Moves the pointer, as `Shadow.serve` of the port. */
export const serveShadow = (
  db: DatabaseSync,
  { name, generation }: Generation,
  hold: Hold,
  passed: ReadonlySet<Position | 'start'>,
): 'served' | 'ahead' | 'fenced' =>
  inTransaction(db, () => {
    if (!holdsShadow(db, { name, generation }, hold)) return 'fenced';
    const served = db.prepare(
      'SELECT progress FROM consumers JOIN generations USING (name, generation) WHERE name = ?',
    );
    const { at } = JSON.parse(String(served.get(name)?.['progress'])) as Progress;
    if (!passed.has(at)) return 'ahead';
    db.prepare('UPDATE generations SET name = ? WHERE name = ? AND generation = ?').run(
      name,
      shadowOf(name),
      generation,
    );
    db.prepare('DELETE FROM consumers WHERE name = ?').run(shadowOf(name));
    db.prepare(moved).run(generation, name);
    return 'served';
  });

/** Moves the pointer to the generation that was served before. @returns whether there is one of this schema */
export const rollBack = (db: DatabaseSync, { name, schema }: Served): boolean =>
  inTransaction(db, () => {
    const before = db
      .prepare(
        `SELECT g.generation FROM generations g JOIN consumers c ON c.name = g.name
         WHERE g.name = ? AND g.schema = ? AND g.generation <> c.generation ORDER BY g.generation DESC LIMIT 1`,
      )
      .get(name, schema);
    if (before === undefined) return false;
    db.prepare(moved).run(Number(before['generation']), name);
    return true;
  });
