import { expect, test } from '@jest/globals';
import { listMerchants, listProducts } from '../../src/application/catalog/queries.ts';
import type { ProductFilters } from '../../src/application/catalog/filters.ts';
import type { PageQuery } from '../../src/application/queries/pages.ts';
import type { Merchant, Product } from '../../src/domain/catalog-snapshot/events.ts';
import { CategoryId, Country, MerchantId } from '../../src/domain/shared/ids.ts';
import { merchant, product, ptPT, shop } from './fixtures.ts';
import { readSide } from './read-side.ts';
import { ok } from './world.ts';

// Rows that Amilon may send, though nobody would expect them.

const asked = { culture: ptPT, pricing: 'hidden' } as const;

const listed = async (rows: readonly Product[], merchants: readonly Merchant[] = [shop]) => {
  const side = await readSide();
  const { world, queries } = side;
  world.upstream.products = () => ok(rows);
  world.upstream.merchants = () => ok(merchants);
  world.upstream.categories = ok([{ categoryId: CategoryId('c-1'), name: 'Food' }]);
  await side.sync();
  return {
    products: async (filters: Partial<ProductFilters> = {}, page: PageQuery = { limit: 50 }) => {
      const answer = await listProducts(queries)(asked, { orderable: 'all', ...filters }, page);
      if (typeof answer === 'string') throw new Error(answer);
      return answer;
    },
    merchants: async (orderable: ProductFilters['orderable']) => {
      const answer = await listMerchants(queries)(asked, { orderable }, { limit: 50 });
      return typeof answer === 'string' ? answer : answer.data.map(({ id }) => id);
    },
  };
};

const codesOf = ({ data }: { readonly data: readonly { readonly productCode: string }[] }) =>
  data.map(({ productCode }) => productCode);

test('a name beyond all measure is in its list like any other, and a page may end at it', async () => {
  const long = `Voucher 1${'ü'.repeat(3_000)}`;
  const { products } = await listed([product(1, { name: long }), product(2, { name: `${long}!` }), product(3)]);
  const seen: string[] = [];
  for (let page: PageQuery | undefined = { limit: 1 }; page !== undefined;) {
    const { data, next } = await products({}, page);
    seen.push(...codesOf({ data }));
    expect(String(next?.sort ?? '').length).toBeLessThanOrEqual(200);
    page = next === undefined ? undefined : { limit: 1, after: next };
  }
  expect(seen).toEqual(['P-1', 'P-2', 'P-3']);
});

test('trap 39: a category is found by its id in any case', async () => {
  const { products } = await listed([product(1, { categoryId: CategoryId('C-1') })]);
  const found = await products({ categoryId: CategoryId('c-1') });
  expect(found.data.map(({ category }) => category)).toEqual([{ id: 'c-1', name: 'Food' }]);
  expect(codesOf(await products({ categoryId: CategoryId('C-1') }))).toEqual(['P-1']);
});

test('trap 33: a merchant is listed where only the rows of its products name the country', async () => {
  const nowhere = { ...shop, country: 'unknown' as const };
  const told = await listed([product(1, { country: Country('PT') })], [nowhere]);
  expect([await told.merchants('only'), await told.merchants('not')]).toEqual([['m-1'], []]);
  const untold = await listed([product(1)], [nowhere]);
  expect([await untold.merchants('only'), await untold.merchants('not')]).toEqual([[], ['m-1']]);
});

test('trap 33: a country that is in no table is shown as none', async () => {
  const side = await readSide();
  side.world.upstream.merchants = () => ok([{ ...shop, country: 'unknown', countryRaw: 'Atlantis' }]);
  await side.sync();
  const answer = await listMerchants(side.queries)(asked, { orderable: 'all' }, { limit: 50 });
  expect(answer).toMatchObject({ data: [{ id: 'm-1' }] });
  expect(JSON.stringify(answer)).not.toContain('"country"');
});

test('the products of all merchants with the same code are found by it', async () => {
  const both = [1, 2].map((n) => ({ ...merchant(n), code: 'SAME' }));
  const { products } = await listed(
    [1, 2].map((n) => product(n, { merchantId: MerchantId(`m-${String(n)}`) })),
    both,
  );
  expect(codesOf(await products({ merchantCode: 'same' }))).toEqual(['P-1', 'P-2']);
});

test('what may be ordered is found where few merchants sell, and where most do', async () => {
  const merchants = [1, 2, 3].map((n) => ({ ...merchant(n), ...(n > 1 && { active: false }) }));
  const rows = [1, 2, 3].map((n) => product(n, { merchantId: MerchantId(`m-${String(n)}`) }));
  const few = await listed(rows, merchants);
  expect(codesOf(await few.products({ orderable: 'only' }))).toEqual(['P-1']);
  const most = await listed(rows, [merchant(1), merchant(2), { ...merchant(3), active: false }]);
  expect(codesOf(await most.products({ orderable: 'only' }))).toEqual(['P-1', 'P-2']);
});
