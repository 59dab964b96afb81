import { describe, expect, it } from '@jest/globals';
import type { CreateAnswer } from '../../src/application/ports/amilon.ts';
import { Unavailable } from '../../src/application/ports/errors.ts';
import { HOUR, MINUTE, SECOND, plus } from '../../src/domain/shared/instant.ts';
import { delivered, fulfilling, upstream } from './upstream.ts';
import { client, passing, today } from './world.ts';

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

describe('a refusal', () => {
  for (const code of [
    'product_not_orderable',
    'quantity_out_of_range',
    'product_unavailable',
    'insufficient_funds',
    'rejected_by_amilon',
  ] as const) {
    const hints = !['insufficient_funds', 'rejected_by_amilon'].includes(code);
    it(`${hints ? 'trap 40: ' : ''}ends the order (${code})${hints ? ', and wakes the sync of its catalogue' : ''}`, async () => {
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
