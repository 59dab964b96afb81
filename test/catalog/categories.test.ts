import { expect, test } from '@jest/globals';
import { getProduct, listProducts } from '../../src/application/catalog/queries.ts';
import { CategoryId } from '../../src/domain/shared/ids.ts';
import { code, product, ptPT } from './fixtures.ts';
import { readSide } from './read-side.ts';
import { ok } from './world.ts';

const food = { categoryId: CategoryId('c-1'), name: 'Food' };
const asked = { culture: ptPT, pricing: 'hidden' } as const;

test('trap 39: a category is joined by its id, else by its name in any case', async () => {
  const side = await readSide();
  const { upstream } = side.world;
  upstream.categories = ok([food]);
  upstream.products = () =>
    ok([product(1, { categoryId: food.categoryId }), product(2, { category: 'fOOD' }), product(3)]);
  await side.sync();
  const filters = { orderable: 'all', categoryId: food.categoryId } as const;
  const listed = await listProducts(side.queries)(asked, filters, { limit: 50 });
  if (typeof listed === 'string') throw new Error(listed);
  expect(listed.data.map(({ productCode }) => productCode)).toEqual(['P-1', 'P-2']);
  expect(await getProduct(side.queries)(asked, code(2))).toMatchObject({
    data: { category: { id: 'c-1', name: 'Food' } },
  });
});
