import { describe, expect, it } from '@jest/globals';
import type { CreateAnswer } from '../../src/application/ports/amilon.ts';
import { Unavailable } from '../../src/application/ports/errors.ts';
import { attentionOf } from '../../src/domain/order/attention.ts';
import { DAY, HOUR, MINUTE, SECOND, instant, plus } from '../../src/domain/shared/instant.ts';
import { delivered, found, fulfilling, upstream } from './upstream.ts';
import type { Fulfilling } from './upstream.ts';
import { advanceTo, coffee, createWorld, today } from './world.ts';

const timeout: CreateAnswer = { is: 'unknown', why: 'timeout' };
const noFunds: CreateAnswer = { is: 'refused', code: 'insufficient_funds', upstream: { status: 422, code: '0105' } };

/** When the first POST's quiet time is over: it may be sent for 10 s, and counts as possible for 125 s more. */
const QUIET_END = 135 * SECOND;

/** An order whose first POST was sent just now and came to this. */
const after = async (answer: CreateAnswer): Promise<Fulfilling> => {
  const f = await fulfilling();
  f.answers.create = () => answer;
  await f.look();
  return f;
};

const stateOf = async ({ orders, orderId }: Fulfilling) => {
  const { state } = await orders.load(orderId);
  if (state.status === 'none') throw new TypeError('the order was placed');
  return { status: state.status, attention: attentionOf(state) };
};

