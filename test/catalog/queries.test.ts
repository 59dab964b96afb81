import { describe, expect, test } from '@jest/globals';
import type { Orderable } from '../../src/application/catalog/filters.ts';
import {
  getContract,
  getMerchant,
  getProduct,
  listCategories,
  listMerchants,
  listProducts,
} from '../../src/application/catalog/queries.ts';
import type { Place } from '../../src/application/ports/read-models.ts';
import type { Merchant, Product } from '../../src/domain/catalog-snapshot/events.ts';
import { CategoryId, Country, Culture, MerchantId, ProductCode } from '../../src/domain/shared/ids.ts';
import { DAY, HOUR } from '../../src/domain/shared/instant.ts';
import { at, code, EUR, euro, merchant, product, products, ptPT, shop } from './fixtures.ts';
import { readSide } from './read-side.ts';
import type { ReadSide } from './read-side.ts';
import { failed, ok } from './world.ts';

const asked = { culture: ptPT, pricing: 'hidden' } as const;
const page = { limit: 50 };

const twitch = { ...shop, merchantId: MerchantId('m-9'), code: 'TWITCH', name: 'Twitch' };
const french = { ...shop, merchantId: MerchantId('m-2'), name: 'Librairie', country: Country('FR') };

const side = async (rows: readonly Product[], merchants: readonly Merchant[] = [shop]): Promise<ReadSide> => {
  const made = await readSide();
  made.world.upstream.products = () => ok(rows);
  made.world.upstream.merchants = () => ok(merchants);
  made.world.upstream.categories = ok([{ categoryId: CategoryId('c-1'), name: 'Food' }]);
  await made.sync();
  return made;
};

const codesOf = async (of: ReadSide, filters: Partial<Parameters<ReturnType<typeof listProducts>>[1]> = {}) => {
  const answer = await listProducts(of.queries)(asked, { orderable: 'only', ...filters }, page);
  return typeof answer === 'string' ? answer : answer.data.map((row) => row.productCode);
};

describe('lists of products', () => {
  const rows = [
    product(1),
    product(2, { price: euro(4900) }),
    product(3, { active: false }),
    product(4, { stock: '0' }),
    product(5, { merchantId: french.merchantId }),
    product(6, { merchantId: twitch.merchantId }),
    product(7, { merchantId: MerchantId('m-nobody') }),
  ];

  test.each<[Orderable, readonly string[]]>([
    ['only', ['P-1']],
    ['not', ['P-2', 'P-3', 'P-4', 'P-5', 'P-7']],
    ['all', ['P-1', 'P-2', 'P-3', 'P-4', 'P-5', 'P-7']],
  ])('trap 37: orderable %s; an excluded merchant is in none', async (orderable, codes) => {
    expect(await codesOf(await side(rows, [shop, french, twitch]), { orderable })).toEqual(codes);
  });

  test('trap 36: one changed merchant changes what of its products is orderable, without writing them', async () => {
    const s = await side([product(1)]);
    s.world.upstream.merchants = () => ok([{ ...shop, active: false }]);
    await s.sync();
    expect(await codesOf(s)).toEqual([]);
    expect((await s.documents())['products']).toEqual([
      { key: 'pt-PT/P-1', doc: { culture: ptPT, product: product(1), listed: true, changedAt: at } },
    ]);
  });

  test('trap 39: a product whose id leads nowhere is found by the code of its merchant', async () => {
    const byCode = product(1, { merchantId: MerchantId('m-nobody'), merchantCode: 'Shop' });
    const s = await side([byCode], [{ ...shop, code: 'SHOP' }]);
    expect(await codesOf(s)).toEqual(['P-1']);
    expect(await codesOf(s, { merchantId: shop.merchantId })).toEqual(['P-1']);
    expect(await codesOf(s, { merchantCode: 'sHOP' })).toEqual(['P-1']);
  });

  test('every filter alone', async () => {
    const s = await side(
      [
        product(1, { categoryId: CategoryId('c-1'), description: 'For readers' }),
        product(2, { price: euro(1000), category: 'food' }),
        product(3, { merchantId: french.merchantId }),
      ],
      [shop, french],
    );
    const all = { orderable: 'all' } as const;
    expect(await codesOf(s, { ...all, faceValue: euro(1000) })).toEqual(['P-2']);
    expect(await codesOf(s, { ...all, currency: EUR })).toEqual(['P-1', 'P-2', 'P-3']);
    expect(await codesOf(s, { ...all, country: Country('FR') })).toEqual(['P-3']);
    expect(await codesOf(s, { ...all, categoryId: CategoryId('c-1') })).toEqual(['P-1', 'P-2']);
    expect(await codesOf(s, { ...all, merchantId: french.merchantId })).toEqual(['P-3']);
    expect(await codesOf(s, { ...all, q: 'READERS' })).toEqual(['P-1']);
    expect(await codesOf(s, { ...all, q: 'librai' })).toEqual(['P-3']);
    expect(await codesOf(s, { ...all, q: 'nothing' })).toEqual([]);
  });

  test('page after page, every product once, in the order of names', async () => {
    const s = await side(products(450));
    const seen: string[] = [];
    let after: Place | undefined;
    do {
      const answer = await listProducts(s.queries)(
        asked,
        { orderable: 'only' },
        after === undefined ? { limit: 40 } : { limit: 40, after },
      );
      if (typeof answer === 'string') throw new Error(answer);
      seen.push(...answer.data.map((row) => row.name));
      after = answer.next;
    } while (after !== undefined);
    expect(seen).toEqual(
      products(450)
        .map((row) => row.name)
        .sort(),
    );
  });

  test('a page that ends with the list tells of no next one', async () => {
    const s = await side(products(3));
    expect(await listProducts(s.queries)(asked, { orderable: 'only' }, { limit: 3 })).not.toHaveProperty('next');
  });

  test('where the rules allow no amount the list is empty', async () => {
    const s = await side([product(1)], [{ ...shop, country: 'unknown' }]);
    expect(await codesOf(s)).toEqual([]);
  });
});

