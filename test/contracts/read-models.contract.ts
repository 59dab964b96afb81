import { describe, expect, it } from '@jest/globals';
import { noProgress } from '../../src/application/ports/consumers.ts';
import type { Query, Write } from '../../src/application/ports/read-models.ts';
import { furtherOrders } from './further-orders.contract.ts';
import { looking } from './looking.contract.ts';
import { keysOf, openedForEach, owner, voucher, vouchers } from './read-models.fixtures.ts';
import type { ReadModelsSubject, Voucher } from './read-models.fixtures.ts';

/** Every rule of documents and lists; the sinks that fill them have a contract of their own. */
export const readModelsContract = (open: () => Promise<ReadModelsSubject>): void => {
  describe('read models', () => {
    const { models, holdOf, filled, listed } = openedForEach(open);
    furtherOrders(open);
    looking(open);

    it('has no document where none was kept', async () => {
      const { model, sink } = await filled(vouchers);
      expect(await model.get('a')).toBeUndefined();
      expect(await model.find({ where: { tenant: 'acme' }, limit: 10 })).toEqual({ found: [] });
      expect(await sink.load(await holdOf({ model, sink }), ['a'])).toEqual(new Map());
    });

    it('gives documents back as they were kept, and its own copy of them', async () => {
      const kept = voucher('a', '2026-01-01', { products: ['books', 'Über ☕'] });
      const { model, sink } = await filled(vouchers, [kept, voucher('b', '2026-01-02')]);
      const { key, ...versioned } = kept;
      expect(await model.get(key)).toEqual(versioned);
      expect(await model.find({ where: { tenant: 'acme', products: 'Über ☕' }, limit: 10 })).toEqual({
        found: [{ ...kept, sort: '2026-01-01' }],
      });
      const loaded = await sink.load(await holdOf({ model, sink }), ['a', 'none']);
      expect(loaded).toEqual(new Map([[key, versioned]]));
      Object.assign(loaded.get('a')?.doc ?? {}, { status: 'changed by the reader' });
      expect(await model.get(key)).toEqual(versioned);
    });

    it('never overwrites a document with an older or equal version', async () => {
      const at = (version: number, status: string) => ({ ...voucher('a', '2026-01-01', { status }), version });
      const open = await filled(vouchers, [at(2, 'second')]);
      const hold = await holdOf(open);
      const kept = async (...batch: readonly Write<Voucher>[]) => {
        await open.sink.keep(hold, noProgress, batch);
        return (await open.model.get('a'))?.doc.status;
      };
      expect(await kept(at(1, 'first'))).toBe('second');
      expect(await kept(at(2, 'again'))).toBe('second');
      expect(await kept(at(4, 'fourth'), at(3, 'third'))).toBe('fourth');
      expect(await kept(at(3, 'third'))).toBe('fourth');
      expect(await listed(open, { where: { status: ['first', 'second', 'again', 'third'] } })).toEqual([]);
    });

    it('finds a changed document by its new values only', async () => {
      const open = await filled(
        vouchers,
        [voucher('a', '2026-01-01', { products: ['books', 'music'] }), voucher('b', '2026-01-02')],
        [{ ...voucher('a', '2026-01-03', { status: 'sold', products: ['music', 'films'] }), version: 2 }],
      );
      expect(await listed(open)).toEqual(['a', 'b']);
      expect(await listed(open, { where: { status: 'new' } })).toEqual(['b']);
      expect(await listed(open, { where: { status: 'sold' } })).toEqual(['a']);
      expect(await listed(open, { where: { products: 'books' } })).toEqual(['b']);
      expect(await listed(open, { where: { products: ['music', 'films'] } })).toEqual(['a']);
    });

    it('lists in the order of the sort field, then of the key, both in the direction of the model', async () => {
      const writes = [voucher('b', '2026-01-01'), voucher('c', '2026-01-02'), voucher('a', '2026-01-01')];
      expect(await listed(await filled(vouchers, writes))).toEqual(['c', 'b', 'a']);
      const rising = { field: 'soldAt', direction: 'asc' } as const;
      const model = await filled({ ...vouchers, name: 'rising', sort: rising }, writes);
      expect(await listed(model)).toEqual(['a', 'b', 'c']);
      expect(await listed(model, { sort: { ...rising, direction: 'desc' } })).toEqual(['c', 'b', 'a']);
    });

    it('sorts numbers by their value and texts by their code points', async () => {
      const byPrice = { ...vouchers, name: 'by-price', sort: { field: 'price', direction: 'asc' } as const };
      const prices = [1000, 90, 5_000_000_000, 0.5];
      const writes = prices.map((price) => voucher(String(price), '2026-01-01', { price }));
      expect(await listed(await filled(byPrice, writes))).toEqual(['0.5', '90', '1000', '5000000000']);
      const texts = ['z', 'Z', 'é', '\uffee', '😀', '10', '9'];
      const named = texts.map((text) => voucher(text, text));
      expect(await listed(await filled(vouchers, named))).toEqual(['😀', '\uffee', 'é', 'z', 'Z', '9', '10']);
    });

    it('filters by one value, by any of several, and by all fields at once', async () => {
      const open = await filled(vouchers, [
        voucher('a', '2026-01-01', { status: 'new' }),
        voucher('b', '2026-01-02', { status: 'sold', revoked: true }),
        voucher('c', '2026-01-03', { status: 'gone', price: 2500 }),
        voucher('d', '2026-01-04', { status: 'sold' }),
      ]);
      expect(await listed(open, { where: { status: 'sold' } })).toEqual(['d', 'b']);
      expect(await listed(open, { where: { status: ['gone', 'new', 'new'] } })).toEqual(['c', 'a']);
      expect(await listed(open, { where: { status: [] } })).toEqual([]);
      expect(await listed(open, { where: { revoked: true } })).toEqual(['b']);
      expect(await listed(open, { where: { price: 2500 } })).toEqual(['c']);
      expect(await listed(open, { where: { status: ['sold', 'new'], revoked: false } })).toEqual(['d', 'a']);
      expect(await listed(open, { where: { status: ['sold', 'gone'], price: [1000, 2500] } })).toEqual(['d', 'c', 'b']);
      expect(await listed(open, { where: { status: 'sold', price: [] } })).toEqual([]);
    });

    it('matches a field of several values by any of them, and lists the document once', async () => {
      const open = await filled(vouchers, [
        voucher('a', '2026-01-01', { products: ['books', 'music', 'books'] }),
        voucher('b', '2026-01-02', { products: ['music'] }),
        voucher('c', '2026-01-03', { products: [] }),
      ]);
      expect(await listed(open, { where: { products: 'books' } })).toEqual(['a']);
      expect(await listed(open, { where: { products: ['books', 'music'] } })).toEqual(['b', 'a']);
      expect(await listed(open)).toEqual(['c', 'b', 'a']);
    });

    it('does not match a field that a document does not have', async () => {
      const { status: _status, ...doc } = voucher('a', '2026-01-01').doc;
      const open = await filled(vouchers, [{ key: 'a', version: 1, doc }]);
      expect(await listed(open, { where: { status: ['new', 'undefined', ''] } })).toEqual([]);
      expect(await listed(open)).toEqual(['a']);
    });

    it('bounds the sort field on both sides, bounds included', async () => {
      const days = ['2026-01-01', '2026-01-02', '2026-01-03', '2026-01-04'];
      const open = await filled(
        vouchers,
        days.map((day) => voucher(day.slice(-1), day)),
      );
      expect(await listed(open, { from: '2026-01-02' })).toEqual(['4', '3', '2']);
      expect(await listed(open, { to: '2026-01-02' })).toEqual(['2', '1']);
      expect(await listed(open, { from: '2026-01-02', to: '2026-01-03' })).toEqual(['3', '2']);
      const after = { sort: '2026-01-05', key: '5' };
      expect(await listed(open, { from: '2026-01-02', to: '2026-01-03', after })).toEqual(['3', '2']);
      expect(await listed(open, { from: '2026-01-02', after: { sort: '2026-01-03', key: '3' } })).toEqual(['2']);
      expect(await listed(open, { to: '2026-01-03', after: { sort: '2026-01-03', key: '3' } })).toEqual(['2', '1']);
    });

    it.each(['asc', 'desc'] as const)(
      'pages %s through every document once, equal sort values included',
      async (direction) => {
        const paged = { ...vouchers, name: `paged-${direction}`, sort: { field: 'soldAt', direction } };
        const writes = Array.from({ length: 11 }, (_, n) =>
          voucher(`k${String(n).padStart(2, '0')}`, `2026-01-0${String(1 + (n % 3))}`, {
            status: n % 2 === 0 ? 'new' : 'sold',
            products: n % 4 === 0 ? ['books', 'music'] : ['music'],
          }),
        );
        const { model } = await filled(paged, writes);
        for (const where of [{}, { products: ['books', 'music'] }, { status: ['new', 'sold'], products: 'music' }]) {
          const { found: all } = await model.find({ where: { tenant: 'acme', ...where }, limit: 100 });
          const seen: string[] = [];
          let after: Query['after'];
          for (let page = 0; page < 6; page += 1) {
            const { found: rows } = await model.find({
              where: { tenant: 'acme', ...where },
              limit: 2,
              ...(after && { after }),
            });
            seen.push(...keysOf(rows));
            const last = rows.at(-1);
            if (last !== undefined) after = { sort: last.sort, key: last.key };
          }
          expect(all).toHaveLength(11);
          expect(seen).toEqual(keysOf(all));
        }
      },
    );

    it('shows only what is within the value that a query gives', async () => {
      const open = await filled(vouchers, [
        voucher('a', '2026-01-01'),
        voucher('b', '2026-01-01', { tenant: 'other' }),
      ]);
      expect(await listed(open)).toEqual(['a']);
      expect(await listed(open, { where: { tenant: 'other', status: 'new' } })).toEqual(['b']);
      await expect(open.model.find({ limit: 1 })).rejects.toThrow('read model sold-vouchers is asked for one tenant');
    });

    it('lists without a filter where a model is not within anything', async () => {
      const { within: _within, ...rest } = vouchers;
      const { model } = await filled({ ...rest, name: 'all' }, [
        voucher('a', '2026-01-01'),
        voucher('b', '2026-01-01', { tenant: 'x' }),
      ]);
      expect(keysOf((await model.find({ limit: 10 })).found)).toEqual(['b', 'a']);
      expect(keysOf((await model.find({ where: { tenant: 'x' }, limit: 10 })).found)).toEqual(['b']);
    });

    it('refuses a filter by a field that the model does not have', async () => {
      const { model } = await filled(vouchers);
      await expect(model.find({ where: { tenant: 'acme', colour: 'red' }, limit: 1 })).rejects.toThrow(
        'read model sold-vouchers by soldAt has no filter colour',
      );
    });

    it('keeps nothing of a batch with a document that has no value to sort by', async () => {
      const byStatus = { ...vouchers, name: 'by-status', sort: { field: 'status', direction: 'asc' } as const };
      const open = await filled(byStatus);
      const { status: _status, ...doc } = voucher('b', '2026-01-01').doc;
      const hold = await holdOf(open);
      const batch = [voucher('a', '2026-01-01'), { key: 'b', version: 1, doc }];
      await expect(
        open.sink.keep(hold, { ...noProgress, counts: { ...noProgress.counts, read: 2 } }, batch),
      ).rejects.toThrow('read model by-status: b needs exactly one value of status');
      expect(await open.model.get('a')).toBeUndefined();
      expect((await holdOf(open)).progress).toEqual(noProgress);
    });

    it('scans every document in the order of the keys', async () => {
      const keys = Array.from({ length: 1_101 }, (_, n) => `k${String(n).padStart(4, '0')}`);
      const { model } = await filled(
        vouchers,
        keys.toReversed().map((key) => voucher(key, '2026-01-01')),
      );
      const scanned: Write<Voucher>[] = [];
      for await (const { key, version, json } of model.scan()) {
        scanned.push({ key, version, doc: JSON.parse(json) as Voucher });
      }
      expect(scanned).toEqual(keys.map((key) => voucher(key, '2026-01-01')));
    });

    it('finds what was kept when the same model is opened again', async () => {
      await filled(vouchers, [voucher('a', '2026-01-01')]);
      expect(await listed(await models().open(vouchers))).toEqual(['a']);
    });

    it.each([
      ['schema', { ...vouchers, schema: 2 }],
      ['orders', { ...vouchers, orders: {} }],
      ['fields', { ...vouchers, fields: { ...vouchers.fields, cheap: (doc: Voucher) => doc.price < 500 } }],
    ])('builds a model of another %s anew, and fences off who filled the old one', async (_what, changed) => {
      const before = await filled(vouchers, [voucher('a', '2026-01-01')]);
      const hold = await holdOf(before);
      await before.sink.keep(hold, { ...noProgress, counts: { ...noProgress.counts, read: 1 } }, []);
      const now = await models().open(changed);
      expect(await listed(now)).toEqual([]);
      expect(await before.sink.keep(hold, noProgress, [voucher('b', '2026-01-02')])).toBe('fenced');
      expect(await before.sink.hold(owner)).toBe('held');
      expect((await holdOf(now)).progress).toEqual(noProgress);
      expect(await listed(now)).toEqual([]);
    });
  });
};
