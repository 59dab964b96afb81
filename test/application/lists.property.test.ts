import { afterAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { noProgress } from '../../src/application/ports/consumers.ts';
import type { Owner } from '../../src/application/ports/consumers.ts';
import type { OrderDocument, VoucherDocument } from '../../src/application/ports/order-documents.ts';
import type { Place, ReadModel, ReadModels, ReadModelDefinition } from '../../src/application/ports/read-models.ts';
import { createListOrders } from '../../src/application/queries/list-orders.ts';
import type { OrdersQuery } from '../../src/application/queries/list-orders.ts';
import type { Page, PageQuery } from '../../src/application/queries/pages.ts';
import { createListVouchers } from '../../src/application/queries/vouchers.ts';
import type { VouchersQuery } from '../../src/application/queries/vouchers.ts';
import { externalOrderIdOf, OrderId, ProductCode, Reference } from '../../src/domain/shared/ids.ts';
import { TenantId, UserId, VoucherId } from '../../src/domain/shared/ids.ts';
import { instant } from '../../src/domain/shared/instant.ts';
import { createVirtualClock } from '../../src/infrastructure/clock/virtual.ts';
import { createCodec } from '../../src/infrastructure/codec/codec.ts';
import { createMemoryEventStore } from '../../src/infrastructure/event-store/memory.ts';
import { createMemoryReadModels } from '../../src/infrastructure/read-models/memory.ts';
import { openSqliteReadModels } from '../../src/infrastructure/read-models/sqlite.ts';
import { ordersProjection } from '../../src/projections/orders.ts';
import { vouchersProjection } from '../../src/projections/vouchers.ts';
import { sampleDocuments, withRequest } from '../support/order-documents.ts';
import { scratchFiles } from '../support/scratch.ts';
import { voucherDocument } from './voucher-documents.ts';

const tenant = TenantId('acme');
const day = (n: number) => instant(`2026-01-0${String(n)}T00:00:00.000Z`);
const now = day(3);
// Few values each, so that many are equal; a letter outside the first plane sorts differently by UTF-16.
const references = ['po-1', 'PO-10', 'Po-1', 'pö', '😀', '\uffee'].map(Reference);
const users = ['po-1', 'u1', 'U2'].map(UserId);
const products = ['A', 'B', 'C'].map(ProductCode);
const one = <T>(values: readonly T[]): fc.Arbitrary<T> => fc.constantFrom(...values);
/** More often absent than not: many filters at once leave nothing to walk through. */
const maybe = <K extends string, T>(name: K, values: readonly T[]): fc.Arbitrary<Partial<Record<K, T>>> =>
  fc.oneof(
    { weight: 3, arbitrary: fc.constant({}) },
    { weight: 1, arbitrary: one(values).map((value) => ({ [name]: value }) as Partial<Record<K, T>>) },
  );
const days = [1, 2, 3, 4].map(day);

const orderId = (n: number) => OrderId(`${String((n * 7) % 10)}0000000-0000-5000-8000-${String(n).padStart(12, '0')}`);

const someOrders: fc.Arbitrary<readonly OrderDocument[]> = fc
  .array(
    fc.tuple(
      one(Object.values(sampleDocuments)),
      one(days),
      maybe('reference', references),
      maybe('userId', users),
      fc.uniqueArray(one(products), { minLength: 1 }),
    ),
    { maxLength: 25 },
  )
  .map((all) =>
    all.map(([shape, createdAt, reference, user, codes], n) => {
      const { reference: _reference, userId: _userId, ...request } = shape.order.request;
      const lines = codes.flatMap((productCode) => request.lines.slice(0, 1).map((line) => ({ ...line, productCode })));
      const externalOrderId = externalOrderIdOf('PO', 2026, orderId(n));
      const doc = { ...shape, order: { ...shape.order, request }, orderId: orderId(n), tenant, createdAt };
      return withRequest(doc, { lines, externalOrderId, ...reference, ...user });
    }),
  );

const someVouchers: fc.Arbitrary<readonly VoucherDocument[]> = fc
  .array(fc.tuple(one(days), maybe('expiresAt', days), maybe('userId', users), one(products), fc.boolean()), {
    maxLength: 25,
  })
  .map((all) =>
    all.map(([deliveredAt, expiry, user, productCode, revoked], n) => ({
      ...voucherDocument,
      voucherId: VoucherId(`${orderId(n)}-${String(n).padStart(16, '0')}`),
      ...{ tenant, deliveredAt, productCode, revoked, ...expiry, ...user },
    })),
  );

/** Every page of the list, one after the other; no page is larger than asked for. */
const walk = async <Doc>(list: (page: PageQuery) => Promise<Page<Doc>>, limit: number): Promise<readonly Doc[]> => {
  const all: Doc[] = [];
  let after: Place | undefined;
  do {
    const page = await list({ limit, ...(after === undefined ? {} : { after }) });
    expect(page.data.length).toBeLessThanOrEqual(limit);
    all.push(...page.data);
    after = page.next;
  } while (after !== undefined);
  return all;
};

const codePoints = (text: string): Buffer => Buffer.from(text);
const byTexts = (a: readonly string[], b: readonly string[]): number =>
  a.reduce((order, text, n) => order || Buffer.compare(codePoints(text), codePoints(b[n] ?? 'none')), 0);
const sorted = <Doc>(docs: readonly Doc[], by: (doc: Doc) => readonly string[], falling: boolean): readonly Doc[] =>
  docs.toSorted((a, b) => (falling ? -1 : 1) * byTexts(by(a), by(b)));

const passes = (pairs: readonly (readonly [asked: string | undefined, is: string | undefined])[]): boolean =>
  pairs.every(([asked, is]) => asked === undefined || asked === is);
const isBetween = (text: string, from: string | undefined, to: string | undefined): boolean =>
  (from === undefined || text >= from) && (to === undefined || text <= to);
const statusOf = ({ revoked, expiresAt }: VoucherDocument): string => {
  if (revoked) return 'revoked';
  return expiresAt !== undefined && expiresAt < now ? 'expired' : 'active';
};

const scratch = scratchFiles();
const opened: ReadModels[] = [];
afterAll(() => Promise.all(opened.map((models) => models.close())));
const families: readonly (readonly [string, () => ReadModels])[] = [
  ['memory', createMemoryReadModels],
  ['SQLite', () => openSqliteReadModels(scratch('lists.sqlite'))],
];

describe.each(families)('lists in %s', (_family, open) => {
  const filled = async <Doc>(
    definition: ReadModelDefinition<Doc>,
    docs: readonly Doc[],
    keyOf: (doc: Doc) => string,
  ): Promise<ReadModel<Doc>> => {
    const models = open();
    opened.push(models);
    const { model, sink } = await models.open(definition);
    const hold = await sink.hold('test' as Owner);
    if (hold === 'held') throw new Error('held');
    await sink.keep(
      hold,
      noProgress,
      docs.map((doc) => ({ key: keyOf(doc), version: 1, doc })),
    );
    return model;
  };

  it('walks every order that passes the filters once, in the order asked for', async () => {
    const query = fc.tuple(
      maybe('status', ['pending', 'completed', 'failed'] as const),
      maybe('reference', references),
      maybe('userId', users),
      maybe('productCode', products),
      maybe('attention', ['on_hold'] as const),
      maybe('createdAfter', days),
      maybe('createdBefore', days),
      maybe(
        'sort',
        (['asc', 'desc'] as const).map((direction) => ({ field: 'createdAt', direction })),
      ),
    );
    const property = fc.asyncProperty(someOrders, query, fc.integer({ min: 1, max: 9 }), async (docs, parts, limit) => {
      const asked = Object.assign({ tenant }, ...parts) as OrdersQuery;
      const list = createListOrders(await filled(ordersProjection.definition, docs, (doc) => doc.orderId));
      const expected = docs.filter(
        ({ order, createdAt }) =>
          passes([
            [asked.status, order.status],
            [asked.reference, order.request.reference],
            [asked.userId, order.request.userId],
            [asked.attention, 'deferred' in order && order.status === 'pending' ? 'on_hold' : 'none'],
          ]) &&
          (asked.productCode === undefined || order.request.lines.some((l) => l.productCode === asked.productCode)) &&
          isBetween(createdAt, asked.createdAfter, asked.createdBefore),
      );
      const falling = asked.sort?.direction !== 'asc';
      expect(await walk((page) => list({ ...asked, ...page }), limit)).toEqual(
        sorted(expected, (doc) => [doc.createdAt, doc.orderId], falling),
      );
    });
    await fc.assert(property, { numRuns: 60 });
  });

  it('walks every order that a search finds once, by the text that was found', async () => {
    const searches = one(['p', 'PO', 'po-1', 'po-1x', 'PO-2026-', 'u', 'ü', '😀', 'PÖ']);
    const query = fc.tuple(searches, maybe('status', ['pending', 'completed'] as const));
    const property = fc.asyncProperty(someOrders, query, fc.integer({ min: 1, max: 9 }), async (docs, parts, limit) => {
      const [q, status] = parts;
      const list = createListOrders(await filled(ordersProjection.definition, docs, (doc) => doc.orderId));
      const found = docs
        .filter(({ order }) => status.status === undefined || order.status === status.status)
        .flatMap((doc) => {
          const { reference = 'none', externalOrderId, userId = 'none' } = doc.order.request;
          const texts = [reference, externalOrderId, userId].map((text) => text.toLowerCase());
          const n = texts.findIndex((text) => text.startsWith(q.toLowerCase()));
          return n < 0 ? [] : [{ doc, place: [String(n), texts[n] ?? 'none', doc.orderId] }];
        });
      expect(await walk((page) => list({ tenant, q, ...status, ...page }), limit)).toEqual(
        sorted(found, ({ place }) => place, false).map(({ doc }) => doc),
      );
    });
    await fc.assert(property, { numRuns: 60 });
  });

  it('trap 23: walks every voucher that passes the filters once, also those that expired without an event', async () => {
    const query = fc.tuple(
      maybe('status', ['active', 'expired', 'revoked'] as const),
      maybe('userId', users),
      maybe('productCode', products),
      maybe('expiresBefore', days),
      fc.boolean(),
    );
    const property = fc.asyncProperty(
      someVouchers,
      query,
      fc.integer({ min: 1, max: 9 }),
      async (docs, parts, limit) => {
        const [status, user, product, before, falling] = parts;
        const asked = { tenant, ...status, ...user, ...product, ...before } as VouchersQuery;
        const byEnd = asked.expiresBefore !== undefined || ['active', 'expired'].includes(asked.status ?? 'any');
        const sort = { field: byEnd ? 'expiresAt' : 'deliveredAt', direction: falling ? 'desc' : 'asc' } as const;
        const memory = createMemoryEventStore();
        const list = createListVouchers({
          ...{ store: memory.events, codec: createCodec(), clock: createVirtualClock(now) },
          vouchers: await filled(vouchersProjection.definition, docs, (doc) => doc.voucherId),
          evolution: vouchersProjection,
        });
        const expected = docs.filter(
          (doc) =>
            passes([
              [asked.status, statusOf(doc)],
              [asked.userId, doc.userId],
              [asked.productCode, doc.productCode],
            ]) && isBetween(doc.expiresAt ?? 'never', undefined, asked.expiresBefore),
        );
        const place = (doc: VoucherDocument) => [byEnd ? (doc.expiresAt ?? 'never') : doc.deliveredAt, doc.voucherId];
        expect(await walk((page) => list({ ...asked, sort, ...page }), limit)).toEqual(
          sorted(expected, place, falling),
        );
      },
    );
    await fc.assert(property, { numRuns: 60 });
  });
});
