import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Amilon, CreateAnswer, Submission } from '../../src/application/ports/amilon.ts';
import { type Instant, plus } from '../../src/domain/shared/instant.ts';
import { Culture } from '../../src/domain/shared/ids.ts';
import type { CallNote } from '../../src/application/ports/amilon-watch.ts';
import type { SandboxWorld } from '../../src/infrastructure/amilon/sandbox/world.ts';
import { eur, line, submission } from '../amilon/support.ts';

export interface AmilonSubject {
  readonly subject: Amilon;
  /** The other side: what was bought, and how to make trouble. */
  readonly world: SandboxWorld;
  readonly now: () => Instant;
  readonly advance: (ms: number) => Promise<void>;
  /** Sees a call through that ends only by its deadline. */
  patiently<T>(call: Promise<T>): Promise<T>;
  /** From now on nothing reaches upstream. */
  readonly cut: () => Promise<void>;
  /** Every exchange so far. */
  readonly exchanges: readonly CallNote[];
  close(): Promise<void>;
}

/** Every rule of the Amilon port, against the sandbox. */
export const amilonContract = (open: () => Promise<AmilonSubject>): void => {
  describe('Amilon', () => {
    let opened: AmilonSubject;
    let amilon: Amilon;
    const create = (order: Submission): Promise<CreateAnswer> => amilon.create(order, plus(opened.now(), 10_000));
    const boughtOf = (order: Submission): number =>
      opened.world.purchases().find(({ externalOrderId }) => externalOrderId === order.externalOrderId)?.bought ?? 0;

    beforeEach(async () => {
      opened = await open();
      amilon = opened.subject;
    });
    afterEach(() => opened.close());

    it('trap 2: same external id twice is one order, and the second says duplicate', async () => {
      const order = submission(line('SIM_OK', 2));
      expect((await create(order)).is).toBe('done');
      expect(await create(order)).toEqual({ is: 'duplicate' });
      expect(boughtOf(order)).toBe(1);
    });

    it('a Pending answer is found, and its vouchers come later', async () => {
      const order = submission(line('SIM_OK', 2));
      const created = await create(order);
      const pending = {
        rows: [{ productCode: 'SIM_OK', quantity: 2, unitPrice: eur(1_000) }],
        total: eur(2_000),
        progress: 'in_progress',
        vouchers: [],
      };
      expect(created).toMatchObject({ is: 'done', order: { ...pending, upstreamStatus: 'Pending/OrderCreated' } });
      expect(await amilon.read(order)).toMatchObject({ is: 'found', order: pending });
      await opened.advance(5_000);
      const read = await amilon.read(order);
      expect(read).toMatchObject({ is: 'found', order: { progress: 'completed' } });
      const vouchers = read.is === 'found' ? read.order.vouchers : [];
      expect(vouchers.map(({ productCode, value, revoked }) => ({ productCode, value, revoked }))).toEqual([
        { productCode: 'SIM_OK', value: eur(1_000), revoked: false },
        { productCode: 'SIM_OK', value: eur(1_000), revoked: false },
      ]);
      expect(new Set(vouchers.map(({ secrets }) => secrets.code)).size).toBe(2);
      for (const { secrets } of vouchers) expect(secrets.code).toMatch(/^SANDBOX-/);
    });

    it('what Amilon does not know is absent', async () => {
      expect(await amilon.read(submission(line('SIM_OK')))).toEqual({ is: 'absent' });
    });

    it('trap 19: an HTML 404 is not absent', async () => {
      opened.world.faults.add({ endpoint: 'read', does: 'html', status: 404 });
      expect(await amilon.read(submission(line('SIM_OK')))).toEqual({ is: 'unavailable', why: 'not_found' });
    });

    const refusals = [
      ['SIM_400_PRODUCT', 'product_not_orderable', 400],
      ['SIM_400_QUANTITY', 'quantity_out_of_range', 400],
      ['SIM_422_FUNDS', 'insufficient_funds', 422],
      ['SIM_422_STOCK', 'product_unavailable', 422],
    ] as const;
    it.each(refusals)('a refusal is a value with its code: %s', async (product, code, status) => {
      const order = submission(line(product));
      expect(await create(order)).toEqual({ is: 'refused', code, upstream: { status } });
      expect(boughtOf(order)).toBe(0);
    });

    it('a refusal by an error code keeps the code as it was written', async () => {
      opened.world.faults.add({ endpoint: 'create', does: 'status', status: 400, errorCode: '0105' });
      expect(await create(submission(line('SIM_OK')))).toEqual({
        is: 'refused',
        code: 'insufficient_funds',
        upstream: { status: 400, code: '0105' },
      });
    });

    const unknown = [
      ['a timeout that bought', { does: 'timeout', after: true }, 'timeout', 1],
      ['a timeout that did not', { does: 'timeout' }, 'timeout', 0],
      ['a reset that bought', { does: 'reset', after: true }, 'reset', 1],
      ['a reset that did not', { does: 'reset' }, 'reset', 0],
      ['500', { does: 'status', status: 500 }, 'server_error', 0],
      ['503', { does: 'status', status: 503, after: true }, 'server_error', 1],
      ['400 with 0000', { does: 'status', status: 400, errorCode: '0000' }, 'server_error', 0],
      ['a redirect', { does: 'html', status: 302 }, 'unreadable', 0],
    ] as const;
    it.each(unknown)('trap 3: on create unknown is what may have bought: %s', async (_name, fault, why, bought) => {
      const order = submission(line('SIM_OK'));
      opened.world.faults.add({ endpoint: 'create', ...fault });
      expect(await opened.patiently(create(order))).toEqual({ is: 'unknown', why });
      expect(boughtOf(order)).toBe(bought);
    });

    const unreadable = [
      ['HTML', { does: 'html', after: true }],
      ['an empty object', { does: 'json', body: {}, after: true }],
      ['null', { does: 'json', body: null, after: true }],
    ] as const;
    it.each(unreadable)('trap 11: on create a 200 with %s may have bought', async (_name, fault) => {
      const order = submission(line('SIM_OK'));
      opened.world.faults.add({ endpoint: 'create', ...fault });
      expect(await create(order)).toEqual({ is: 'unknown', why: 'unreadable' });
      expect(boughtOf(order)).toBe(1);
    });

    const notBought = [
      ['a refused token', { status: 401 }, { why: 'unauthorized' }],
      ['too many calls', { status: 429, retryAfterSeconds: 7 }, { why: 'rate_limited', retryAfter: 7_000 }],
      ['a contract fault', { status: 400, errorCode: '0101' }, { why: 'contract' }],
      ['no such path', { status: 404 }, { why: 'not_found' }],
    ] as const;
    it.each(notBought)('what was certainly not bought says why: %s', async (_name, fault, answer) => {
      opened.world.faults.add({ endpoint: 'create', does: 'status', ...fault });
      expect(await create(submission(line('SIM_OK')))).toEqual({ is: 'not_bought', ...answer });
    });

    it('what was certainly not bought says why: no connection', async () => {
      expect(await amilon.ready()).toBe('ready');
      await opened.cut();
      expect(await create(submission(line('SIM_OK')))).toEqual({ is: 'not_bought', why: 'not_sent' });
      expect(await amilon.read(submission(line('SIM_OK')))).toEqual({ is: 'unavailable', why: 'not_sent' });
    });

    it('nothing is sent after sendBefore, also when only the token took too long', async () => {
      const order = submission(line('SIM_OK'));
      expect(await amilon.create(order, opened.now())).toEqual({ is: 'not_bought', why: 'too_late' });
      await opened.advance(300_000);
      opened.world.faults.add({ endpoint: 'token', latencyMs: 100 });
      const call = amilon.create(order, plus(opened.now(), 50));
      await opened.advance(100);
      expect(await call).toEqual({ is: 'not_bought', why: 'too_late' });
      expect(opened.world.calls().map(({ endpoint }) => endpoint)).toEqual(['token', 'token']);
    });

    it('an unreadable answer names the field', async () => {
      const order = submission(line('SIM_OK'));
      const body = { externalOrderId: order.externalOrderId, orderRows: [{ productId: 'SIM_OK', quantity: 'many' }] };
      opened.world.faults.add({ endpoint: 'read', does: 'json', body });
      expect(await amilon.read(order)).toEqual({ is: 'unavailable', why: 'unreadable: orderrows.0.quantity' });
      opened.world.faults.add({ endpoint: 'contract', does: 'json', body: { name: 'C', currency: 'Florin' } });
      expect(await amilon.contract()).toEqual({ is: 'failed', why: 'unreadable', detail: 'unreadable: currency' });
      opened.world.faults.add({ endpoint: 'products', does: 'json', body: { products: [] } });
      expect(await amilon.products(Culture('pt-PT'))).toEqual({
        is: 'failed',
        why: 'unreadable',
        detail: 'unreadable: the list',
      });
    });

    it("somebody else's order is not ours, whatever was asked for", async () => {
      const body = { id: 'x', externalOrderId: 'ENGAGE-2026-00000000-0000-4000-8000-000000000000' };
      opened.world.faults.add({ endpoint: 'read', does: 'json', body });
      expect(await amilon.read(submission(line('SIM_OK')))).toEqual({
        is: 'unavailable',
        why: 'unreadable: externalorderid',
      });
    });

    it('one exchange per call, and one more for the token', async () => {
      const order = submission(line('SIM_500_ALWAYS'));
      await create(order);
      await amilon.read(order);
      await amilon.contract();
      await amilon.categories();
      opened.world.faults.add({ endpoint: 'products', does: 'status', status: 503 });
      await amilon.products(Culture('pt-PT'));
      const expected = ['token', 'create', 'read', 'contract', 'categories', 'products'];
      expect(opened.exchanges.map(({ endpoint }) => endpoint)).toEqual(expected);
      expect(opened.world.calls().map(({ endpoint }) => endpoint)).toEqual(expected);
    });

    it('ready says why nothing can be bought now, and when to ask again', async () => {
      opened.world.faults.add({ endpoint: 'token', does: 'status', status: 503, count: 1 });
      expect(await amilon.ready()).toEqual({ why: 'no_token', retryAfter: 5_000 });
      await opened.advance(5_000);
      expect(await amilon.ready()).toBe('ready');
      opened.world.faults.add({ endpoint: 'create', does: 'status', status: 404, count: 1 });
      await create(submission(line('SIM_OK')));
      expect(await amilon.ready()).toEqual({ why: 'circuit_open', retryAfter: 15_000 });
      await opened.advance(15_000);
      expect(await amilon.ready()).toBe('ready');
    });

    const failures = [
      [{ status: 401 }, 'unauthorized'],
      [{ status: 403 }, 'refused'],
      [{ status: 400, errorCode: '0102' }, 'contract'],
      [{ status: 404 }, 'not_found'],
      [{ status: 408 }, 'timeout'],
      [{ status: 425 }, 'rate_limited'],
      [{ status: 502 }, 'server_error'],
    ] as const;
    it.each(failures)('a question that fails says why: %j', async (fault, why) => {
      opened.world.faults.add({ endpoint: 'contract', does: 'status', ...fault });
      expect(await amilon.contract()).toMatchObject({ is: 'failed', why });
    });

    it('a question that is never answered ends by its deadline', async () => {
      opened.world.faults.add({ endpoint: 'categories', does: 'timeout' });
      const answer = await opened.patiently(amilon.categories());
      expect(answer).toEqual({ is: 'failed', why: 'timeout', detail: 'timeout' });
    });
  });
};
