import { describe, expect, test } from '@jest/globals';
import {
  getContract,
  getMerchant,
  getProduct,
  listCategories,
  listMerchants,
  listProducts,
} from '../../src/application/catalog/queries.ts';
import { createCatalogueHistory } from '../../src/application/catalog/history.ts';
import type { Moment } from '../../src/application/catalog/history.ts';
import { Unavailable } from '../../src/application/ports/errors.ts';
import type { EventStore, Recorded } from '../../src/application/ports/event-store.ts';
import { CategoryId } from '../../src/domain/shared/ids.ts';
import { HOUR, instant } from '../../src/domain/shared/instant.ts';
import { pastModel } from '../../src/infrastructure/composition/past-models.ts';
import { merchantsProjection } from '../../src/projections/merchants.ts';
import { productsProjection } from '../../src/projections/products.ts';
import { at, code, euro, product, products, ptPT, shop, terms } from './fixtures.ts';
import { readSide } from './read-side.ts';
import type { ReadSide } from './read-side.ts';
import { ok } from './world.ts'; // prettier-ignore

const asked = { culture: ptPT, pricing: 'hidden' } as const;
const page = { limit: 50 };
const all = { orderable: 'all' } as const;
const later = instant('2026-03-01T11:00:00.000Z');
const between = instant('2026-03-01T10:30:00.000Z');

/** Five products at 10:00; at 11:00 one at another price, one gone, another name of the shop, another contract. */
const twoGenerations = async (): Promise<ReadSide> => {
  const side = await readSide();
  const { upstream, clock } = side.world;
  upstream.products = () => ok(products(5));
  upstream.categories = ok([{ categoryId: CategoryId('c-1'), name: 'Food' }]);
  await side.sync();
  await clock.advance(HOUR);
  upstream.products = () => ok([product(0, { price: euro(1000) }), ...products(4).slice(1)]);
  upstream.merchants = () => ok([{ ...shop, name: 'Shop & Co' }]);
  upstream.categories = ok([{ categoryId: CategoryId('c-1'), name: 'Drinks' }]);
  upstream.contract = ok({ ...terms, name: 'New contract' });
  await side.sync();
  return side;
};

const failing = async function* (gone: Promise<never>): AsyncGenerator<Recorded> {
  yield await gone;
};

const listed = async ({ queries }: ReadSide, moment: Moment = {}) => {
  const answer = await listProducts(queries)({ ...asked, ...moment }, all, page);
  return typeof answer === 'string' ? answer : answer.data.map((row) => [row.productCode, row.faceValue.amount]);
};

describe('the catalogue as of a moment', () => {
  const before = ['0', '1', '2', '3', '4'].map((n) => [`P-${n}`, '50.00']);

  test('its lists are those of then, at a time and at a version', async () => {
    const side = await twoGenerations();
    expect(await listed(side, { asOf: between })).toEqual(before);
    expect(await listed(side, { version: 4 })).toEqual(before);
    expect(await listed(side, { asOf: later })).toEqual([['P-0', '10.00'], ...before.slice(1, 4)]);
  });

  test('one after another is folded, however many ask, also behind one that failed', async () => {
    const { world } = await twoGenerations();
    const gone = Promise.withResolvers<never>();
    let reads = 0;
    const store: EventStore = {
      ...world.deps.store,
      read: (stream, after, until) => {
        reads += 1;
        return reads > 1 ? world.deps.store.read(stream, after, until) : failing(gone.promise);
      },
    };
    const history = createCatalogueHistory({
      ...world.deps,
      store,
      products: pastModel(productsProjection),
      merchants: pastModel(merchantsProjection),
    });
    const first = history.catalogue(ptPT, { version: 4 });
    const rest = [1, 2, 3].map(() => history.catalogue(ptPT, { version: 4 }));
    await world.clock.advance(0);
    expect(reads).toBe(1);
    gone.reject(new Unavailable('event store'));
    await expect(first).rejects.toThrow(Unavailable);
    expect((await Promise.all(rest)).map((past) => typeof past)).toEqual(['object', 'object', 'object']);
  });

  test('the newest version and now are the same as without a moment', async () => {
    const side = await twoGenerations();
    const now = await listProducts(side.queries)(asked, all, page);
    if (typeof now === 'string') throw new Error(now);
    const { version } = now.meta;
    expect(await listProducts(side.queries)({ ...asked, version }, all, page)).toEqual(now);
    expect(await listProducts(side.queries)({ ...asked, asOf: side.world.clock.now() }, all, page)).toEqual(now);
  });

  test('one product, its merchant and the categories are those of then', async () => {
    const { queries } = await twoGenerations();
    const then = { ...asked, asOf: between };
    expect(await getProduct(queries)(then, code(4))).toMatchObject({
      data: { orderable: true, merchant: { name: 'Shop' } },
      meta: { syncedAt: at, generation: 1, version: 4, stale: false },
    });
    expect(await getProduct(queries)(asked, code(4))).toMatchObject({ data: { notOrderableBecause: ['delisted'] } });
    expect(await getMerchant(queries)(then, shop.merchantId)).toMatchObject({
      data: { name: 'Shop', productCount: 5 },
    });
    expect(await listMerchants(queries)(then, all, page)).toMatchObject({ data: [{ name: 'Shop' }] });
    expect(await listCategories(queries)(then)).toMatchObject({ data: [{ name: 'Food' }] });
  });

  test('a list of then is paged like one of now', async () => {
    const { queries } = await twoGenerations();
    const then = { ...asked, version: 4 };
    const first = await listProducts(queries)(then, all, { limit: 2 });
    if (typeof first === 'string' || first.next === undefined) throw new Error('a page is missing');
    const second = await listProducts(queries)(then, all, { limit: 2, after: first.next });
    expect(second).toMatchObject({ data: [{ productCode: 'P-2' }, { productCode: 'P-3' }] });
  });

  test('a version beyond the head is told apart from a time before the first sync', async () => {
    const side = await twoGenerations();
    expect(await listed(side, { version: 99 })).toBe('version_not_reached');
    expect(await listed(side, { asOf: instant('2026-02-28T00:00:00.000Z') })).toBe('not_known_then');
    expect(await listed(side, { version: 2 })).toBe('not_known_then');
  });
});

describe('the contract as of a moment', () => {
  test('is what was told last until then, with the warnings of then', async () => {
    const { queries } = await twoGenerations();
    expect(await getContract(queries)()).toMatchObject({ name: 'New contract', version: 2 });
    const first = { name: 'Frame contract', asOf: at, version: 1, warnings: [] };
    expect(await getContract(queries)({ asOf: between })).toMatchObject(first);
    expect(await getContract(queries)({ version: 1 })).toMatchObject(first);
  });

  test('before it was told, and beyond what was told, there is none', async () => {
    const { queries } = await twoGenerations();
    expect(await getContract(queries)({ asOf: instant('2026-02-28T00:00:00.000Z') })).toBe('not_known_then');
    expect(await getContract(queries)({ version: 3 })).toBe('version_not_reached');
  });
});
