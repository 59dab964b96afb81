import { describe, expect, it } from '@jest/globals';
import type { CreateAnswer, Readiness } from '../../src/application/ports/amilon.ts';
import { Unavailable, Undecodable } from '../../src/application/ports/errors.ts';
import { attentionOf } from '../../src/domain/order/attention.ts';
import { HOUR, MINUTE, SECOND, plus } from '../../src/domain/shared/instant.ts';
import { delivered, found, fulfilling, upstream } from './upstream.ts';
import type { Fulfilling } from './upstream.ts';
import { client, coffee, createWorld, passing, today } from './world.ts';

const attention = async ({ orders, orderId }: Fulfilling): Promise<readonly string[]> => {
  const { state } = await orders.load(orderId);
  return state.status === 'none' ? [] : attentionOf(state);
};

describe('submitting an order', () => {
  it('trap 1: writes ahead of the POST: its id, and the moment until which it may be sent', async () => {
    const f = await fulfilling();
    const before: unknown[] = [];
    f.answers.create = async ({ externalOrderId }) => {
      const [requested, ...later] = await f.history(f.orderId);
      before.push(requested?.type === 'OrderRequested' && requested.externalOrderId === externalOrderId, ...later);
      return { is: 'done', order: upstream() };
    };
    expect(await f.look()).toBe(plus(today, SECOND));
    const sendBefore = plus(today, 10 * SECOND);
    expect(before).toEqual([true, { type: 'OrderSubmissionStarted', at: today, attempt: 1, sendBefore }]);
    expect(f.calls.map(({ call, sendBefore: until }) => [call, until])).toEqual([
      ['ready', undefined],
      ['create', sendBefore],
    ]);
  });

  it('sends the external id and the lines, and nothing else of the order', async () => {
    const f = await fulfilling();
    await f.look();
    const { state } = await f.orders.load(f.orderId);
    if (state.status === 'none') throw new TypeError('the order was placed');
    const { externalOrderId, lines } = state.request;
    const sent = lines.map(({ productName: _name, ...line }) => line);
    expect(f.calls.at(-1)?.submission).toEqual({ externalOrderId, lines: sent });
  });

  it('records the purchase, and the vouchers that came with the answer, without any of their secrets', async () => {
    const f = await fulfilling();
    f.answers.create = () => ({ is: 'done', order: delivered });
    await f.look();
    const events = await f.history(f.orderId);
    expect(events.map(({ type }) => type)).toEqual([
      'OrderRequested',
      'OrderSubmissionStarted',
      'OrderCreatedAtAmilon',
      'VouchersDelivered',
      'OrderCompleted',
    ]);
    expect(JSON.stringify(events)).not.toContain('CODE-000');
  });

  it('acts as the service, in the conversation of the order', async () => {
    const f = await fulfilling();
    await f.look();
    const { last } = await f.orders.load(f.orderId);
    expect(last).toMatchObject({
      actor: { type: 'service', id: 'fulfilment' },
      correlation: f.orderId,
      causation: f.orderId,
    });
  });

  it('sends one POST however many look at once', async () => {
    const f = await fulfilling();
    await passing(f.clock, Promise.all(Array.from({ length: 5 }, () => f.look())));
    expect(f.times('create')).toHaveLength(1);
  });

  it('leaves an order alone that is not due, unknown or cancelled', async () => {
    const f = await fulfilling();
    await f.orders.handle(f.orderId, (at) => ({ type: 'CancelOrder', at, by: 'client', reason: 'no' }), client);
    expect([await f.look(), f.calls]).toEqual(['never', []]);
  });
});

describe('when to look again', () => {
  it('is told by the step itself as its projection says it: a parked one holds nothing up', async () => {
    const f = await fulfilling();
    const answers: CreateAnswer[] = [
      { is: 'not_bought', why: 'rate_limited', retryAfter: 7 * SECOND },
      { is: 'unknown', why: 'reset' },
    ];
    f.answers.create = () => answers.shift() ?? { is: 'done', order: upstream() };
    const told: unknown[] = [];
    for (const pause of [0, 7, 200]) told.push([await f.lookAfter(pause * SECOND), await f.dueAt()]);
    expect(told).toEqual([7, 9, 208].map((seconds) => plus(today, seconds * SECOND)).map((at) => [at, at]));
  });
});

