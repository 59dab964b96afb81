import { describe, expect, test } from '@jest/globals';
import type { SnapshotEvent } from '../../src/domain/catalog-snapshot/events.ts';
import { evolveAll } from '../../src/domain/catalog-snapshot/state.ts';
import { noChanges } from '../../src/domain/catalog-snapshot/sync-summaries.ts';
import { MerchantId } from '../../src/domain/shared/ids.ts';
import { at, code, completed, merchant, product, products, requested, sync, synced } from '../catalog/fixtures.ts';

const after = (...events: readonly SnapshotEvent[]) => evolveAll(synced(products(3)), events).syncs.get('s2');
const asked = { syncId: 's2', trigger: 'daily', requestedAt: at };

describe('what came of a sync', () => {
  test('while it is open it counts what changed so far, over all chunks', () => {
    expect(
      after(
        requested('s2'),
        { type: 'MerchantsListed', ...sync('s2'), merchants: [merchant(2), merchant(3)] },
        { type: 'ProductsListed', ...sync('s2'), products: [product(4)] },
        { type: 'ProductsListed', ...sync('s2'), products: [product(5), product(6)] },
        { type: 'ProductsDelisted', ...sync('s2'), productCodes: [code(1)] },
        { type: 'MerchantsDelisted', ...sync('s2'), merchantIds: [MerchantId('m-1')] },
      ),
    ).toEqual({
      ...asked,
      changes: { merchantsListed: 2, productsListed: 3, productsDelisted: 1, merchantsDelisted: 1 },
      end: { is: 'open' },
    });
  });

  test('completed, it tells how many rows there are and which were left out', () => {
    expect(after(requested('s2'), completed('s2', { products: 3, merchants: 1 }))).toEqual({
      ...asked,
      changes: noChanges,
      end: { is: 'completed', at, products: 3, merchants: 1, quarantined: [], quarantinedCount: 0 },
    });
  });

  test('rejected or failed, it tells why', () => {
    const rejection = { list: 'products', reason: 'shrunk', before: 3, now: 1 } as const;
    expect(after(requested('s2'), { type: 'CatalogSyncRejected', ...sync('s2'), ...rejection })?.end).toEqual({
      is: 'rejected',
      at,
      ...rejection,
    });
    expect(after(requested('s2'), { type: 'CatalogSyncFailed', ...sync('s2'), reason: 'x' })?.end).toEqual({
      is: 'failed',
      at,
      reason: 'x',
    });
  });

  test('one that nobody asked for and that changed nothing has no summary', () => {
    expect(after(completed('s2', { products: 3, merchants: 1 }))).toBeUndefined();
  });
});
