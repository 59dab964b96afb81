import type { Query, ReadModelDefinition } from '../../src/application/ports/read-models.ts';
import { merchantsProjection } from '../../src/projections/merchants.ts';
import { ordersProjection } from '../../src/projections/orders.ts';
import { productsProjection } from '../../src/projections/products.ts';
import { vouchersProjection } from '../../src/projections/vouchers.ts';
import { ordersOf } from '../../src/infrastructure/read-models/documents.ts';

interface List {
  readonly definition: ReadModelDefinition<unknown>;
  readonly query: Query;
}

const after = { sort: 'm', key: 'k' };

/** Every list that the service can ask its read models for: each order either way, each filter, at the start and later. */
export const realLists: readonly (List & { readonly list: string })[] = [
  ordersProjection,
  vouchersProjection,
  productsProjection,
  merchantsProjection,
].flatMap((projection) => {
  const definition = projection.definition as ReadModelDefinition<unknown>;
  const part = { [definition.within ?? 'none']: 'one' };
  return [...ordersOf(definition)].flatMap(([field, filters]) =>
    [{}, ...filters.map((filter) => ({ [filter]: 'x' }))].flatMap((filter) =>
      (['asc', 'desc'] as const).flatMap((direction) =>
        [{}, { after }, { from: 'a', to: 'z' }].map((bounds) => ({
          list: `${definition.name} by ${field} ${direction}, ${JSON.stringify({ ...filter, ...bounds })}`,
          definition,
          query: { where: { ...part, ...filter }, sort: { field, direction }, ...bounds, limit: 50 },
        })),
      ),
    ),
  );
});
