import { describe, expect, test } from '@jest/globals';
import type { ProductDocument } from '../../src/application/ports/catalogue-documents.ts';
import { productsProjection } from '../../src/projections/products.ts';
import { CategoryId, MerchantId } from '../../src/domain/shared/ids.ts';
import { at, euro, merchant, product, products, ptPT, shop, terms } from './fixtures.ts';
import { readSide } from './read-side.ts';
import { ok } from './world.ts';

describe('read models of the catalogue', () => {
  test('a document per row of each list, one for the categories, one for the contract', async () => {
    const food = { categoryId: CategoryId('c-1'), name: 'Food' };
    const side = await readSide();
    side.world.upstream.categories = ok([food]);
    await side.sync();
    expect(await side.documents()).toEqual({
      products: [{ key: 'pt-PT/P-1', doc: { culture: ptPT, product: product(1), listed: true, changedAt: at } }],
      merchants: [{ key: 'pt-PT/m-1', doc: { culture: ptPT, merchant: shop, listed: true, changedAt: at } }],
      categories: [{ key: 'categories', doc: { name: 'categories', categories: [food], changedAt: at } }],
      contract: [{ key: 'amilon', doc: { contract: terms, since: at } }],
    });
  });

  test('what left the list is flagged, not deleted; what comes back is listed again', async () => {
    const side = await readSide();
    const five = [1, 2, 3, 4, 5].map(merchant);
    const listedIn = async (model: 'products' | 'merchants') =>
      (await side.documents())[model]?.map(({ key, doc }) => [key, (doc as { listed: boolean }).listed]);
    side.world.upstream.products = () => ok(products(5));
    side.world.upstream.merchants = () => ok(five);
    await side.sync();
    side.world.upstream.products = () => ok(products(4));
    side.world.upstream.merchants = () => ok(five.slice(1));
    await side.sync();
    expect((await listedIn('products'))?.filter(([, listed]) => listed !== true)).toEqual([['pt-PT/P-4', false]]);
    expect((await listedIn('merchants'))?.filter(([, listed]) => listed !== true)).toEqual([['pt-PT/m-1', false]]);
    side.world.upstream.products = () => ok(products(5));
    await side.sync();
    expect((await listedIn('products'))?.filter(([, listed]) => listed !== true)).toEqual([]);
  });

  test('a changed row replaces its document', async () => {
    const side = await readSide();
    await side.sync();
    await side.world.clock.advance(1000);
    const changed = product(1, { price: euro(1000) });
    side.world.upstream.products = () => ok([changed]);
    await side.sync();
    expect((await side.documents())['products']).toEqual([
      {
        key: 'pt-PT/P-1',
        doc: { culture: ptPT, product: changed, listed: true, changedAt: side.world.clock.now() },
      },
    ]);
  });

  test('a product is found by every id of its merchant, lower case, and is on offer only by its own row', () => {
    const { fields } = productsProjection.definition;
    const doc = (change: Partial<ProductDocument['product']>, listed = true): ProductDocument => ({
      culture: ptPT,
      product: product(1, change),
      listed,
      changedAt: at,
    });
    expect(fields['merchant']?.(doc({ merchantId: MerchantId('m-1'), merchantCode: 'FNAC' }))).toEqual(['m-1', 'fnac']);
    expect(fields['faceValue']?.(doc({}))).toBe('EUR 5000');
    expect(
      [doc({}), doc({ active: false }), doc({ stock: '0' }), doc({}, false)].map((row) => fields['offered']?.(row)),
    ).toEqual([true, false, false, false]);
  });
});
