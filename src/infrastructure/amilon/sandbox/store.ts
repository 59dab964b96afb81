import { inTransaction, openSqlite } from '../../sqlite/sqlite.ts';
import type { SandboxEndpoint } from './calls.ts';

export interface Row {
  readonly productId: string;
  readonly quantity: number;
}

/** One purchase. Codes are never kept: they follow from seed and external id. */
export interface Purchase {
  readonly externalOrderId: string;
  readonly rows: readonly Row[];
  /** Decimal text. */
  readonly total: string;
  readonly currency: string;
  /** Sandbox time, ms. */
  readonly at: number;
}

export interface CallRecord {
  readonly at: number;
  readonly endpoint: SandboxEndpoint;
  readonly externalOrderId?: string;
  /** `200`, `hang`, `reset`. */
  readonly answer: string;
}

/** How often each external id was created and read, whatever came of it. */
interface Counts {
  readonly creates: number;
  readonly reads: number;
  /** Of the first create's rows: an order that was refused has no purchase to tell its products. */
  readonly products: readonly string[];
}

export interface SandboxStore {
  /** Runs `work` whole or not at all. */
  whole<T>(work: () => T): T;
  meta(key: string): string | undefined;
  setMeta(key: string, value: string): void;
  counts(externalOrderId: string): Counts;
  countCreate(externalOrderId: string, products: readonly string[]): number;
  countRead(externalOrderId: string): number;
  buy(purchase: Purchase): void;
  purchase(externalOrderId: string): Purchase | undefined;
  purchases(): readonly Purchase[];
  record(call: CallRecord): void;
  calls(): readonly CallRecord[];
  close(): void;
}

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS purchases (
    id INTEGER PRIMARY KEY, external_order_id TEXT NOT NULL, purchase TEXT NOT NULL) STRICT;
  CREATE INDEX IF NOT EXISTS purchases_by_order ON purchases (external_order_id);
  CREATE TABLE IF NOT EXISTS counts (
    external_order_id TEXT PRIMARY KEY, creates INTEGER NOT NULL, reads INTEGER NOT NULL, products TEXT NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS calls (id INTEGER PRIMARY KEY, call TEXT NOT NULL) STRICT;
`;

/** The calls that are remembered, the newest. */
const MOST_CALLS = 20_000;

/** Purchases, counts and calls in one SQLite file, or in memory for `:memory:`. */
export const openSandboxStore = (file: string): SandboxStore => {
  const db = openSqlite(file, SCHEMA);
  const getMeta = db.prepare('SELECT value FROM meta WHERE key = ?');
  const putMeta = db.prepare('INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)');
  const getCounts = db.prepare('SELECT creates, reads, products FROM counts WHERE external_order_id = ?');
  const create = db.prepare(
    `INSERT INTO counts VALUES (?, 1, 0, ?) ON CONFLICT DO UPDATE SET creates = creates + 1,
     products = CASE creates WHEN 0 THEN excluded.products ELSE products END RETURNING creates AS n`,
  );
  const read = db.prepare(
    `INSERT INTO counts VALUES (?, 0, 1, '[]') ON CONFLICT DO UPDATE SET reads = reads + 1 RETURNING reads AS n`,
  );
  const buy = db.prepare('INSERT INTO purchases (external_order_id, purchase) VALUES (?, ?)');
  const getPurchase = db.prepare('SELECT purchase FROM purchases WHERE external_order_id = ? ORDER BY id LIMIT 1');
  const allPurchases = db.prepare('SELECT purchase FROM purchases ORDER BY id');
  const addCall = db.prepare('INSERT INTO calls (call) VALUES (?)');
  const forgetCalls = db.prepare('DELETE FROM calls WHERE id <= ?');
  const allCalls = db.prepare('SELECT call FROM calls ORDER BY id');

  return {
    whole: (work) => inTransaction(db, work),
    meta: (key) => (getMeta.get(key) as { value: string } | undefined)?.value,
    setMeta: (key, value) => void putMeta.run(key, value),
    counts: (id) => {
      const row = getCounts.get(id) as { creates: number; reads: number; products: string } | undefined;
      if (row === undefined) return { creates: 0, reads: 0, products: [] };
      return { ...row, products: JSON.parse(row.products) as string[] };
    },
    countCreate: (id, products) => (create.get(id, JSON.stringify(products)) as { n: number }).n,
    countRead: (id) => (read.get(id) as { n: number }).n,
    buy: (purchase) => void buy.run(purchase.externalOrderId, JSON.stringify(purchase)),
    purchase: (id) => {
      const row = getPurchase.get(id) as { purchase: string } | undefined;
      return row === undefined ? undefined : (JSON.parse(row.purchase) as Purchase);
    },
    purchases: () => allPurchases.all().map((row) => JSON.parse(String(row['purchase'])) as Purchase),
    record: (call) => {
      const { lastInsertRowid } = addCall.run(JSON.stringify(call));
      if (Number(lastInsertRowid) % 1_000 === 0) forgetCalls.run(Number(lastInsertRowid) - MOST_CALLS);
    },
    calls: () => allCalls.all().map((row) => JSON.parse(String(row['call'])) as CallRecord),
    close: () => db.close(),
  };
};
