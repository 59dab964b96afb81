import { describe, expect, test } from '@jest/globals';
import { quote } from '../../src/application/catalog/quote.ts';
import { viewOf } from '../../src/application/catalog/catalogue.ts';
import type { Quoted, RequestedLine } from '../../src/application/place-order.ts';
import { emptySnapshot, evolveAll } from '../../src/domain/catalog-snapshot/state.ts';
import type { CatalogSnapshot } from '../../src/domain/catalog-snapshot/state.ts';
import type { Product } from '../../src/domain/catalog-snapshot/events.ts';
import type { ContractTerms } from '../../src/domain/contract/events.ts';
import { instant } from '../../src/domain/shared/instant.ts';
import type { Money } from '../../src/domain/shared/money.ts';
import { Currency, money } from '../../src/domain/shared/money.ts';
import { at, code, euro, product, ptPT, rules, shop, sync, synced, syncing, terms } from './fixtures.ts';

interface Given {
  readonly snapshot?: CatalogSnapshot;
  readonly contract?: Partial<ContractTerms>;
  readonly product?: Partial<Product>;
  readonly now?: string;
}

const asked = (lines: readonly RequestedLine[], given: Given = {}): Quoted => {
  const snapshot = given.snapshot ?? synced([product(1, given.product ?? {}), product(2, { price: euro(1000) })]);
  const view = viewOf(ptPT, {
    snapshot: { state: snapshot, version: 4 },
    categories: { state: new Map(), version: 0 },
    rules: { state: rules, version: 1 },
    contract: { state: { known: true, terms: { ...terms, ...given.contract }, since: at }, version: 2 },
  });
  return quote(lines, { view, now: instant(given.now ?? at), policy: { maxVouchers: 1000 } });
};

const line = (n: number | string, quantity: number, maxUnitPrice?: Money): RequestedLine => ({
  productCode: code(n),
  quantity,
  ...(maxUnitPrice === undefined ? {} : { maxUnitPrice }),
});

const priced = (n: number, quantity: number, minor: number) => ({
  productCode: code(n),
  productName: `Voucher ${String(n)}`,
  merchantId: shop.merchantId,
  quantity,
  unitPrice: euro(minor),
});

const refused = (pointer: string, errorCode: string, detail: string): Quoted => ({
  is: 'refused',
  errors: [{ pointer, code: errorCode, detail }],
});

describe('a quote', () => {
  test('has the lines with name, price and merchant, the total, and the versions it was decided on', () => {
    expect(asked([line(1, 2), line(2, 3)])).toEqual({
      is: 'quoted',
      lines: [priced(1, 2, 5000), priced(2, 3, 1000)],
      total: euro(13_000),
      catalog: 4,
      contract: 2,
    });
  });

  test('trap 8: the same product in two lines is one line of their sum', () => {
    expect(asked([line(1, 2), line(2, 1), line(1, 3)])).toMatchObject({
      lines: [priced(1, 5, 5000), priced(2, 1, 1000)],
      total: euro(26_000),
    });
  });

  test('trap 8: minimum and maximum apply to the sum', () => {
    const limits = { product: { minQuantity: 3, maxQuantity: 4 } };
    expect(asked([line(1, 2), line(1, 2)], limits)).toMatchObject({ is: 'quoted', total: euro(20_000) });
    expect(asked([line(1, 2), line(2, 1), line(1, 3)], limits)).toEqual(
      refused('/lines/2/quantity', 'above_maximum', 'max 4'),
    );
    expect(asked([line(1, 1), line(1, 1)], limits)).toEqual(refused('/lines/1/quantity', 'below_minimum', 'min 3'));
  });

  test('an absent limit is none', () => {
    expect(asked([line(2, 1000)], { contract: {} })).toMatchObject({ is: 'quoted', total: euro(1_000_000) });
  });

  test('an order has a maximum of vouchers, all lines together', () => {
    expect(asked([line(1, 500), line(2, 501)])).toEqual(
      refused('/lines', 'too_many_vouchers', 'max 1000 in one order'),
    );
    expect(asked([line(1, Number.MAX_SAFE_INTEGER)])).toEqual(
      refused('/lines', 'too_many_vouchers', 'max 1000 in one order'),
    );
  });
});

