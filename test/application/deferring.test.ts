import { describe, expect, it } from '@jest/globals';
import type { CreateAnswer, Readiness } from '../../src/application/ports/amilon.ts';
import { Undecodable } from '../../src/application/ports/errors.ts';
import { attentionOf } from '../../src/domain/order/attention.ts';
import { HOUR, MINUTE, SECOND, plus } from '../../src/domain/shared/instant.ts';
import { found, fulfilling, upstream } from './upstream.ts';
import type { Fulfilling } from './upstream.ts';
import { client, coffee, createWorld, today } from './world.ts';

const attention = async ({ orders, orderId }: Fulfilling): Promise<readonly string[]> => {
  const { state } = await orders.load(orderId);
  return state.status === 'none' ? [] : attentionOf(state);
};

describe('before a POST', () => {
  for (const why of ['no_token', 'circuit_open', 'rate_limited', 'unauthorized'] as const) {
    it(`waits where Amilon is not ready (${why}): nothing is sent, and that is recorded once`, async () => {
      const f = await fulfilling();
      f.answers.ready = { why, retryAfter: 30 * SECOND };
      expect(await f.look()).toBe(plus(today, 30 * SECOND));
      expect(await f.dueAt()).toBe(plus(today, 30 * SECOND));
      expect(await f.lookAfter(30 * SECOND)).toBe(plus(today, 60 * SECOND));
      expect([f.times('create'), f.times('ready')]).toEqual([[], [0, 30]]);
      const reason = why === 'no_token' ? 'not_sent' : why;
      expect((await f.history(f.orderId)).slice(1)).toEqual([
        { type: 'OrderSubmissionDeferred', at: today, reason, retryAt: plus(today, 30 * SECOND) },
      ]);
    });
  }

  it('shows after 5 min that it waits: on hold, with an error line, until it is submitted', async () => {
    const f = await fulfilling();
    f.answers.ready = { why: 'circuit_open', retryAfter: 30 * SECOND };
    await f.runFor(5 * MINUTE - 1);
    expect([await attention(f), (await f.types(f.orderId)).length]).toEqual([[], 2]);
    await f.runFor(HOUR);
    expect([await attention(f), (await f.history(f.orderId)).slice(2)]).toEqual([
      ['on_hold'],
      [
        {
          type: 'OrderSubmissionDeferred',
          at: plus(today, 5 * MINUTE),
          reason: 'circuit_open',
          retryAt: plus(today, 5 * MINUTE + 30 * SECOND),
        },
      ],
    ]);
    expect(f.logged.map(({ level }) => level)).toEqual(['warn', 'error']);
    f.answers.ready = 'ready';
    await f.runFor(MINUTE);
    expect(await attention(f)).toEqual([]);
  });

  it('records that it waits for another reason now', async () => {
    const f = await fulfilling();
    const reasons: Readiness[] = [
      { why: 'no_token', retryAfter: SECOND },
      { why: 'rate_limited', retryAfter: SECOND },
      { why: 'rate_limited', retryAfter: SECOND },
    ];
    for (const ready of reasons) {
      f.answers.ready = ready;
      await f.lookAfter(SECOND);
    }
    f.answers.ready = 'ready';
    await f.lookAfter(SECOND);
    expect(await f.types(f.orderId)).toEqual([
      'OrderRequested',
      'OrderSubmissionDeferred',
      'OrderSubmissionDeferred',
      'OrderSubmissionStarted',
      'OrderCreatedAtAmilon',
    ]);
  });

  it("trap 10: cancels an order whose price is now above the client's guard, without asking Amilon", async () => {
    const f = await fulfilling();
    f.answers.overpriced = [coffee];
    expect(await f.look()).toBe('never');
    expect([f.calls, (await f.history(f.orderId)).slice(1)]).toEqual([
      [],
      [{ type: 'OrderCancelled', at: today, by: 'service', reason: 'price above maxUnitPrice: COFFEE-10' }],
    ]);
  });

  it('neither cancels for its price an order that may have been bought, nor posts it again', async () => {
    const f = await fulfilling();
    f.answers.create = () => ({ is: 'unknown', why: 'timeout' });
    await f.look();
    f.answers.overpriced = [coffee];
    await f.runFor(5 * MINUTE);
    expect(await f.types(f.orderId)).not.toContain('OrderCancelled');
    expect(f.times('create')).toHaveLength(1);
  });

  it('stops where the order is erased, and fails loudly where its data key is missing', async () => {
    const erased = await fulfilling();
    await erased.dataKeys.destroy(erased.orderId);
    expect([await erased.look(), erased.calls]).toEqual(['never', []]);
    const older = await fulfilling();
    const world = createWorld();
    const withoutKeys = await fulfilling({ ...older, encryption: world.encryption, placed: async () => older.orderId });
    await expect(withoutKeys.look()).rejects.toThrow(Undecodable);
    expect(withoutKeys.calls).toEqual([]);
  });
});

describe('what was certainly not bought', () => {
  it('trap 25: is sent again at once after a first 401, as a new attempt', async () => {
    const f = await fulfilling();
    const answers: CreateAnswer[] = [{ is: 'not_bought', why: 'unauthorized' }];
    f.answers.create = () => answers.shift() ?? { is: 'done', order: upstream() };
    await f.runFor(0);
    expect(f.times('create')).toEqual([0, 0]);
    expect((await f.history(f.orderId)).slice(1, 4)).toEqual([
      { type: 'OrderSubmissionStarted', at: today, attempt: 1, sendBefore: plus(today, 10 * SECOND) },
      { type: 'OrderSubmissionDeferred', at: today, attempt: 1, reason: 'unauthorized', retryAt: today },
      { type: 'OrderSubmissionStarted', at: today, attempt: 2, sendBefore: plus(today, 10 * SECOND) },
    ]);
  });

  it('is held after a second 401, and tried again slowly by itself', async () => {
    const f = await fulfilling();
    f.answers.create = () => ({ is: 'not_bought', why: 'unauthorized' });
    await f.runFor(11 * MINUTE);
    const [first, second, third, fourth] = f.times('create');
    expect([first, second]).toEqual([0, 0]);
    for (const pause of [Number(third), Number(fourth) - Number(third)]) {
      expect(pause).toBeGreaterThanOrEqual(150);
      expect(pause).toBeLessThanOrEqual(300);
    }
    expect(await attention(f)).toEqual(['on_hold']);
    f.answers.create = () => ({ is: 'done', order: upstream() });
    f.answers.read = () => found(upstream());
    await f.runFor(5 * MINUTE);
    expect(await attention(f)).toEqual([]);
  });

  it('comes back when Amilon said so', async () => {
    const f = await fulfilling();
    f.answers.create = () => ({ is: 'not_bought', why: 'rate_limited', retryAfter: 42 * SECOND });
    await f.look();
    expect(await f.dueAt()).toBe(plus(today, 42 * SECOND));
  });

  it('trap 12: can still be cancelled', async () => {
    const f = await fulfilling();
    f.answers.create = () => ({ is: 'not_bought', why: 'not_sent' });
    await f.look();
    const cancelled = await f.orders.handle(
      f.orderId,
      (at) => ({ type: 'CancelOrder', at, by: 'client', reason: 'no' }),
      client,
    );
    expect([cancelled.accepted, await f.look()]).toEqual([true, 'never']);
  });

  it('trap 31: is held for a fault of the contract, whose sync is woken', async () => {
    const f = await fulfilling();
    f.answers.create = () => ({ is: 'not_bought', why: 'contract' });
    await f.look();
    expect([f.resynced, await attention(f)]).toEqual([['contract'], ['on_hold']]);
  });
});