describe('one product', () => {
  const full = product(1, {
    description: 'A voucher',
    categoryId: CategoryId('c-1'),
    netPrice: euro(4750),
    discount: '5',
    active: true,
    stock: 'Available',
    minQuantity: 1,
    maxQuantity: 10,
    terms: 'None',
    deliveryMethod: 'Digital',
    deliveryTime: 'Instant',
    imageUrl: 'https://example.test/i.png',
  });
  const shown = {
    productCode: code(1),
    name: 'Voucher 1',
    description: 'A voucher',
    merchant: { id: 'm-1', name: 'Shop' },
    category: { id: 'c-1', name: 'Food' },
    faceValue: { amount: '50.00', currency: 'EUR' },
    currency: 'EUR',
    imageUrl: 'https://example.test/i.png',
    active: true,
    stock: 'Available',
    quantity: { min: 1, max: 10 },
    terms: 'None',
    delivery: { method: 'Digital', time: 'Instant' },
    orderable: true,
    notOrderableBecause: [],
  };

  test('has every field of the report and how fresh it is', async () => {
    const s = await side([full]);
    expect(await getProduct(s.queries)(asked, code(1))).toEqual({
      data: shown,
      meta: { syncedAt: at, generation: 1, version: 4, stale: false },
    });
  });

  test('trap 36: net price and discount only for whom prices are shown', async () => {
    const s = await side([full]);
    expect(await getProduct(s.queries)(asked, code(1))).not.toHaveProperty(['data', 'pricing']);
    expect(await getProduct(s.queries)({ ...asked, pricing: 'shown' }, code(1))).toMatchObject({
      data: { ...shown, pricing: { net: { amount: '47.50', currency: 'EUR' }, discountPercent: '5' } },
    });
  });

  test('what Amilon did not tell is absent', async () => {
    const s = await side([product(1)]);
    expect(await getProduct(s.queries)(asked, code(1))).toMatchObject({
      data: { quantity: {}, delivery: {}, merchant: { id: 'm-1', name: 'Shop' } },
    });
    const answer = await getProduct(s.queries)(asked, code(1));
    expect(Object.keys(typeof answer === 'string' ? {} : answer.data)).not.toContain('description');
  });

  test('trap 37: of an excluded merchant there is none', async () => {
    const s = await side([product(1, { merchantId: twitch.merchantId })], [twitch]);
    expect(await getProduct(s.queries)(asked, code(1))).toBe('not_found');
    expect(await getProduct(s.queries)(asked, ProductCode('x'))).toBe('not_found');
  });

  test('trap 38: one that left the list is still readable, and says so', async () => {
    const s = await side(products(5));
    s.world.upstream.products = () => ok(products(4));
    await s.sync();
    expect(await getProduct(s.queries)(asked, code(4))).toMatchObject({
      data: { orderable: false, notOrderableBecause: ['delisted'] },
    });
    expect(await codesOf(s, { orderable: 'all' })).not.toContain('P-4');
  });

  test('trap 38: it is stale once the daily sync is missed', async () => {
    const s = await side([full]);
    s.world.upstream.products = () => failed('refused');
    await s.world.clock.advance(DAY + 12 * HOUR);
    await s.sync();
    expect(await getProduct(s.queries)(asked, code(1))).toMatchObject({
      meta: { generation: 1, version: 5, stale: false },
    });
    await s.world.clock.advance(1);
    expect(await getProduct(s.queries)(asked, code(1))).toMatchObject({ meta: { syncedAt: at, stale: true } });
  });
});

