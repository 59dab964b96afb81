import { describe, expect, test } from '@jest/globals';
import type { Merchant, Product } from '../../src/domain/catalog-snapshot/events.ts';
import {
  indexMerchants,
  merchantOf,
  objectionsTo,
  objectionsToMerchant,
} from '../../src/domain/catalog-snapshot/orderability.ts';
import type { NotOrderable, OrderabilityContext } from '../../src/domain/catalog-snapshot/orderability.ts';
import { stockOf } from '../../src/domain/catalog-snapshot/stock.ts';
import { Country, MerchantId } from '../../src/domain/shared/ids.ts';
import { Currency, money } from '../../src/domain/shared/money.ts';
import { EUR, euro, product, rules, shop } from '../catalog/fixtures.ts';

const contract = { currency: EUR };
const indexOf = (...merchants: readonly Merchant[]) =>
  indexMerchants(new Map(merchants.map((row) => [row.merchantId, row])));

const objections = (
  change: Partial<Product>,
  ofMerchant: Partial<Merchant> = {},
  context: Partial<OrderabilityContext> = {},
): readonly NotOrderable[] => {
  const merchants = indexOf({ ...shop, ...ofMerchant });
  return objectionsTo(product(1, change), { merchants, rules, contract, ...context });
};

test('a product with an allowed amount of a known merchant in the country is orderable', () => {
  expect(objections({})).toEqual([]);
});

describe('countries', () => {
  test('trap 33: a country in no table is not orderable', () => {
    expect(objections({}, { country: 'unknown' })).toEqual(['country_unknown']);
  });

  test('trap 33: a country that nobody told is unknown', () => {
    const { country: _country, ...nowhere } = shop;
    expect(objectionsTo(product(1), { merchants: indexOf(nowhere), rules, contract })).toEqual(['country_unknown']);
  });

  test("trap 33: the country is the merchant's, and the product's own row only where the merchant's tells none", () => {
    expect(objections({ country: Country('FR') })).toEqual([]);
    expect(objections({ country: Country('PT') }, { country: 'unknown' })).toEqual([]);
  });

  test('trap 33: an allowed culture allows no country: the rules and the contract must both', () => {
    const allowed = { ...rules, countries: [Country('PT'), Country('FR')] };
    const bounds = { ...contract, countries: [Country('FR'), 'unknown'] as const };
    expect(objections({}, { country: Country('FR') }, { rules: allowed, contract: bounds })).toEqual([]);
    expect(objections({}, {}, { rules: allowed, contract: bounds })).toEqual(['country_not_in_contract']);
    expect(objections({}, { country: Country('FR') }, { contract: bounds })).toEqual(['merchant_not_in_country']);
  });

  test('trap 33: a contract that tells no countries bounds none, an empty list allows none', () => {
    expect(objections({}, {}, { contract })).toEqual([]);
    expect(objections({}, {}, { contract: { ...contract, countries: [] } })).toEqual(['country_not_in_contract']);
  });
});

describe('amounts and currencies', () => {
  test("trap 34: a currency that is not the contract's is not orderable", () => {
    const rulesWithBoth = { ...rules, faceValues: { EUR: [5000], GBP: [5000] } };
    const pounds = { price: money(5000, Currency('GBP')) };
    expect(objections(pounds, {}, { rules: rulesWithBoth })).toEqual(['currency_not_of_contract']);
  });

  test('trap 37: an amount that is not on the list of its currency is not orderable', () => {
    expect(objections({ price: euro(4999) })).toEqual(['face_value_not_allowed']);
  });

  test('trap 37: a currency without a list is not orderable', () => {
    expect(objections({ price: money(5000, Currency('GBP')) })).toEqual([
      'face_value_not_allowed',
      'currency_not_of_contract',
    ]);
  });
});

