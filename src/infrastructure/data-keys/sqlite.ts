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

/**
 * The box lies beside the rowid: rows are appended there and change in place, because a row that grows or shrinks
 * makes SQLite move its neighbours, and what it moves it may leave behind (`secure_delete` zeroes what is deleted).
 */
const schema = `
  CREATE TABLE IF NOT EXISTS store (one INTEGER PRIMARY KEY CHECK (one = 1), id TEXT NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS data_keys (
    order_id TEXT PRIMARY KEY, destroyed INTEGER NOT NULL, kek_id TEXT NOT NULL, box TEXT NOT NULL
  ) STRICT;`;

const KEK_ID_LENGTH = 40;

/** One length for all ids of key encryption keys, so that a rewrap changes its row in place. */
const padded = (kekId: string): string => {
  if (kekId.length > KEK_ID_LENGTH)
    throw new RangeError(`a key's id is longer than ${String(KEK_ID_LENGTH)}: ${kekId}`);
  return kekId.padEnd(KEK_ID_LENGTH);
};

interface Row {
  readonly destroyed: 0 | 1;
  readonly kek_id: string;
  readonly box: string;
}

const keyOf = ({ destroyed, kek_id, box }: Row): WrappedKey | 'destroyed' =>
  destroyed === 1 ? 'destroyed' : { kekId: kek_id.trimEnd(), box };

const reach = <T>(work: () => T): T => orUnavailable('data keys', work);

const keysOf = (db: DatabaseSync): Omit<DataKeys, 'storeId'> => {
  const insert = db.prepare('INSERT INTO data_keys VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING');
  const select = db.prepare('SELECT destroyed, kek_id, box FROM data_keys WHERE order_id = ?');
  const replace = db.prepare(
    'UPDATE data_keys SET kek_id = ?, box = ? WHERE order_id = ? AND kek_id = ? AND box = ? AND destroyed = 0',
  );
  const blank = db.prepare(
    `INSERT INTO data_keys VALUES (?, 1, ?, '') ON CONFLICT (order_id)
     DO UPDATE SET destroyed = 1, box = replace(hex(zeroblob(length(box))), '00', '0')`,
  );
  return {
    createOnce: async (order, { kekId, box }) => {
      const values = [order, 0, padded(kekId), box] as const;
      return reach(() => {
        insert.run(...values);
        return keyOf(select.get(order) as unknown as Row);
      });
    },
    get: async (orders) =>
      reach(() => {
        const found = new Map<OrderId, WrappedKey | 'destroyed'>();
        for (const order of orders) {
          const row = select.get(order) as Row | undefined;
          if (row !== undefined) found.set(order, keyOf(row));
        }
        return found;
      }),
    rewrap: async (order, from, to) => {
      const values = [padded(to.kekId), to.box, order, padded(from.kekId), from.box] as const;
      return reach(() => replace.run(...values).changes === 1);
    },
    destroy: async (order) =>
      reach(() => {
        blank.run(order, padded(''));
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
