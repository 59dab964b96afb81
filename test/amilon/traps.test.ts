import { describe, expect, it } from '@jest/globals';
import { readContract, readList, readMerchant, readProduct } from '../../src/infrastructure/amilon/client/catalogue.ts';
import type { Drift } from '../../src/application/ports/amilon-watch.ts';
import { readOrder } from '../../src/infrastructure/amilon/client/orders.ts';
import { type Wire, parseWire } from '../../src/infrastructure/amilon/client/wire.ts';
import { eur, line, submission } from './support.ts';

const wire = (text: string): Wire => {
  const read = parseWire(text);
  if (read === undefined) throw new Error(`no JSON: ${text}`);
  return read;
};
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

describe('the catalogue', () => {
  const product = (fields: string) =>
    readProduct(wire(`{"ProductCode":"P","Name":"P","Currency":"EUR",${fields}}`), note);
  const priceOf = (written: string) => {
    const reading = product(`"Price":${written}`);
    return reading.ok ? reading.value.price.minor : reading.field;
  };

  it.each([
    ['50.00', 5_000],
    ['"12.50"', 1_250],
    ['0.29', 29],
    ['1.1e1', 1_100],
    ['90071992547409.91', 9_007_199_254_740_991],
    ['50.005', 'price: too_many_decimals'],
    ['50.000', 5_000],
    ['-1', 'price: not_a_decimal'],
    ['"12,50"', 'price: not_a_decimal'],
    ['90071992547409.92', 'price: too_large'],
    ['1e400', 'price: not_a_decimal'],
    ['null', 'price'],
    ['true', 'price'],
  ])('trap 35: the price %s is %s, exactly', (written, read) => {
    expect(priceOf(written)).toBe(read);
  });

  it('trap 35: a net price that cannot be read exactly is no price', () => {
    expect(product('"Price":50,"NetPrice":47.505')).toEqual({ ok: false, field: 'netprice: too_many_decimals' });
  });

  it('trap 38: a bad row, such as one with a price too exact (trap 35), is left out and named, the others count', () => {
    const row = { ProductCode: 'P', Name: 'P', Currency: 'EUR', Price: 1 };
    const rows = [
      row,
      { ...row, Price: 1.005 },
      null,
      { ...row, ProductCode: null },
      'x',
      { ...row, ProductCode: 'Q' },
    ];
    expect(readList(wire(JSON.stringify(rows)), readProduct, note)).toMatchObject({
      ok: true,
      value: {
        rows: [{ productCode: 'P' }, { productCode: 'Q' }],
        quarantined: [
          { index: 1, reason: 'unreadable: price: too_many_decimals' },
          { index: 2, reason: 'unreadable: product' },
          { index: 3, reason: 'unreadable: productcode' },
          { index: 4, reason: 'unreadable: product' },
        ],
      },
    });
  });

  it('trap 30: the contract is read with its status and both ends of its time', () => {
    const [startDate, endDate] = ['2026-01-01T00:00:00Z', '2026-12-31T23:59:59Z'];
    const row = { name: 'C', status: 'Inactive', startDate, endDate, currency: 'EUR' };
    expect(readContract(wire(JSON.stringify(row)), note)).toMatchObject({
      ok: true,
      value: {
        status: 'Inactive',
        validFrom: '2026-01-01T00:00:00.000Z',
        validUntil: '2026-12-31T23:59:59.000Z',
      },
    });
  });

  it('trap 38: an answer that is no list is not an empty one', () => {
    expect(readList(wire('{"products":[]}'), readProduct, note)).toEqual({ ok: false, field: 'the list' });
  });

  it('trap 33: a country in no table is unknown, with its words kept; none is none', () => {
    const country = (value: unknown) => {
      const reading = readMerchant(wire(JSON.stringify({ RetailerId: 'x', Name: 'X', Country: value })), note);
      return reading.ok ? [reading.value.country, reading.value.countryRaw] : reading.field;
    };
    expect(['PT', 'PRT', 'prt', 'Portugal', 'Atlantis', null].map(country)).toEqual([
      ['PT', 'PT'],
      ['PT', 'PRT'],
      ['PT', 'prt'],
      ['PT', 'Portugal'],
      ['unknown', 'Atlantis'],
      [undefined, undefined],
    ]);
  });

  it('trap 34: a price whose currency nobody knows is not a price in another one', () => {
    expect(readProduct(wire('{"ProductCode":"P","Name":"P","Price":1}'), note)).toEqual({
      ok: false,
      field: 'currency',
    });
    const florins = '{"ProductCode":"P","Name":"P","Price":1,"Currency":"Florin"}';
    expect(readProduct(wire(florins), note)).toEqual({ ok: false, field: 'currency' });
  });

  it('trap 39: RetailerId is trusted, another id is kept beside it and reported', () => {
    drifts.splice(0);
    const row = { id: 'OTHER', RetailerId: 'A4322514-36F1-401E-AF3D-6A1784A3DA7A', Name: 'Twitch' };
    expect(readMerchant(wire(JSON.stringify(row)), note)).toEqual({
      ok: true,
      value: { merchantId: 'a4322514-36f1-401e-af3d-6a1784a3da7a', otherId: 'other', name: 'Twitch' },
    });
    expect(drifts).toEqual([
      { kind: 'missing_field', where: 'merchant', what: 'country' },
      { kind: 'contradiction', where: 'merchant', what: 'id is not RetailerId' },
    ]);
  });

  it('trap 40: active and stock stay absent where they are absent', () => {
    const reading = product('"Price":1');
    expect(reading.ok ? Object.keys(reading.value).toSorted() : []).toEqual(['name', 'price', 'productCode']);
  });

  const contract = (fields: object) =>
    readContract(wire(JSON.stringify({ name: 'C', currency: 'EUR', ...fields })), note);

  it('trap 30: the status of a contract stays absent where it is', () => {
    expect(contract({})).toEqual({ ok: true, value: { name: 'C', currency: 'EUR' } });
  });

  it('trap 32: a limit that cannot be read is no missing limit, and 0 is one', () => {
    expect(contract({ maxOrderAmount: 'none' })).toEqual({ ok: false, field: 'maxorderamount: not_a_decimal' });
    expect(contract({ maxOrderAmount: 0 })).toMatchObject({ ok: true, value: { maxOrderAmount: eur(0) } });
  });
});
