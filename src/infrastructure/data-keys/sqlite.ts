import { randomUUID } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import type { DataKeys, WrappedKey } from '../../application/ports/data-keys.ts';
import { Unavailable } from '../../application/ports/errors.ts';
import type { OrderId } from '../../domain/shared/ids.ts';
import { openSqlite, orUnavailable } from '../sqlite/sqlite.ts';

/** The data keys in a SQLite file of their own, made if absent. */
export const openSqliteDataKeys = (file: string): DataKeys => {
  const db = openSqlite(file, schema);
  db.exec('PRAGMA secure_delete = ON');
  db.prepare('INSERT INTO store (one, id) VALUES (1, ?) ON CONFLICT DO NOTHING').run(randomUUID());
  const storeId = db.prepare('SELECT id FROM store').get()?.['id'] as string;
  return { storeId, ...keysOf(db) };
};

/** A destroyed key is a row without one. */
const schema = `
  CREATE TABLE IF NOT EXISTS store (one INTEGER PRIMARY KEY CHECK (one = 1), id TEXT NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS data_keys (order_id TEXT PRIMARY KEY, kek_id TEXT, box TEXT) STRICT;`;

interface Row {
  readonly kek_id: string | null;
  readonly box: string | null;
}

const keyOf = ({ kek_id: kekId, box }: Row): WrappedKey | 'destroyed' =>
  kekId === null || box === null ? 'destroyed' : { kekId, box };

const reach = <T>(work: () => T): T => orUnavailable('data keys', work);

const keysOf = (db: DatabaseSync): Omit<DataKeys, 'storeId'> => {
  const insert = db.prepare('INSERT INTO data_keys VALUES (?, ?, ?) ON CONFLICT DO NOTHING');
  const select = db.prepare('SELECT kek_id, box FROM data_keys WHERE order_id = ?');
  const replace = db.prepare('UPDATE data_keys SET kek_id = ?, box = ? WHERE order_id = ? AND kek_id = ? AND box = ?');
  const blank = db.prepare(
    'INSERT INTO data_keys VALUES (?, NULL, NULL) ON CONFLICT (order_id) DO UPDATE SET kek_id = NULL, box = NULL',
  );
  return {
    createOnce: async (order, { kekId, box }) =>
      reach(() => {
        insert.run(order, kekId, box);
        return keyOf(select.get(order) as unknown as Row);
      }),
    get: async (orders) =>
      reach(() => {
        const found = new Map<OrderId, WrappedKey | 'destroyed'>();
        for (const order of orders) {
          const row = select.get(order) as Row | undefined;
          if (row !== undefined) found.set(order, keyOf(row));
        }
        return found;
      }),
    rewrap: async (order, from, to) =>
      reach(() => replace.run(to.kekId, to.box, order, from.kekId, from.box).changes === 1),
    destroy: async (order) =>
      reach(() => {
        blank.run(order);
        truncateLog(db);
      }),
    close: async () => {
      if (db.isOpen) db.close();
    },
  };
};

/** The write-ahead log still holds pages as they were before. @throws Unavailable while another connection reads it. */
const truncateLog = (db: DatabaseSync): void => {
  const result = db.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get();
  if (result?.['busy'] !== 0) throw new Unavailable('data keys', { detail: 'the log of a destroyed key is in use' });
};