describe('merchants', () => {
  test('trap 36: an inactive merchant makes its products not orderable', () => {
    expect(objections({}, { active: false })).toEqual(['merchant_inactive']);
  });

  test('trap 36: a merchant outside the countries makes its products not orderable', () => {
    expect(objections({}, { country: Country('IT') })).toEqual(['merchant_not_in_country']);
  });

  test("trap 36: a merchant's minimum and maximum are shown, not enforced", () => {
    expect(objections({}, { minAmount: euro(6000), maxAmount: euro(7000) })).toEqual([]);
    expect(objections({}, { minAmount: euro(1000), maxAmount: euro(4000) })).toEqual([]);
  });

  test('a product whose merchant is not listed is not orderable', () => {
    expect(objectionsTo(product(1), { merchants: indexOf(), rules, contract })).toEqual(['merchant_unknown']);
  });

  const excludedId = '0199BDD3-32B1-72BE-905B-591833B488CF';
  test.each<[string, Partial<Product>, Partial<Merchant>]>([
    ["the merchant's RetailerId", { merchantId: MerchantId(excludedId) }, { merchantId: MerchantId(excludedId) }],
    ["the merchant's other id", {}, { otherId: excludedId }],
    ["the merchant's code", {}, { code: 'Twitch' }],
    ["the product's MerchantCode", { merchantCode: 'TWITCH' }, {}],
    ["the product's MerchantCode, where it is a GUID", { merchantCode: excludedId }, {}],
  ])('trap 37: an exclusion matches %s, any case', (_field, change, ofMerchant) => {
    expect(objections(change, ofMerchant)).toEqual(['merchant_excluded']);
  });

  test('trap 37: an excluded merchant is excluded though it is not listed', () => {
    const unlisted = product(1, { merchantId: MerchantId(excludedId) });
    expect(objectionsTo(unlisted, { merchants: indexOf(), rules, contract })).toEqual([
      'merchant_unknown',
      'merchant_excluded',
    ]);
  });

  test("a merchant's own objections are those of all its products", () => {
    const context = { merchants: indexOf(), rules, contract };
    expect(objectionsToMerchant(shop, context)).toEqual([]);
    expect(objectionsToMerchant({ ...shop, code: 'twitch', active: false, country: 'unknown' }, context)).toEqual([
      'merchant_excluded',
      'merchant_inactive',
      'country_unknown',
    ]);
  });

  test('trap 39: a product finds its merchant by id, else by code, which may be an id', () => {
    const coded = { ...shop, merchantId: MerchantId('m-2'), code: 'FNAC', otherId: 'old-2' };
    const { merchantId: _id, ...nameless } = product(1);
    const index = indexOf(shop, coded);
    expect(merchantOf({ ...nameless, merchantId: MerchantId('M-1'), merchantCode: 'FNAC' }, index)).toBe(
      index.get('m-1'),
    );
    expect(merchantOf({ ...nameless, merchantCode: 'fnac' }, index)).toEqual(coded);
    expect(merchantOf({ ...nameless, merchantCode: 'M-2' }, index)).toEqual(coded);
    expect(merchantOf({ ...nameless, merchantCode: 'OLD-2' }, index)).toEqual(coded);
    expect(merchantOf(nameless, index)).toBe(undefined);
  });

  test("trap 39: where one merchant's RetailerId is another's id or code, the RetailerId is trusted", () => {
    const other = { ...shop, merchantId: MerchantId('m-2'), otherId: 'm-1', code: 'm-1' };
    expect(merchantOf(product(1), indexOf(shop, other))).toEqual(shop);
    expect(merchantOf(product(1), indexOf(other, shop))).toEqual(shop);
  });

  test("trap 39: where one merchant's other id is another's code, the id is trusted", () => {
    const known = { ...shop, otherId: 'same' };
    const coded = { ...shop, merchantId: MerchantId('m-2'), code: 'SAME' };
    const { merchantId: _id, ...nameless } = product(1);
    for (const index of [indexOf(known, coded), indexOf(coded, known)]) {
      expect(merchantOf({ ...nameless, merchantCode: 'same' }, index)).toEqual(known);
    }
  });
});

describe('the product itself', () => {
  test('trap 40: an inactive product is not orderable, one that tells nothing is', () => {
    expect(objections({ active: false })).toEqual(['product_inactive']);
    expect(objections({ active: true })).toEqual([]);
  });

  test.each(['0', '-1', '0.0', 'OutOfStock', 'Out of stock', 'SOLD-OUT', 'unavailable', 'false'])(
    'trap 40: a stock of %j is known to be none',
    (stock) => {
      expect(stockOf({ stock })).toBe('out_of_stock');
      expect(objections({ stock })).toEqual(['out_of_stock']);
    },
  );

  test.each([
    ['Available', 'in_stock'],
    ['in stock', 'in_stock'],
    ['12', 'in_stock'],
    ['Beaucoup', 'not_understood'],
    [' ', 'not_told'],
  ])('trap 40: a stock of %j is orderable (%s)', (stock, meaning) => {
    expect(stockOf({ stock })).toBe(meaning);
    expect(objections({ stock })).toEqual([]);
  });

  test('trap 40: an absent stock is unknown, not none', () => {
    expect(stockOf({})).toBe('not_told');
  });

  test('all reasons are told, each once', () => {
    const all = { active: false, stock: '0', price: euro(1), merchantCode: 'twitch' };
    expect(objections(all, { code: 'twitch', active: false, country: Country('IT') })).toEqual([
      'product_inactive',
      'out_of_stock',
      'merchant_excluded',
      'face_value_not_allowed',
      'merchant_inactive',
      'merchant_not_in_country',
    ]);
  });
});
