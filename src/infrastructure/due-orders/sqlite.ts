import type { DatabaseSync } from 'node:sqlite';
import type { Sink } from '../../application/ports/consumers.ts';
import type { DueOrder, DueOrders, OpenDueOrders } from '../../application/ports/due-orders.ts';
import type { Versioned, Write } from '../../application/ports/read-models.ts';
import type { OrderId } from '../../domain/shared/ids.ts';
import type { Instant } from '../../domain/shared/instant.ts';
import { soleHolder } from '../checkpoints/checkpoint.ts';
import type { Checkpoint, Lease } from '../checkpoints/checkpoint.ts';
import { createSqliteCheckpoint, openDocuments, openGeneration } from '../checkpoints/sqlite.ts';
import { inTransaction, orUnavailable, whenFree } from '../sqlite/sqlite.ts';

const NAME = 'due-orders';

/**
 * The due orders in a SQLite file, made if absent.
 * @param options.schema of the kept documents; another one than before starts anew.
 */
export const openSqliteDueOrders = (
  file: string,
  { schema = 2, lease = soleHolder }: { readonly schema?: number; readonly lease?: Lease } = {},
): OpenDueOrders => {
  const db = openDocuments(file);
  const generation = openGeneration(
    db,
    { name: NAME, schema: String(schema) },
    {
      create: (n) => db.exec(tableSchema(tableName(n))),
      drop: (n) => db.exec(`DROP TABLE ${tableName(n)}`),
    },
  );
  const table = tableName(generation);
  // One process has the file: claims found at its start are those of one that died, and would hold up a restart.
  db.exec(queueQueries(table).freeAll);
  return {
    dueOrders: queueOf(db, table),
    sink: sinkOf(db, table, createSqliteCheckpoint(db, { name: NAME, generation }, lease)),
    close: async () => {
      if (db.isOpen) db.close();
    },
  };
};

const reach = <T>(work: () => T): T => orUnavailable('due orders', work);
// A rebuild is another process that writes in the same file.
const free = <T>(work: () => T): Promise<T> => whenFree('due orders', work);

const tableName = (generation: number): string => `due_orders_g${String(generation)}`;

/** `next_at` is NULL for never; a claim moves it to the end of its lease, so that one index finds what is due. */
const tableSchema = (table: string): string => `
  CREATE TABLE IF NOT EXISTS ${table} (
    id TEXT PRIMARY KEY, version INTEGER NOT NULL, json TEXT NOT NULL, next_at TEXT, owner TEXT
  ) STRICT;
  CREATE INDEX IF NOT EXISTS ${table}_next_at ON ${table} (next_at, id) WHERE next_at IS NOT NULL;
  CREATE INDEX IF NOT EXISTS ${table}_claimed ON ${table} (owner) WHERE owner IS NOT NULL;`;

const columnOf = (nextAt: Instant | 'never'): Instant | null => (nextAt === 'never' ? null : nextAt);

/** What the queue asks its index. */
export const queueQueries = (table: string) => ({
  claimable: `SELECT id FROM ${table} WHERE next_at <= ? ORDER BY next_at, id LIMIT ?`,
  freeAll: `UPDATE ${table} SET next_at = json_extract(json, '$.nextAt'), owner = NULL WHERE owner IS NOT NULL`,
  earliest: `SELECT next_at FROM ${table} WHERE next_at IS NOT NULL ORDER BY next_at LIMIT 1`,
});

const queueOf = (db: DatabaseSync, table: string): DueOrders => {
  const queries = queueQueries(table);
  const claimable = db.prepare(queries.claimable);
  const earliest = db.prepare(queries.earliest);
  const take = db.prepare(`UPDATE ${table} SET next_at = ?, owner = ? WHERE id = ?`);
  const postpone = db.prepare(`UPDATE ${table} SET next_at = ?, owner = NULL WHERE id = ? AND owner = ?`);
  const wake = db.prepare(`UPDATE ${table} SET next_at = ?, owner = NULL WHERE id = ?`);
  return {
    claim: (max, now, until, owner) =>
      free(() =>
        inTransaction(db, () => {
          const taken = claimable.all(now, max).map((row) => row['id'] as OrderId);
          for (const id of taken) take.run(until, owner, id);
          return taken;
        }),
      ),
    postpone: async (id, owner, to) => {
      await free(() => postpone.run(columnOf(to), id, owner));
    },
    wake: async (id, now) => {
      await free(() => wake.run(now, id));
    },
    earliest: async () => reach(() => earliest.get()?.['next_at'] as Instant | undefined),
  };
};

const sinkOf = (
  db: DatabaseSync,
  table: string,
  checkpoint: Checkpoint,
): Sink<Versioned<DueOrder>, Write<DueOrder>> => {
  const select = db.prepare(`SELECT version, json FROM ${table} WHERE id = ?`);
  const write = db.prepare(
    `INSERT INTO ${table} VALUES (?, ?, ?, ?, NULL) ON CONFLICT (id) DO UPDATE
     SET version = excluded.version, json = excluded.json, next_at = excluded.next_at, owner = NULL
     WHERE version < excluded.version`,
  );
  const load = (key: string): readonly (readonly [string, Versioned<DueOrder>])[] => {
    const row = select.get(key) as { version: number; json: string } | undefined;
    return row === undefined ? [] : [[key, { version: row.version, doc: JSON.parse(row.json) as DueOrder }]];
  };
  return {
    hold: (owner) => free(() => checkpoint.hold(owner)),
    load: async (_hold, keys) => reach(() => new Map(keys.flatMap(load))),
    keep: (hold, next, writes) =>
      free(() =>
        checkpoint.keep(hold, next, () => {
          for (const { key, version, doc } of writes) {
            write.run(key, version, JSON.stringify(doc), columnOf(doc.nextAt));
          }
        }),
      ),
    release: (hold) => free(() => checkpoint.release(hold)),
  };
};
