import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Submission, UpstreamOrder } from '../../src/application/ports/amilon.ts';
import { ExternalOrderId } from '../../src/domain/shared/ids.ts';
import {
  readCategory,
  readContract,
  readList,
  readMerchant,
  readProduct,
} from '../../src/infrastructure/amilon/client/catalogue.ts';
import { readFault } from '../../src/infrastructure/amilon/client/errors.ts';
import { readOrder } from '../../src/infrastructure/amilon/client/orders.ts';
import type { Reading } from '../../src/infrastructure/amilon/client/shapes.ts';
import { type Wire, parseWire } from '../../src/infrastructure/amilon/client/wire.ts';
import { line } from './support.ts';

const ordered: Submission = {
  externalOrderId: ExternalOrderId('ENGAGE-2026-12345678-1234-4234-8234-123456789abc'),
  lines: [line('A', 3), line('B', 2), line('C', 1)],
};
const read = (value: unknown): Reading<UpstreamOrder> =>
  readOrder(parseWire(JSON.stringify(value)), ordered, () => undefined);

interface JsonObject {
  readonly [key: string]: Json;
}
type Json = string | number | boolean | null | readonly Json[] | JsonObject;

const secret = fc.stringMatching(/^[A-Z0-9]{4,12}$/);
const voucher = fc.record({
  code: secret,
  pin: fc.option(secret),
  url: fc.option(secret.map((text) => `https://x.example/${text}`)),
  qrCode: fc.option(secret),
  expiryDate: fc.constantFrom('2027-01-01T00:00:00Z', null),
  value: fc.constantFrom(10, '10.00', 10.5, null),
  currency: fc.constantFrom('EUR', 'Euro', null),
  status: fc.constantFrom('Active', 'Used', null),
  instructions: fc.option(fc.constant('Redeem it')),
});
const row = (productId: string) =>
  fc.record({
    productId: fc.constant(productId),
    productName: fc.constantFrom('Name', null),
    quantity: fc.integer({ min: 1, max: 3 }),
    unitPrice: fc.constantFrom(10, '10.00', null),
    totalPrice: fc.constantFrom(20, null),
    vouchers: fc.array(voucher, { maxLength: 3 }),
  });
const reportOrder = fc.record({
  id: fc.constant('amilon-1'),
  externalOrderId: fc.constant(ordered.externalOrderId as string),
  status: fc.constantFrom('Pending', 'Processing', 'Completed', 'Failed', 'Cancelled', 'Odd', null),
  orderStatus: fc.constantFrom('OrderCreated', 'VouchersDelivered', null),
  createdAt: fc.constant('2026-03-02T10:00:00Z'),
  totalAmount: fc.constantFrom(60, '60.00', null),
  currency: fc.constantFrom('EUR', 'Euro', null),
  orderRows: fc.tuple(row('A'), row('B'), row('C')),
});

/** The same object as another writer would write it: keys in any case, nulls left out or added, unknown fields. */
const rewritten = (json: Json, pick: () => number): Json => {
  if (Array.isArray(json)) return (json as readonly Json[]).map((each) => rewritten(each, pick));
  if (json === null || typeof json !== 'object') return json;
  const entries = Object.entries(json as JsonObject).flatMap(([key, value]) => {
    if (value === null && pick() < 0.5) return [];
    return [[cased(key, pick), rewritten(value, pick)] as const];
  });
  const more = pick() < 0.3 ? [['somethingNew', null] as const] : [];
  return Object.fromEntries([...entries, ...more]);
};

const cased = (key: string, pick: () => number): string =>
  key.replace(/[a-z]/gi, (letter) => (pick() < 0.5 ? letter.toUpperCase() : letter.toLowerCase()));

const picks = fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true }));
const picker = (stream: fc.Stream<number>) => () => {
  const next = stream.next();
  return next.done === true ? 0 : next.value;
};