describe('a POST whose outcome nobody knows', () => {
  for (const why of ['timeout', 'reset', 'server_error', 'unreadable'] as const) {
    it(`is recorded as that (${why}), and adopted where an early read finds it: one POST`, async () => {
      const f = await after({ is: 'unknown', why });
      expect((await f.history(f.orderId)).at(-1)).toEqual({
        type: 'OrderSubmissionUncertain',
        at: today,
        attempt: 1,
        cause: why,
      });
      f.answers.read = () => found(delivered);
      await f.runFor(MINUTE);
      expect([f.times('create'), f.times('read')]).toEqual([[0], [2]]);
      expect((await f.history(f.orderId)).slice(3)).toMatchObject([
        { type: 'OrderCreatedAtAmilon', attempt: 1, adopted: true },
        { type: 'VouchersDelivered', vouchers: { length: 2 } },
        { type: 'OrderCompleted' },
      ]);
    });
  }

  it('trap 3: is not sent again within the quiet time, however often a read finds nothing', async () => {
    const f = await after(timeout);
    await f.runFor(QUIET_END - 1);
    expect(f.times('create')).toEqual([0]);
    expect(f.times('read').length).toBeGreaterThan(5);
  });

  it('trap 3: is sent again after the quiet time, with the same id and body', async () => {
    const f = await after(timeout);
    f.answers.create = () => ({ is: 'done', order: upstream() });
    await f.runFor(QUIET_END);
    expect(f.times('create')).toEqual([0, 135]);
    const [first, second] = f.calls.filter(({ call }) => call === 'create');
    expect(second?.submission).toEqual(first?.submission);
    expect((await f.history(f.orderId)).slice(3)).toMatchObject([
      { type: 'OrderSubmissionStarted', attempt: 2 },
      { type: 'OrderCreatedAtAmilon', attempt: 2, adopted: false },
    ]);
  });

  it.each(['server_error', 'timeout'] as const)(
    'trap 3: is sent again when Amilon asked for it, where that is later than the quiet time (%s), and read before',
    async (why) => {
      const f = await after({ is: 'unknown', why, retryAfter: 10 * MINUTE });
      await f.runFor(10 * MINUTE);
      expect(f.times('create')).toEqual([0, 600]);
      expect(f.times('read')[0]).toBe(2);
      expect((await f.history(f.orderId)).slice(2, 4)).toEqual([
        { type: 'OrderSubmissionUncertain', at: today, attempt: 1, cause: why },
        { type: 'OrderSubmissionDeferred', at: today, reason: 'rate_limited', retryAt: plus(today, 10 * MINUTE) },
      ]);
    },
  );

  it('is adopted by a read long before Amilon may be asked to sell it again', async () => {
    const f = await after({ is: 'unknown', why: 'server_error', retryAfter: HOUR });
    f.answers.read = () => found(delivered);
    await f.runFor(MINUTE);
    expect([f.times('create'), f.times('read'), (await stateOf(f)).status]).toEqual([[0], [2], 'completed']);
  });

  it('is sent again after the quiet time where Amilon asked for less, which is no news', async () => {
    const f = await after({ is: 'unknown', why: 'server_error', retryAfter: 30 * SECOND });
    await f.runFor(QUIET_END);
    expect(f.times('create')).toEqual([0, 135]);
    expect(await f.types(f.orderId)).not.toContain('OrderSubmissionDeferred');
  });

  it('trap 4: keeps the year of its id when it is sent again in the next one', async () => {
    const world = createWorld();
    await advanceTo(world.clock, instant('2026-12-31T23:59:59.000Z'));
    const f = await fulfilling(world);
    f.answers.create = () => timeout;
    await f.look();
    await f.lookAfter(QUIET_END);
    const ids = f.calls.flatMap(({ call, submission }) => (call === 'create' ? [submission?.externalOrderId] : []));
    expect([f.clock.now().slice(0, 4), ids.map((id) => id?.slice(0, 12))]).toEqual([
      '2027',
      ['ENGAGE-2026-', 'ENGAGE-2026-'],
    ]);
    expect(new Set(ids).size).toBe(1);
  });

  it('trap 3: is not sent again on a read that was asked within the quiet time and answered after it', async () => {
    const f = await after(timeout);
    await f.clock.advance(QUIET_END - SECOND);
    f.answers.read = async () => {
      await f.clock.advance(2 * SECOND);
      return { is: 'absent' };
    };
    await f.look();
    expect(f.times('create')).toEqual([0]);
  });

  it('is not sent again while Amilon cannot be read, and after 5 min a person is called', async () => {
    const f = await after(timeout);
    f.answers.read = () => ({ is: 'unavailable', why: 'an HTML page' });
    await f.runFor(HOUR);
    expect(f.times('create')).toEqual([0]);
    expect(await stateOf(f)).toEqual({ status: 'submitting', attention: ['submission_uncertain'] });
    expect((await f.history(f.orderId)).slice(3)).toMatchObject([{ type: 'OrderDelayed', progress: 'unknown' }]);
    f.answers.read = () => found(delivered);
    await f.runFor(HOUR);
    expect(await stateOf(f)).toEqual({ status: 'completed', attention: [] });
  });

  it('trap 10: is only read while its price is above the guard, slowly once a person was called after 5 min', async () => {
    const f = await after(timeout);
    f.answers.overpriced = [coffee];
    await f.runFor(10 * HOUR);
    expect(f.times('create')).toEqual([0]);
    expect(await stateOf(f)).toEqual({ status: 'submitting', attention: ['submission_uncertain'] });
    expect((await f.history(f.orderId)).slice(3)).toMatchObject([{ type: 'OrderDelayed', progress: 'absent' }]);
    const [last = 0, before = 0] = f.times('read').toReversed();
    expect(last - before).toBeGreaterThan(0.8 * 3600);
  });

  it('is sent again as often as the retry matrix says, then raises the attention, and goes on slowly for ever', async () => {
    const f = await after(timeout);
    await f.runFor(6 * MINUTE);
    expect([f.times('create').length, await stateOf(f)]).toEqual([
      3,
      { status: 'submitting', attention: ['submission_uncertain'] },
    ]);
    await f.runFor(10 * HOUR);
    const pauses = f.times('create').map((time, index, all) => time - (all[index - 1] ?? 0));
    expect(Math.min(...pauses.slice(-3))).toBeGreaterThan(0.8 * 3600);
    f.answers.create = () => ({ is: 'done', order: delivered });
    await f.runFor(2 * HOUR);
    expect((await stateOf(f)).status).toBe('completed');
  });

  it('trap 2: is never reported as failed, nor is the order reordered under another id', async () => {
    const f = await after(timeout);
    await f.runFor(2 * HOUR);
    await f.lookAfter(90 * DAY);
    const ids = f.calls.flatMap(({ submission }) => (submission === undefined ? [] : [submission.externalOrderId]));
    expect([new Set(ids).size, (await stateOf(f)).status]).toEqual([1, 'submitting']);
  });

  it('stays uncertain where the next attempt was certainly not bought', async () => {
    const f = await after(timeout);
    f.answers.create = () => ({ is: 'not_bought', why: 'rate_limited', retryAfter: 5 * SECOND });
    await f.runFor(QUIET_END);
    expect((await f.history(f.orderId)).at(-1)).toMatchObject({ type: 'OrderSubmissionDeferred', attempt: 2 });
    expect((await stateOf(f)).status).toBe('submitting');
    f.answers.create = () => ({ is: 'done', order: upstream() });
    await f.runFor(MINUTE);
    expect([f.times('create').length, (await stateOf(f)).status]).toEqual([3, 'processing']);
  });

  it('whose record is uncertain too is found by a read, with each voucher once', async () => {
    const f = await fulfilling();
    f.answers.create = () => ({ is: 'done', order: delivered });
    f.answers.read = () => found(delivered);
    let appends = 0;
    f.interfere(async (really) => {
      appends += 1;
      await really();
      if (appends === 2) throw new Unavailable('event store');
      return 'appended';
    });
    await expect(f.look()).rejects.toThrow(Unavailable);
    await f.runFor(DAY);
    expect(f.times('create')).toEqual([0]);
    const events = await f.history(f.orderId);
    expect(events.filter(({ type }) => type === 'VouchersDelivered')).toMatchObject([{ vouchers: { length: 2 } }]);
  });
});