describe('the write-ahead', () => {
  for (const written of [true, false]) {
    it(`is not followed by a POST when its append is uncertain (${written ? 'it was' : 'it was not'} written)`, async () => {
      const f = await fulfilling();
      f.interfere(async (really) => {
        if (written) await really();
        throw new Unavailable('event store');
      });
      await expect(f.look()).rejects.toThrow(Unavailable);
      expect(f.times('create')).toEqual([]);
    });
  }

  it('whose process is gone is never followed by a POST before the quiet time is over', async () => {
    const f = await fulfilling();
    const cut = async (): Promise<never> => Promise.reject(new Unavailable('process'));
    f.answers.create = cut;
    await expect(f.look()).rejects.toThrow('process');
    f.answers.create = () => ({ is: 'done', order: delivered });
    await f.runFor(10 * MINUTE);
    // The first was sent at 0; it may be sent until 10 s, and counts as possible for 125 s more.
    const [first, second, ...more] = f.times('create');
    expect([first, Number(second) >= 135, more]).toEqual([0, true, []]);
    expect(await f.types(f.orderId)).toEqual([
      'OrderRequested',
      'OrderSubmissionStarted',
      'OrderSubmissionUncertain',
      'OrderSubmissionStarted',
      'OrderCreatedAtAmilon',
      'VouchersDelivered',
      'OrderCompleted',
    ]);
    expect((await f.history(f.orderId))[2]).toMatchObject({ attempt: 1, cause: 'lost' });
  });

  it('precedes each POST by an attempt of its own', async () => {
    const f = await fulfilling();
    const answers: CreateAnswer[] = [
      { is: 'not_bought', why: 'unauthorized' },
      { is: 'unknown', why: 'timeout' },
      { is: 'unknown', why: 'server_error' },
    ];
    f.answers.create = () => answers.shift() ?? { is: 'done', order: delivered };
    await f.runFor(HOUR);
    const started = (await f.history(f.orderId)).filter((event) => event.type === 'OrderSubmissionStarted');
    expect(started.map(({ attempt }) => attempt)).toEqual([1, 2, 3, 4]);
    const sent = f.calls.filter(({ call }) => call === 'create').map(({ sendBefore }) => sendBefore);
    expect(started.map(({ sendBefore }) => sendBefore)).toEqual(sent);
  });
});

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

  it('is held for a fault of the contract, whose sync is woken', async () => {
    const f = await fulfilling();
    f.answers.create = () => ({ is: 'not_bought', why: 'contract' });
    await f.look();
    expect([f.resynced, await attention(f)]).toEqual([['contract'], ['on_hold']]);
  });
});

describe('a refusal', () => {
  for (const code of [
    'product_not_orderable',
    'quantity_out_of_range',
    'product_unavailable',
    'insufficient_funds',
    'rejected_by_amilon',
  ] as const) {
    const hints = !['insufficient_funds', 'rejected_by_amilon'].includes(code);
    it(`ends the order (${code})${hints ? ', and wakes the sync of its catalogue' : ''}`, async () => {
      const f = await fulfilling();
      const upstreamSaid = { status: 422, code: '0001' };
      f.answers.create = () => ({ is: 'refused', code, upstream: upstreamSaid });
      expect([await f.look(), await f.dueAt()]).toEqual(['never', 'never']);
      expect((await f.history(f.orderId)).at(-1)).toEqual({
        type: 'OrderRejectedByAmilon',
        at: today,
        attempt: 1,
        code,
        upstream: upstreamSaid,
      });
      expect(f.resynced).toEqual(hints ? ['pt-PT'] : []);
    });
  }
});
