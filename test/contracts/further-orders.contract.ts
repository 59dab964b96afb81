import { describe, expect, it } from '@jest/globals';
import { openedForEach, voucher, vouchers } from './read-models.fixtures.ts';
import type { ReadModelsSubject } from './read-models.fixtures.ts';

/** The rules of lists in another order than the model's own; part of the contract of read models. */
export const furtherOrders = (open: () => Promise<ReadModelsSubject>): void => {
  describe('in a further order', () => {
    const { filled, listed } = openedForEach(open);

    it('lists in a further order what has a value there, either way, filtered and bounded', async () => {
      const open = await filled(vouchers, [
        voucher('a', '2026-01-01', { buyer: 'eve', products: ['books', 'music'] }),
        voucher('b', '2026-01-02', { buyer: 'adam', status: 'sold' }),
        voucher('c', '2026-01-03'),
        voucher('d', '2026-01-04', { buyer: 'adam' }),
        voucher('e', '2026-01-05', { buyer: 'adele', products: ['music'] }),
      ]);
      const sort = { field: 'buyer', direction: 'asc' } as const;
      const falling = { ...sort, direction: 'desc' } as const;
      expect(await listed(open, { sort })).toEqual(['b', 'd', 'e', 'a']);
      expect(await listed(open, { sort: falling })).toEqual(['a', 'e', 'd', 'b']);
      expect(await listed(open, { sort, where: { products: 'books', status: 'new' } })).toEqual(['d', 'a']);
      expect(await listed(open, { sort: falling, where: { products: ['music', 'books'] } })).toEqual([
        'a',
        'e',
        'd',
        'b',
      ]);
      expect(await listed(open, { sort, from: 'ad', to: 'ad\u{10ffff}' })).toEqual(['b', 'd', 'e']);
      expect(await listed(open, { sort, from: 'ad', after: { sort: 'adam', key: 'b' } })).toEqual(['d', 'e', 'a']);
      expect(await listed(open, { sort: falling, to: 'adele', after: { sort: 'adam', key: 'd' } })).toEqual(['b']);
    });

    it('finds a changed document where it now stands in a further order, and not where it stood', async () => {
      const open = await filled(
        vouchers,
        [voucher('a', '2026-01-01', { buyer: 'eve' }), voucher('b', '2026-01-02', { buyer: 'bob' })],
        [
          { ...voucher('a', '2026-01-01', { buyer: 'adam' }), version: 2 },
          { ...voucher('b', '2026-01-02'), version: 2 },
        ],
      );
      const sort = { field: 'buyer', direction: 'asc' } as const;
      expect(await open.model.find({ where: { tenant: 'acme' }, sort, limit: 9 })).toEqual({
        found: [{ ...voucher('a', '2026-01-01', { buyer: 'adam' }), version: 2, sort: 'adam' }],
      });
    });

    it('goes on behind a place also where its document is gone from the list meanwhile', async () => {
      const open = await filled(
        vouchers,
        ['a', 'b', 'c', 'd'].map((key) => voucher(key, '2026-01-01')),
        [{ ...voucher('c', '2026-01-01', { status: 'sold' }), version: 2 }],
      );
      const after = { sort: '2026-01-01', key: 'c' };
      expect(await listed(open, { where: { status: 'new' }, after })).toEqual(['b', 'a']);
    });

    it('refuses an order that the model does not have, and a filter that the order does not have', async () => {
      const { model } = await filled(vouchers);
      const by = (field: string) => ({ sort: { field, direction: 'asc' } as const, limit: 1 });
      await expect(model.find({ ...by('price'), where: { tenant: 'acme' } })).rejects.toThrow(
        'read model sold-vouchers has no order by price',
      );
      await expect(model.find({ ...by('buyer'), where: { tenant: 'acme', price: 1 } })).rejects.toThrow(
        'read model sold-vouchers by buyer has no filter price',
      );
    });
  });
};