const sorted = (order: UpstreamOrder) => ({
  ...order,
  rows: (order.rows ?? []).toSorted((a, b) => (a.productCode < b.productCode ? -1 : 1)),
  vouchers: order.vouchers.map((each) => JSON.stringify(each)).toSorted(),
});

describe('answers in any writing', () => {
  it('key case, nulls, unknown fields and the order of rows change nothing', () => {
    fc.assert(
      fc.property(reportOrder, picks, fc.boolean(), (order, stream, turned) => {
        const other = turned ? { ...order, orderRows: order.orderRows.toReversed() } : order;
        const [a, b] = [read(order), read(rewritten(other, picker(stream)))];
        if (!a.ok || !b.ok) throw new Error('an order that cannot be read');
        expect(sorted(b.value)).toEqual(sorted(a.value));
      }),
    );
  });

  it('whatever is missing or null, an order is read with all vouchers that are there, or a field is named', () => {
    fc.assert(
      fc.property(reportOrder, picks, (order, stream) => {
        const pick = picker(stream);
        const holed = JSON.parse(JSON.stringify(order), (_key, value: unknown) => {
          const chance = pick();
          if (Array.isArray(value) || chance > 0.15) return value;
          return chance < 0.07 ? undefined : null;
        }) as Json;
        const reading = read(holed);
        if (reading.ok) expect(reading.value.vouchers.length).toBe(deliverable(holed));
        else expect(reading.field).toMatch(/^(?:order|externalorderid|orderrows\.\d\.(?:row|productid|quantity))$/);
      }),
    );
  });

  const deliverable = (json: Json): number => {
    if (json === null || typeof json !== 'object') return 0;
    const { code, url } = json as { code?: Json; url?: Json };
    const own = typeof code === 'string' || typeof url === 'string' ? 1 : 0;
    return own + Object.values(json as JsonObject).reduce<number>((sum, each) => sum + deliverable(each), 0);
  };

  const names = fc.constantFrom(
    ...['externalOrderId', 'orderRows', 'Vouchers', 'vouchers', 'productId', 'quantity', 'code', 'VoucherLink'],
    ...['ProductCode', 'Price', 'Currency', 'Name', 'RetailerId', 'Country', 'CategoryId', 'allowedCountries'],
    ...['maxOrderAmount', 'startDate', 'ErrorCode', 'ModelErrors', 'error', 'title', '__proto__', 'constructor'],
  );
  const anything = fc.letrec<{ json: Json }>((tie) => ({
    json: fc.oneof(
      { depthSize: 'small' },
      fc.constantFrom(null, true, 0, 1.5, -3, 'x', '', ordered.externalOrderId, 'EUR', '2026-01-01'),
      fc.array(tie('json'), { maxLength: 4 }),
      fc.dictionary(names, tie('json'), { maxKeys: 6 }),
    ),
  })).json;

  it('no JSON at all makes a reader fail: a value or a named field', () => {
    const readers: readonly ((wire: Wire | undefined) => Reading<unknown>)[] = [
      (wire) => readOrder(wire, ordered, () => undefined),
      (wire) => readContract(wire, () => undefined),
      (wire) => readList(wire, readProduct, () => undefined),
      (wire) => readList(wire, readMerchant, () => undefined),
      (wire) => readList(wire, readCategory, () => undefined),
    ];
    fc.assert(
      fc.property(anything, (json) => {
        const text = JSON.stringify(json);
        for (const reader of readers) {
          const reading = reader(parseWire(text));
          if (!reading.ok) expect(reading.field.length).toBeGreaterThan(0);
        }
        expect(typeof readFault(text, 'application/json').words).toBe('string');
      }),
    );
  });

  it('no text at all makes a reader fail', () => {
    fc.assert(
      fc.property(fc.string(), fc.constantFrom('', 'text/html', 'application/json'), (text, type) => {
        expect(readOrder(parseWire(text), ordered, () => undefined).ok).toBe(false);
        expect(readFault(text, type).words.length).toBeLessThanOrEqual(500);
      }),
    );
  });
});
