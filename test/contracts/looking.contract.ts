import { describe, expect, it } from '@jest/globals';
import type { Query, ReadModel } from '../../src/application/ports/read-models.ts';
import { keysOf, openedForEach, voucher, vouchers } from './read-models.fixtures.ts';
import type { ReadModelsSubject, Voucher } from './read-models.fixtures.ts';

const day = (n: number): string => `2026-01-${String(1 + n).padStart(2, '0')}`;

/** Twenty-four documents, some of one day: `new` and `sold` in turn, and films only among the last eight of `sold`. */
const writes = Array.from({ length: 24 }, (_, n) =>
  voucher(`k${String(n).padStart(2, '0')}`, day(Math.floor(n / 2)), {
    status: n % 2 === 0 ? 'new' : 'sold',
    products: n % 2 === 0 ? ['films'] : n > 15 ? ['films', 'music'] : ['music'],
  }),
);

/** The keys of each find, one after the other until the list ends. */
const walked = async (model: ReadModel<Voucher>, query: Query): Promise<readonly (readonly string[])[]> => {
  const finds: (readonly string[])[] = [];
  for (let after: Query['after'], more = true; more;) {
    const { found, stopped } = await model.find({ ...query, ...(after && { after }) });
    finds.push(keysOf(found));
    const last = found.at(-1);
    more = stopped !== undefined || found.length === query.limit;
    after = stopped ?? (last && { sort: last.sort, key: last.key });
  }
  return finds;
};

/** That a list by several filters looks at no more than it is allowed to. */
export const looking = (open: () => Promise<ReadModelsSubject>): void => {
  describe('filters that hardly meet', () => {
    const { filled } = openedForEach(open);
    const where = { tenant: 'acme', status: 'sold', products: 'films' };

    it('stop after so many entries of the filter that reaches furthest, and say where', async () => {
      const rising = { field: 'soldAt', direction: 'asc' } as const;
      const { model } = await filled(vouchers, writes);
      // The fifth sold one is k09; the fifth with films k08, which reaches less far.
      expect(await model.find({ where, sort: rising, limit: 9, looking: 5 })).toEqual({
        found: [],
        stopped: { sort: day(4), key: 'k09' },
      });
    });

    it('find all up to the end where one of them has no more than that', async () => {
      const { model } = await filled(vouchers, writes);
      const { found, ...rest } = await model.find({ where, limit: 9, looking: 13 });
      expect([keysOf(found), rest]).toEqual([['k23', 'k21', 'k19', 'k17'], {}]);
    });

    it('stop nowhere where the limit is reached before', async () => {
      const { model } = await filled(vouchers, writes);
      const { found, ...rest } = await model.find({ where, limit: 2, looking: 5 });
      expect([keysOf(found), rest]).toEqual([['k23', 'k21'], {}]);
    });

    it('do not stop a list by one filter, which finds all that it looks at', async () => {
      const { model } = await filled(vouchers, writes);
      const { found, ...rest } = await model.find({ where: { tenant: 'acme', status: 'sold' }, limit: 50, looking: 3 });
      expect([found.length, rest]).toEqual([12, {}]);
    });

    it.each(['asc', 'desc'] as const)('walked %s show every document once, in order', async (direction) => {
      const { model } = await filled(vouchers, writes);
      const sort = { field: 'soldAt', direction };
      for (const asked of [where, { ...where, status: ['sold', 'new'] }, { ...where, products: ['films', 'music'] }]) {
        for (const bounds of [{}, { from: day(2), to: day(10) }]) {
          const query = { where: asked, sort, ...bounds };
          const { found } = await model.find({ ...query, limit: 100 });
          for (const allowed of [1, 2, 5, 100]) {
            const finds = await walked(model, { ...query, limit: 3, looking: allowed });
            expect(finds.flat()).toEqual(keysOf(found));
          }
        }
      }
    });

    it('take more than one find where they meet late, and none of them is without an end', async () => {
      const { model } = await filled(vouchers, writes);
      const sort = { field: 'soldAt', direction: 'asc' } as const;
      expect(await walked(model, { where, sort, limit: 9, looking: 5 })).toEqual([[], ['k17', 'k19'], ['k21', 'k23']]);
    });
  });
};