describe('prices', () => {
  test("trap 10: a price up to the request's own guard passes, and the guard is kept", () => {
    expect(asked([line(1, 1, euro(5000))])).toMatchObject({
      lines: [{ ...priced(1, 1, 5000), maxUnitPrice: euro(5000) }],
    });
  });

  test('trap 10: a price above the guard is refused', () => {
    expect(asked([line(2, 1), line(1, 1, euro(4999))])).toEqual(
      refused('/lines/1/maxUnitPrice', 'price_above_maximum', 'the price is 50.00 EUR'),
    );
  });

  test('trap 10: of two lines of a product the strictest guard is kept', () => {
    expect(asked([line(1, 1, euro(7000)), line(1, 1, euro(6000)), line(1, 1)])).toMatchObject({
      lines: [{ ...priced(1, 3, 5000), maxUnitPrice: euro(6000) }],
    });
  });

  test('trap 34: a guard in another currency is refused', () => {
    expect(asked([line(1, 1, money(9000, Currency('GBP')))])).toEqual(
      refused('/lines/0/maxUnitPrice', 'currency_mismatch', 'the price is in EUR'),
    );
  });

  test("trap 34: a product in another currency than the contract's is refused, so no order mixes two", () => {
    const pounds = { product: { price: money(5000, Currency('GBP')) } };
    expect(asked([line(1, 1), line(2, 1)], pounds)).toEqual(
      refused('/lines/0/productCode', 'product_not_orderable', 'face_value_not_allowed, currency_not_of_contract'),
    );
  });

  test('trap 32: the maximum of an order is gross and inclusive', () => {
    expect(asked([line(1, 2)], { contract: { maxOrderAmount: euro(10_000) } })).toMatchObject({ is: 'quoted' });
    expect(asked([line(1, 2)], { contract: { maxOrderAmount: euro(9_999) } })).toEqual(
      refused('/lines', 'above_maximum_order_amount', 'max 99.99 EUR in one order'),
    );
  });

  test('trap 32: the balance is no maximum of an order', () => {
    const contract = { maxOrderAmount: euro(10_000), balance: euro(1) };
    expect(asked([line(1, 2)], { contract })).toMatchObject({ is: 'quoted' });
  });

  test('trap 32: a maximum of 0 allows nothing', () => {
    expect(asked([line(1, 1)], { contract: { maxOrderAmount: euro(0) } })).toMatchObject({ is: 'refused' });
  });
});

describe('products', () => {
  test('one that was never listed is unknown', () => {
    expect(asked([line(2, 1), line('x', 1)])).toEqual(
      refused('/lines/1/productCode', 'unknown_product', 'not in the catalogue of pt-PT'),
    );
  });

  test('trap 38: one that left the list is not orderable', () => {
    const snapshot = evolveAll(synced([product(1)]), [
      { type: 'ProductsDelisted', ...sync('s2'), productCodes: [code(1)] },
    ]);
    expect(asked([line(1, 1)], { snapshot })).toEqual(
      refused('/lines/0/productCode', 'product_not_orderable', 'delisted'),
    );
  });

  test('trap 37: one of an excluded merchant, or of an amount off the list, is refused at order time', () => {
    expect(asked([line(1, 1)], { product: { merchantCode: 'TWITCH', price: euro(4900) } })).toEqual(
      refused('/lines/0/productCode', 'product_not_orderable', 'merchant_excluded, face_value_not_allowed'),
    );
  });

  test('every line tells its own reason', () => {
    expect(asked([line('x', 1), line(1, 3), line(2, 1, euro(1))], { product: { maxQuantity: 2 } })).toEqual({
      is: 'refused',
      errors: [
        { pointer: '/lines/0/productCode', code: 'unknown_product', detail: 'not in the catalogue of pt-PT' },
        { pointer: '/lines/1/quantity', code: 'above_maximum', detail: 'max 2' },
        { pointer: '/lines/2/maxUnitPrice', code: 'price_above_maximum', detail: 'the price is 10.00 EUR' },
      ],
    });
  });
});

describe('before anything of the request', () => {
  test('a catalogue that was never synced to its end is not ready', () => {
    expect(asked([line(1, 1)], { snapshot: syncing(emptySnapshot, 's1') })).toEqual({ is: 'catalog_not_ready' });
  });

  test('trap 30: a contract that is not valid now', () => {
    expect(asked([line('x', 1)], { now: '2027-01-01T00:00:00.000Z' })).toEqual({
      is: 'contract_not_valid',
      detail: 'expired',
    });
    expect(asked([line(1, 1)], { contract: { status: 'Inactive' } })).toEqual({
      is: 'contract_not_valid',
      detail: 'not_active',
    });
  });
});
