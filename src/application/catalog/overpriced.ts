import type { PlacedOrder } from '../../domain/order/state.ts';
import type { Catalogue } from './catalogue.ts';

/**
 * The products of an order whose price is now above the client's `maxUnitPrice`; checked before each submission,
 * since the request to Amilon carries no price (amilon.md trap 10). A delisted product is Amilon's to refuse; of a
 * culture that is no longer configured no price is known, so that every guarded line counts.
 */
export const createOverpriced =
  (catalogue: Catalogue) =>
  async ({ request }: PlacedOrder): Promise<readonly string[]> => {
    const guarded = request.lines.filter((line) => line.maxUnitPrice !== undefined);
    if (guarded.length === 0) return [];
    const view = await catalogue.current(request.culture);
    // Nobody syncs these prices any more: what cannot be shown to be within the guard is not bought.
    if (view === 'unknown_culture') return guarded.map((line) => line.productCode);
    return guarded
      .filter(({ productCode, maxUnitPrice }) => {
        const price = view.snapshot.products.get(productCode)?.price;
        if (maxUnitPrice === undefined || price === undefined) return false;
        return price.currency !== maxUnitPrice.currency || price.minor > maxUnitPrice.minor;
      })
      .map((line) => line.productCode);
  };
