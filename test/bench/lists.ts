// Pages of the list of orders, as GET /v1/orders asks for them, among a million orders (`--orders` for fewer): on SQLite
// and on MongoDB, beside a raw query of the newest page through an index of its own on the same stored documents.
import { mkdtempSync, rmSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { OrderDocument } from '../../src/application/ports/order-documents.ts';
import type { ReadModel, ReadModels } from '../../src/application/ports/read-models.ts';
import { createListOrders } from '../../src/application/queries/list-orders.ts';
import type { OrdersQuery } from '../../src/application/queries/list-orders.ts';
import { openMongo } from '../../src/infrastructure/checkpoints/mongodb-connection.ts';
import { openMongoReadModels } from '../../src/infrastructure/read-models/mongodb.ts';
import { openSqliteReadModels } from '../../src/infrastructure/read-models/sqlite.ts';
import { ordersProjection } from '../../src/projections/orders.ts';
import { startMongo } from '../servers/programs/mongodb.ts';
import { createdOf, externalIdOf, fillWithOrders, merchantOf, productOf } from './orders-at-rest.ts';
import { referenceOf, TENANT, userOf, USERS } from './orders-at-rest.ts';
import { reportPages, secondsOf, sizes } from './report.ts';

const { orders, requests } = sizes({ orders: 1_000_000, requests: 300 });
const LIMIT = 50;

type Asked = Omit<OrdersQuery, 'tenant' | 'limit'>;

/** Another part of the list at each request, so that no page is measured that was read a moment ago. */
const somewhere = (request: number): number => (request * 7_919 * 20) % orders;

const lists: Readonly<Record<string, (request: number) => Asked>> = {
  'no filter': () => ({}),
  'status=completed (96 %)': () => ({ status: 'completed' }),
  'status=failed (2 %)': () => ({ status: 'failed' }),
  'status=submitting (0.5 %)': () => ({ status: 'submitting' }),
  'attention=on_hold (0.1 %)': () => ({ attention: 'on_hold' }),
  reference: (n) => ({ reference: referenceOf(somewhere(n)) }),
  externalOrderId: (n) => ({ externalOrderId: externalIdOf(somewhere(n)) }),
  userId: (n) => ({ userId: userOf(n % USERS) }),
  productCode: (n) => ({ productCode: productOf(n) }),
  merchantId: (n) => ({ merchantId: merchantOf(n) }),
  'createdAfter and createdBefore': (n) => ({
    createdAfter: createdOf(somewhere(n)),
    createdBefore: createdOf(somewhere(n) + 10_000),
  }),
  'q, a reference': (n) => ({ q: referenceOf(somewhere(n)).toLowerCase() }),
  'q, the beginning of all references': () => ({ q: 'po' }),
  'q, the beginning of an externalOrderId': (n) => ({ q: externalIdOf(somewhere(n)).slice(0, 14) }),
  'q, a userId': (n) => ({ q: userOf(n % USERS) }),
  'status=failed and productCode': (n) => ({ status: 'failed', productCode: productOf(n) }),
  'userId and status=completed': (n) => ({ userId: userOf(n % USERS), status: 'completed' }),
  'q, all references, and attention=on_hold': () => ({ q: 'po', attention: 'on_hold' }),
};

/** Milliseconds of each, one after the other in turn: whatever else the machine does meets both alike. */
const inTurn = async (ours: (request: number) => Promise<unknown>, raw: () => Promise<unknown>) => {
  const times: { readonly ours: number[]; readonly baseline: number[] } = { ours: [], baseline: [] };
  for (let request = 0; request < requests; request += 1) {
    times.ours.push(1_000 * (await secondsOf(() => ours(request))));
    times.baseline.push(1_000 * (await secondsOf(raw)));
  }
  return times;
};

/** The list's end: the place before its last page, found from behind. */
const beforeLastPage = async (model: ReadModel<OrderDocument>, { status }: Asked): Promise<Asked> => {
  const where = { tenant: TENANT, ...(status === undefined ? {} : { status }) };
  const { found } = await model.find({ where, sort: { field: 'createdAt', direction: 'asc' }, limit: LIMIT + 1 });
  const place = found.at(-1);
  return place === undefined ? {} : { after: { sort: place.sort, key: place.key } };
};

const measure = async (store: string, models: ReadModels, openRaw: () => Promise<() => Promise<unknown>>) => {
  const opened = await models.open(ordersProjection.definition);
  const seconds = await secondsOf(() => fillWithOrders(opened, orders));
  process.stderr.write(`${store}: ${orders.toLocaleString('en')} orders in ${seconds.toFixed(0)} s\n`);
  const raw = await openRaw();
  const listOrders = createListOrders(opened.model);
  const page = async (what: string, asked: (request: number) => Asked): Promise<void> => {
    const times = await inTurn((n) => listOrders({ tenant: TENANT, limit: LIMIT, ...asked(n) }), raw);
    reportPages({ what: `${store}: ${what}`, ...times, aim: 50 });
  };
  await page('first page', () => ({}));
  for (const status of [undefined, 'completed', 'failed'] as const) {
    const of: Asked = status === undefined ? {} : { status };
    const last = await beforeLastPage(opened.model, of);
    await page(`last page${status === undefined ? '' : ` of status=${status}`}`, () => ({ ...of, ...last }));
  }
  for (const [what, asked] of Object.entries(lists)) await page(what, asked);
};

const onSqlite = async (): Promise<void> => {
  const folder = mkdtempSync(join(tmpdir(), 'voucher-orders-bench-'));
  const file = join(folder, 'read-models.sqlite');
  const models = openSqliteReadModels(file);
  const db = new DatabaseSync(file);
  try {
    await measure('SQLite', models, async () => {
      db.exec(`CREATE INDEX raw ON orders_g1 (json ->> 'tenant', json ->> 'createdAt' DESC, key DESC)`);
      const newest = db.prepare(`SELECT key, json FROM orders_g1 WHERE json ->> 'tenant' = ?
        ORDER BY json ->> 'createdAt' DESC, key DESC LIMIT ${String(LIMIT + 1)}`);
      return async () => newest.all(TENANT).map(({ json }) => JSON.parse(String(json)) as unknown);
    });
  } finally {
    db.close();
    await models.close();
    rmSync(folder, { recursive: true });
  }
};

const onMongo = async (): Promise<void> => {
  const server = await startMongo({ replicaSet: true });
  const mongo = await openMongo(server.uri);
  try {
    await measure('MongoDB', openMongoReadModels(mongo), async () => {
      const collection = mongo.db.collection('orders_g1');
      await collection.createIndex({ 'doc.tenant': 1, 'doc.createdAt': -1, _id: -1 });
      const sort = { 'doc.createdAt': -1, _id: -1 } as const;
      return () => collection.find({ 'doc.tenant': TENANT }, { sort, limit: LIMIT + 1 }).toArray();
    });
  } finally {
    await mongo.close();
    await server.stop();
  }
};

await onSqlite();
await onMongo();
