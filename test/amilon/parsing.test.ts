import { readFile } from 'node:fs/promises';
import { describe, expect, it } from '@jest/globals';
import type { Submission } from '../../src/application/ports/amilon.ts';
import { ExternalOrderId, MerchantId } from '../../src/domain/shared/ids.ts';
import {
  readCategory,
  readContract,
  readList,
  readMerchant,
  readProduct,
} from '../../src/infrastructure/amilon/client/catalogue.ts';
import type { Drift } from '../../src/application/ports/amilon-watch.ts';
import { readOrder } from '../../src/infrastructure/amilon/client/orders.ts';
import { type Wire, parseWire } from '../../src/infrastructure/amilon/client/wire.ts';
import { eur, line } from './support.ts';

const example = async (name: string) =>
  parseWire(await readFile(new URL(`examples/${name}.json`, import.meta.url), 'utf8'));
const wire = (value: unknown): Wire => parseWire(JSON.stringify(value)) ?? null;

const AMAZON = MerchantId('a1234567-89ab-cdef-0123-456789abcdef');
const ordered: Submission = {
  externalOrderId: ExternalOrderId('ENGAGE-2025-12345678-1234-1234-1234-123456789abc'),
  lines: [line('AMAZON_50_EUR', 1, { merchantId: AMAZON, unitPrice: eur(5_000) })],
};

const drifts: Drift[] = [];
const read = (value: Wire | undefined, submission = ordered) => {
  drifts.splice(0);
  return readOrder(value, submission, (drift) => drifts.push(drift));
};
const orderOf = (value: Wire | undefined, submission = ordered) => {
  const reading = read(value, submission);
  if (!reading.ok) throw new Error(`unreadable: ${reading.field}`);
  return reading.value;
};

const CODE = 'AMZN-1234-5678-90AB-CDEF';
const URL_OF_CODE = `https://www.amazon.com/gp/css/gc/payment/view-gc-balance?ie=UTF8&code=${CODE}`;
const amazonVoucher = {
  secrets: { code: CODE, url: URL_OF_CODE, qrCode: 'https://cdn.amilon.com/qr/voucher-12345.png' },
  productCode: 'AMAZON_50_EUR',
  value: eur(5_000),
  expiresAt: '2026-11-12T23:59:59.000Z',
  instructions: 'Redeemable on Amazon.com or Amazon mobile app',
  revoked: false,
};

describe('the examples of the report', () => {
  const known = { amilonOrderId: 'amilon-order-12345', total: eur(5_000) };
  const rows = [{ productCode: 'AMAZON_50_EUR', quantity: 1, unitPrice: eur(5_000) }];

  it.each([
    ['order-create-response', 'Pending/OrderCreated'],
    ['order-complete-pending', 'Pending/ProcessingVouchers'],
  ])('%s is in progress without vouchers', async (name, upstreamStatus) => {
    const expected = { ...known, rows, progress: 'in_progress', upstreamStatus, vouchers: [] };
    expect(orderOf(await example(name))).toEqual(expected);
    expect(drifts).toEqual([]);
  });

  it('trap 14: the completed example is completed', async () => {
    expect(orderOf(await example('order-complete-vouchers'))).toEqual({
      ...known,
      rows,
      progress: 'completed',
      upstreamStatus: 'Completed/VouchersDelivered',
      vouchers: [amazonVoucher],
    });
    expect(drifts).toEqual([]);
  });

  it('products, retailers, categories and contract are read whole', async () => {
    const note = (drift: Drift) => drifts.push(drift);
    drifts.splice(0);
    const [products, retailers, categories] = await Promise.all(['products', 'retailers', 'categories'].map(example));
    expect(readList(products, readProduct, note)).toMatchObject({
      ok: true,
      value: {
        rows: [
          {
            productCode: 'AMAZON_50_EUR',
            price: eur(5_000),
            netPrice: eur(4_750),
            discount: '5.0',
            stock: 'Available',
          },
          { productCode: 'FNAC_25_EUR', price: eur(2_500), netPrice: eur(2_375), minQuantity: 1, maxQuantity: 20 },
        ],
        quarantined: [],
      },
    });
    expect(readList(retailers, readMerchant, note)).toMatchObject({
      ok: true,
      value: {
        rows: [
          { merchantId: AMAZON, country: 'PT', countryRaw: 'PRT', minAmount: eur(1_000), maxAmount: eur(50_000) },
          { name: 'Fnac', active: true, productCount: 8, features: ['Digital delivery', '24 months validity'] },
        ],
        quarantined: [],
      },
    });
    expect(readList(categories, readCategory, note)).toMatchObject({ ok: true, value: { rows: { length: 6 } } });
    expect(readContract(await example('contract'), note)).toEqual({
      ok: true,
      value: {
        name: 'Up Engage Contract',
        status: 'Active',
        validFrom: '2024-01-01T00:00:00.000Z',
        validUntil: '2025-12-31T23:59:59.000Z',
        terms: 'Standard terms and conditions',
        countries: ['PT', 'FR', 'ES', 'IT'],
        maxOrderAmount: eur(500_000),
        currency: 'EUR',
      },
    });
    expect(drifts).toEqual([]);
  });
});

