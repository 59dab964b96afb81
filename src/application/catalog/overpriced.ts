import type { PlacedOrder } from '../../domain/order/state.ts';
import type { Catalogue } from './catalogue.ts';

/**
 * The products of an order whose price is now above the client's `maxUnitPrice`; checked before each submission,
 * since the request to Amilon carries no price (amilon.md trap 10). A delisted product is Amilon's to refuse.
 */
export const createOverpriced =
  (catalogue: Catalogue) =>
  async ({ request }: PlacedOrder): Promise<readonly string[]> => {
    if (request.lines.every((line) => line.maxUnitPrice === undefined)) return [];
    const view = await catalogue.current(request.culture);
    if (view === 'unknown_culture') return [];
    return request.lines
      .filter(({ productCode, maxUnitPrice }) => {
        const price = view.snapshot.products.get(productCode)?.price;
        if (maxUnitPrice === undefined || price === undefined) return false;
        return price.currency !== maxUnitPrice.currency || price.minor > maxUnitPrice.minor;
      })
      .map((line) => line.productCode);
  };
