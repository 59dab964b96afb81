import { describe, expect, it } from '@jest/globals';
import type { Drift } from '../../src/application/ports/amilon-watch.ts';
import { readOrder } from '../../src/infrastructure/amilon/client/orders.ts';
import { eur, line, submission, wire } from './support.ts';

const drifts: Drift[] = [];
const note = (drift: Drift) => void drifts.push(drift);
const ordered = submission(line('A', 2), line('B', 1));
const order = (body: object) => {
  drifts.splice(0);
  const reading = readOrder(
    wire(JSON.stringify({ id: 'order-1', externalOrderId: ordered.externalOrderId, ...body })),
    ordered,
    note,
  );
  if (!reading.ok) throw new Error(`unreadable: ${reading.field}`);
  return reading.value;
};
const vouchersOf = (...vouchers: readonly unknown[]) =>
  order({ status: 'Completed', orderRows: [{ productId: 'A', quantity: 2, vouchers }] }).vouchers;

describe('orders', () => {
  it.each([
    ['Pending', 'VouchersDelivered', 'in_progress'],
    ['Completed', 'ProcessingVouchers', 'completed'],
    ['Failed', 'VouchersDelivered', 'failed'],
    ['CANCELLED', undefined, 'cancelled'],
    [undefined, 'VouchersDelivered', 'completed'],
    [undefined, 'OrderCreated', 'in_progress'],
    [undefined, undefined, 'in_progress'],
    ['Marinating', 'VouchersDelivered', 'unknown'],
    [undefined, 'Teleporting', 'unknown'],
  ])('trap 14: status %s weighs more than orderStatus %s: %s', (status, orderStatus, progress) => {
    expect(order({ status, orderStatus }).progress).toBe(progress);
  });

  it('trap 14: vouchers for everything that was ordered weigh more than any status', () => {
    const vouchers = [{ code: '1' }, { code: '2' }, { code: '3' }];
    expect(order({ status: 'Pending', totalRequestedCodes: 3, vouchers }).progress).toBe('completed');
    expect(order({ status: 'Pending', totalRequestedCodes: 4, vouchers }).progress).toBe('in_progress');
  });

  it('trap 14: an unknown word is kept as it was written and noted once for people', () => {
    expect(order({ status: 'Marinating', orderStatus: 'Deep' }).upstreamStatus).toBe('Marinating/Deep');
    expect(drifts).toEqual([{ kind: 'unknown_word', where: 'order.status', what: 'Marinating' }]);
  });

  it.each([
    ['vouchers null', { orderRows: [{ productId: 'A', quantity: 2, vouchers: null }] }],
    ['vouchers missing', { orderRows: [{ productId: 'A', quantity: 2 }] }],
    ['rows null', { orderRows: null, Vouchers: null }],
    ['rows missing', {}],
  ])('trap 17: %s is not yet delivered', (_name, body) => {
    expect(order({ status: 'Pending', ...body })).toMatchObject({ progress: 'in_progress', vouchers: [] });
  });

  it('trap 20: no time of the order gets into what is read of it: they never order our events', () => {
    const times = { createdAt: '2999-01-01T00:00:00Z', completedAt: '1999-01-01T00:00:00Z', OrderDate: '1999-01-01' };
    expect(order({ id: 'x', status: 'Pending', orderRows: [{ productId: 'A', quantity: 2 }], ...times })).toEqual({
      amilonOrderId: 'x',
      progress: 'in_progress',
      upstreamStatus: 'Pending',
      rows: [{ productCode: 'A', quantity: 2 }],
      vouchers: [],
    });
  });

  it('trap 8: no row overwrites another', () => {
    const orderRows = [
      { productId: 'A', quantity: 1, vouchers: [{ code: '1' }] },
      { productId: 'A', quantity: 1, vouchers: [{ code: '2' }] },
    ];
    const { rows, vouchers } = order({ orderRows });
    expect(rows).toEqual([
      { productCode: 'A', quantity: 1 },
      { productCode: 'A', quantity: 1 },
    ]);
    expect(vouchers.map(({ secrets }) => secrets.code)).toEqual(['1', '2']);
  });

  it('trap 5: ids that are no valid v4 are accepted as Amilon writes them', () => {
    expect(order({ id: '12345678-1234-1234-1234-123456789abc' }).amilonOrderId).toBe(
      '12345678-1234-1234-1234-123456789abc',
    );
  });
});

describe('vouchers', () => {
  it('trap 21: code and pin are texts, with their zeros and spaces', () => {
    expect(vouchersOf({ code: ' 00 12 ', pin: '0042' }, { code: 12, pin: 34.5 }).map(({ secrets }) => secrets)).toEqual(
      [
        { code: ' 00 12 ', pin: '0042' },
        { code: '12', pin: '34.5' },
      ],
    );
  });

  it('trap 21: a link alone is a voucher; nothing at all is left out and noted', () => {
    expect(vouchersOf({ url: 'https://x.example' }, { code: null, url: '', pin: '1' }, null, 'no voucher')).toEqual([
      { secrets: { url: 'https://x.example' }, productCode: 'A', value: eur(1_000), revoked: false },
    ]);
    expect(drifts.map(({ where }) => where)).toEqual(['voucher', 'voucher', 'voucher']);
  });

  it('trap 22: no note holds a secret', () => {
    const secret = 'SECRET-1';
    vouchersOf({
      code: secret,
      pin: secret,
      url: `https://x.example/${secret}`,
      qrCode: secret,
      value: 'x',
      more: secret,
    });
    vouchersOf({ pin: secret, qrCode: secret });
    expect(JSON.stringify(drifts)).not.toContain(secret);
  });

  it.each([
    ['expiryDate', 'tomorrow'],
    ['value', 'a lot'],
    ['currency', 'Florin'],
    ['deleted', 'perhaps'],
    ['instructions', { steps: [] }],
  ])('an unreadable %s never costs the voucher', (field, value) => {
    expect(vouchersOf({ code: '1', url: 'u', [field]: value })).toEqual([
      { secrets: { code: '1', url: 'u' }, productCode: 'A', value: eur(1_000), revoked: false },
    ]);
    expect(drifts.length).toBe(1);
  });

  it.each([
    ['2025-08-07T17:47:55.517', '2025-08-07T17:47:55.517Z'],
    ['2025-08-07T17:47:55.5171234', '2025-08-07T17:47:55.517Z'],
    ['2025-08-07T17:47:55Z', '2025-08-07T17:47:55.000Z'],
    ['2025-08-07T17:47:55+02:00', '2025-08-07T15:47:55.000Z'],
    ['2025-08-07 17:47', '2025-08-07T17:47:00.000Z'],
    ['2025-08-07', '2025-08-07T00:00:00.000Z'],
    ['0001-01-01T00:00:00', undefined],
  ])('trap 23: the date %s is %s; without a zone it is UTC', (expiryDate, expiresAt) => {
    expect(vouchersOf({ code: '1', expiryDate })[0]?.expiresAt).toBe(expiresAt);
    expect(drifts).toEqual([]);
  });
});