describe('merchants', () => {
  const full: Merchant = { ...shop, code: 'SHOP', minAmount: euro(1000), maxAmount: euro(9000), averageDiscount: '5', features: ['online'], productCount: 99 }; // prettier-ignore

  test('trap 37: in lists are those whose products may be ordered; the count is of these', async () => {
    const s = await side([product(1), product(2, { price: euro(1) })], [full, twitch, french]);
    const list = async (orderable: Orderable) => {
      const answer = await listMerchants(s.queries)(asked, { orderable }, page);
      return typeof answer === 'string' ? answer : answer.data.map((row) => [row.id, row.productCount]);
    };
    expect(await list('only')).toEqual([['m-1', 1]]);
    expect(await list('not')).toEqual([['m-2', 0]]);
    expect(await list('all')).toEqual([['m-2', 0], ['m-1', 1]]); // prettier-ignore
  });

  test('trap 36: one has every field, the discount only for whom prices are shown', async () => {
    const s = await side([product(1)], [full]);
    const data = {
      id: 'm-1',
      code: 'SHOP',
      name: 'Shop',
      country: 'PT',
      productCount: 1,
      faceValue: { min: { amount: '10.00', currency: 'EUR' }, max: { amount: '90.00', currency: 'EUR' } },
      features: ['online'],
    };
    const meta = { syncedAt: at, generation: 1, version: 4, stale: false };
    expect(await getMerchant(s.queries)(asked, shop.merchantId)).toEqual({ data, meta });
    expect(await getMerchant(s.queries)({ ...asked, pricing: 'shown' }, shop.merchantId)).toEqual({
      data: { ...data, averageDiscountPercent: '5' },
      meta,
    });
  });

  test('trap 37: an excluded one is not there', async () => {
    const s = await side([product(1)], [shop, twitch]);
    expect(await getMerchant(s.queries)(asked, twitch.merchantId)).toBe('not_found');
  });

  test('filters', async () => {
    const s = await side([product(1)], [shop, french, merchant(3)]);
    const found = async (filters: { country?: Country; q?: string }) => {
      const answer = await listMerchants(s.queries)(asked, { orderable: 'all', ...filters }, page);
      return typeof answer === 'string' ? answer : answer.data.map((row) => row.id);
    };
    expect(await found({ country: Country('FR') })).toEqual(['m-2']);
    expect(await found({ q: 'SHO' })).toEqual(['m-1', 'm-3']);
  });
});

test('categories are listed by id', async () => {
  const s = await side([product(1)]);
  expect(await listCategories(s.queries)(asked)).toMatchObject({ data: [{ id: 'c-1', name: 'Food' }] });
});

describe('without a catalogue', () => {
  test('a culture that was never synced is not ready, one that is not configured is unknown', async () => {
    const { queries } = await readSide();
    expect(await listProducts(queries)(asked, { orderable: 'only' }, page)).toBe('catalog_not_ready');
    expect(await getContract(queries)()).toBe('catalog_not_ready');
    const foreign = { ...asked, culture: Culture('it-IT') };
    expect(await listProducts(queries)(foreign, { orderable: 'only' }, page)).toBe('unknown_culture');
    expect(await listMerchants(queries)(foreign, { orderable: 'only' }, page)).toBe('unknown_culture');
  });
});