describe('a duplicate', () => {
  const duplicate: CreateAnswer = { is: 'duplicate' };

  it('trap 2: is read and adopted: an earlier POST of ours bought', async () => {
    const f = await after(duplicate);
    f.answers.read = () => found(delivered);
    await f.runFor(MINUTE);
    expect((await f.history(f.orderId)).slice(2)).toMatchObject([
      { type: 'OrderSubmissionUncertain', cause: 'duplicate' },
      { type: 'OrderCreatedAtAmilon', attempt: 1, adopted: true },
      { type: 'VouchersDelivered' },
      { type: 'OrderCompleted' },
    ]);
    expect(f.times('create')).toEqual([0]);
  });

  it('trap 2: whose read stays absent is only read until it is found', async () => {
    const f = await after(duplicate);
    await f.runFor(3 * HOUR);
    await f.lookAfter(90 * DAY);
    expect([f.times('create'), await stateOf(f)]).toEqual([
      [0],
      { status: 'submitting', attention: ['submission_uncertain'] },
    ]);
    f.answers.read = () => found(upstream());
    await f.runFor(2 * HOUR);
    expect((await stateOf(f)).status).toBe('processing');
  });

  it("trap 2: is another's where the rows differ: not adopted, not sent again, and a person is called", async () => {
    const f = await after(duplicate);
    f.answers.read = () => found(upstream({ rows: [{ productCode: coffee, quantity: 9 }] }));
    await f.runFor(2 * HOUR);
    const conflicts = (await f.types(f.orderId)).filter((type) => type === 'ExternalIdConflictDetected');
    expect([f.times('create'), conflicts.length]).toEqual([[0], 1]);
    expect((await stateOf(f)).attention).toContain('external_id_conflict');
  });

  it('trap 10: with another total is ours: a price mismatch', async () => {
    const f = await after(duplicate);
    const total = { ...delivered, total: { minor: 2100, currency: 'EUR' } } as typeof delivered;
    f.answers.read = () => found(total);
    await f.runFor(MINUTE);
    expect(await stateOf(f)).toEqual({ status: 'completed', attention: ['price_mismatch'] });
  });
});

describe('a refusal after an attempt that may have bought', () => {
  it('trap 3: is not final: from then on the order is only read', async () => {
    const f = await after(timeout);
    f.answers.create = () => noFunds;
    await f.runFor(3 * HOUR);
    await f.lookAfter(90 * DAY);
    expect(f.times('create')).toEqual([0, 135]);
    expect((await f.history(f.orderId)).slice(2)).toEqual([
      { type: 'OrderSubmissionUncertain', at: today, attempt: 1, cause: 'timeout' },
      expect.objectContaining({ type: 'OrderSubmissionStarted', attempt: 2 }),
      { type: 'OrderSubmissionUncertain', at: plus(today, QUIET_END), attempt: 2, cause: 'refused' },
    ]);
    expect(await stateOf(f)).toEqual({ status: 'submitting', attention: ['submission_uncertain'] });
  });

  it('is adopted when a read finds the first one after all', async () => {
    const f = await after(timeout);
    f.answers.create = () => noFunds;
    await f.runFor(QUIET_END);
    f.answers.read = () => found(delivered);
    await f.runFor(2 * HOUR);
    expect((await stateOf(f)).status).toBe('completed');
  });

  it('is final where everything before was certainly not bought', async () => {
    const f = await after({ is: 'not_bought', why: 'rate_limited', retryAfter: SECOND });
    f.answers.create = () => noFunds;
    await f.runFor(MINUTE);
    expect((await f.history(f.orderId)).at(-1)).toMatchObject({ type: 'OrderRejectedByAmilon', attempt: 2 });
    expect((await stateOf(f)).status).toBe('failed');
  });
});
