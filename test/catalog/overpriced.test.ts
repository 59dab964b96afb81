import { describe, expect, test } from '@jest/globals';
import { createCatalogue } from '../../src/application/catalog/catalogue.ts';
import { createOverpriced } from '../../src/application/catalog/overpriced.ts';
import { syncCatalogue } from '../../src/application/catalog/sync-catalogue.ts';
import { evolve } from '../../src/domain/order/evolve.ts';
import type { PlacedOrder } from '../../src/domain/order/state.ts';
import type { Line } from '../../src/domain/order/values.ts';
import { Culture } from '../../src/domain/shared/ids.ts';
import { Currency } from '../../src/domain/shared/money.ts';
import type { Money } from '../../src/domain/shared/money.ts';
import { requestedWith } from '../domain/order/fixtures.ts';
import { code, euro, product, ptPT, shop } from './fixtures.ts';
import { ok, world } from './world.ts';

const line = (n: number, maxUnitPrice?: Money): Line => ({
  productCode: code(n),
  productName: `Voucher ${String(n)}`,
  merchantId: shop.merchantId,
  quantity: 1,
  unitPrice: euro(5000),
  ...(maxUnitPrice === undefined ? {} : { maxUnitPrice }),
});

const orderOf = (lines: readonly Line[], culture = ptPT): PlacedOrder => {
  const order = evolve({ status: 'none' }, requestedWith({ culture, lines }));
  if (order.status === 'none') throw new Error('not placed');
  return order;
};

describe('before each submission', () => {
  test("trap 10: a price that rose above the client's own is named, others are not", async () => {
    const w = world();
    w.upstream.products = () => ok([product(1, { price: euro(6000) }), product(2), product(3)]);
    await syncCatalogue(w.deps)(ptPT, 'start');
    const overpriced = createOverpriced(w.deps.catalogue);
    expect(await overpriced(orderOf([line(1, euro(5999)), line(2, euro(5000)), line(3)]))).toEqual(['P-1']);
  });

  test("trap 34: a price that has come in another currency than the client's own is named, however small", async () => {
    const w = world();
    w.upstream.products = () => ok([product(1), product(2)]);
    await syncCatalogue(w.deps)(ptPT, 'start');
    const overpriced = createOverpriced(w.deps.catalogue);
    const dollars = { minor: 9_000, currency: Currency('USD') };
    expect(await overpriced(orderOf([line(1, dollars), line(2, euro(9_000))]))).toEqual(['P-1']);
  });

  test('trap 10: of a culture that is no longer configured no price is known, and nothing guarded is bought', async () => {
    const { deps } = world();
    const overpriced = createOverpriced(createCatalogue({ ...deps, cultures: [ptPT] }));
    expect(await overpriced(orderOf([line(1, euro(9000)), line(2)], Culture('da-DK')))).toEqual(['P-1']);
  });

  test('an order without a guard asks for no price', async () => {
    const { deps } = world();
    const overpriced = createOverpriced(createCatalogue({ ...deps, cultures: [] }));
    expect(await overpriced(orderOf([line(1)]))).toEqual([]);
  });
});