describe('the wire as it was observed', () => {
  const flat = (vouchers: readonly object[], rest: object = {}) =>
    wire({
      Id: 'amilon-order-12345',
      ExternalOrderId: 'ENGAGE-2025-12345678-1234-1234-1234-123456789ABC',
      OrderDate: '2025-11-12T10:30:00.517',
      OrderStatus: 'VouchersDelivered',
      GrossAmount: '50.00',
      NetAmount: 47.5,
      TotalRequestedCodes: 1,
      Vouchers: vouchers,
      ...rest,
    });
  const flatVoucher = {
    VoucherLink: URL_OF_CODE,
    CardCode: CODE,
    Pin: null,
    ValidityStartDate: '2025-11-12T00:00:00',
    ValidityEndDate: '2026-11-12T23:59:59',
    Amount: 50.0,
    Deleted: false,
    RetailerId: AMAZON.toUpperCase(),
  };

  it('gives the same order as the report, with a flat list of vouchers', () => {
    expect(orderOf(flat([flatVoucher]))).toEqual({
      amilonOrderId: 'amilon-order-12345',
      progress: 'completed',
      upstreamStatus: 'VouchersDelivered',
      codes: 1,
      total: eur(5_000),
      vouchers: [
        {
          secrets: { code: CODE, url: URL_OF_CODE },
          productCode: 'AMAZON_50_EUR',
          value: eur(5_000),
          expiresAt: '2026-11-12T23:59:59.000Z',
          revoked: false,
        },
      ],
    });
    expect(drifts).toEqual([]);
  });

  it('derives progress from counts where there is no status', () => {
    const noStatus = { OrderStatus: null };
    expect(orderOf(flat([], noStatus))).toMatchObject({ progress: 'in_progress', upstreamStatus: 'none' });
    expect(orderOf(flat([flatVoucher], noStatus)).progress).toBe('completed');
    const two = { ...noStatus, TotalRequestedCodes: 2 };
    expect(orderOf(flat([flatVoucher], two)).progress).toBe('in_progress');
  });

  it('gives vouchers to lines by merchant and amount while they have room, in line order, else to none', () => {
    const other = MerchantId('b2345678-90ab-cdef-1234-56789abcdef0');
    const submission: Submission = {
      ...ordered,
      lines: [
        line('A_50', 1, { merchantId: AMAZON, unitPrice: eur(5_000) }),
        line('B_25', 1, { merchantId: AMAZON, unitPrice: eur(2_500) }),
        line('C_50', 2, { merchantId: AMAZON, unitPrice: eur(5_000) }),
        line('D_50', 1, { merchantId: other, unitPrice: eur(5_000) }),
      ],
    };
    const of = (n: number, rest: object) => ({ ...flatVoucher, CardCode: `code-${String(n)}`, ...rest });
    const vouchers = [
      of(1, {}),
      of(2, { RetailerId: other }),
      of(3, {}),
      of(4, { Amount: 25 }),
      of(5, {}),
      of(6, {}),
      of(7, { Amount: 12.5 }),
      of(8, { RetailerId: 'c3456789-01ab-4def-8345-6789abcdef01' }),
    ];
    const products = orderOf(flat(vouchers), submission).vouchers.map(({ productCode }) => productCode);
    expect(products).toEqual(['A_50', 'D_50', 'C_50', 'B_25', 'C_50', undefined, undefined, undefined]);
  });

  it('a deleted voucher is revoked, and takes no room from its replacement', () => {
    const order = orderOf(flat([{ ...flatVoucher, CardCode: 'old', Deleted: true }, flatVoucher]));
    expect(order.vouchers.map(({ productCode, revoked }) => [productCode, revoked])).toEqual([
      ['AMAZON_50_EUR', true],
      ['AMAZON_50_EUR', false],
    ]);
  });

  it('products: currency by name, price as text, the merchant by its GUID in the code', () => {
    const row = {
      ProductCode: 'X',
      MerchantCode: AMAZON.toUpperCase(),
      Name: 'X',
      Price: '12.50',
      Currency: 'Euro',
      MerchantCountryISOAlpha3: 'ITA',
    };
    expect(readProduct(wire(row), () => undefined)).toEqual({
      ok: true,
      value: {
        productCode: 'X',
        merchantCode: AMAZON.toUpperCase(),
        name: 'X',
        price: eur(1_250),
        country: 'IT',
      },
    });
  });

  it('retailers: country by English name, no id, no Active', () => {
    const row = { RetailerId: AMAZON, Name: 'X', Country: 'Italy', Currency: 'Euro' };
    expect(readMerchant(wire(row), () => undefined)).toEqual({
      ok: true,
      value: { merchantId: AMAZON, name: 'X', country: 'IT', countryRaw: 'Italy', currency: 'EUR' },
    });
  });

  it('contract: no status, no countries, no limit, but a balance', () => {
    const row = {
      ContractName: 'C',
      ContractId: 'x',
      StartDate: '2024-01-01T00:00:00',
      EndDate: '2030-12-31T00:00:00',
      CurrentAmount: 1234.5,
      PreviousAmount: 99,
      CurrencyIsoCode: 'EUR',
    };
    expect(readContract(wire(row), () => undefined)).toEqual({
      ok: true,
      value: {
        name: 'C',
        validFrom: '2024-01-01T00:00:00.000Z',
        validUntil: '2030-12-31T00:00:00.000Z',
        balance: eur(123_450),
        currency: 'EUR',
      },
    });
  });
});
