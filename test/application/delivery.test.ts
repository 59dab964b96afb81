import { describe, expect, it } from '@jest/globals';
import { attentionOf } from '../../src/domain/order/attention.ts';
import { DAY, HOUR, MINUTE, SECOND, plus } from '../../src/domain/shared/instant.ts';
import { delivered, found, fulfilling, upstream, voucher } from './upstream.ts';
import type { Fulfilling } from './upstream.ts';
import { client, coffee, eur, today } from './world.ts';

/** An order that was bought just now, without vouchers yet. */
const bought = async (): Promise<Fulfilling> => {
  const f = await fulfilling();
  f.answers.read = () => found(upstream());
  await f.look();
  return f;
};

/** An order that was delivered just now. */
const complete = async (): Promise<Fulfilling> => {
  const f = await fulfilling();
  f.answers.create = () => ({ is: 'done', order: delivered });
  f.answers.read = () => found(delivered);
  await f.look();
  return f;
};

const attention = async ({ orders, orderId }: Fulfilling): Promise<readonly string[]> => {
  const { state } = await orders.load(orderId);
  return state.status === 'none' ? [] : attentionOf(state);
};

const pausesOf = (times: readonly number[]): readonly number[] =>
  times.slice(1).map((time, index) => time - (times[index] ?? 0));

describe('waiting for vouchers', () => {
  it('trap 18: reads after 1 s, 3 s, then every 10 s with jitter, and records nothing where nothing is new', async () => {
    const f = await bought();
    await f.runFor(2 * MINUTE);
    const [first, second, ...later] = f.times('read');
    expect([first, second]).toEqual([1, 3]);
    for (const pause of pausesOf(later)) {
      expect(pause).toBeGreaterThanOrEqual(9);
      expect(pause).toBeLessThanOrEqual(11);
    }
    expect(new Set(pausesOf(later)).size).toBeGreaterThan(1);
    expect((await f.types(f.orderId)).slice(2)).toEqual(['OrderCreatedAtAmilon']);
  });

  it('trap 18: counts as delayed from 5 min on, says so once, and reads more and more rarely', async () => {
    const f = await bought();
    await f.runFor(5 * MINUTE - 1);
    expect(await f.types(f.orderId)).not.toContain('OrderDelayed');
    await f.runFor(8 * HOUR);
    const { progress, upstreamStatus } = upstream();
    expect((await f.history(f.orderId)).slice(3)).toEqual([
      expect.objectContaining({ type: 'OrderDelayed', progress, upstreamStatus, delivered: 0 }),
    ]);
    expect(await attention(f)).toEqual(['delayed']);
    const late = f.times('read').filter((time) => time > 320);
    const pauses = pausesOf(late);
    expect(Math.min(...pauses)).toBeGreaterThanOrEqual(54);
    expect(pauses.at(-1)).toBeGreaterThan(3200);
    expect(pauses.at(-1)).toBeLessThanOrEqual(3960);
  });

  it('says again that it is delayed when Amilon tells something else', async () => {
    const f = await bought();
    await f.runFor(6 * MINUTE);
    f.answers.read = () => found(upstream({ progress: 'completed', upstreamStatus: 'Completed' }));
    await f.runFor(10 * MINUTE);
    expect((await f.history(f.orderId)).slice(3)).toMatchObject([
      { type: 'OrderDelayed', progress: 'in_progress' },
      { type: 'OrderDelayed', progress: 'completed' },
    ]);
    expect(await attention(f)).toEqual(['delayed', 'missing_vouchers']);
  });

  it('trap 19: not found just after the purchase is not visible yet for 60 s, then a person is called', async () => {
    const f = await bought();
    f.answers.read = () => ({ is: 'absent' });
    await f.runFor(MINUTE - 1);
    expect([await f.types(f.orderId), await attention(f)]).toEqual([
      ['OrderRequested', 'OrderSubmissionStarted', 'OrderCreatedAtAmilon'],
      [],
    ]);
    await f.runFor(12 * SECOND);
    expect((await f.history(f.orderId)).slice(3)).toMatchObject([{ type: 'OrderDelayed', progress: 'absent' }]);
    expect(await attention(f)).toEqual(['delayed']);
    expect(f.logged).toMatchObject([{ level: 'error', fields: { orderId: f.orderId, progress: 'absent' } }]);
    f.answers.read = () => found(upstream());
    await f.runFor(12 * SECOND);
    expect((await f.history(f.orderId)).slice(4)).toMatchObject([{ type: 'OrderDelayed', progress: 'in_progress' }]);
    await f.runFor(DAY);
    expect((await f.types(f.orderId)).slice(5)).toEqual([]);
  });

  it('counts as delayed from 5 min on also where it cannot be read, and keeps what is known then', async () => {
    const f = await bought();
    const unreadable = { is: 'unavailable', why: 'server_error' } as const;
    f.answers.read = () => unreadable;
    await f.runFor(HOUR);
    expect((await f.history(f.orderId)).slice(3)).toMatchObject([{ type: 'OrderDelayed', progress: 'unknown' }]);
    f.answers.read = () => found(upstream());
    await f.runFor(HOUR);
    f.answers.read = () => unreadable;
    await f.runFor(DAY);
    expect((await f.history(f.orderId)).slice(4)).toMatchObject([{ type: 'OrderDelayed', progress: 'in_progress' }]);
  });

  it('trap 18: does not fail, nor buy again, where Amilon never delivers', async () => {
    const f = await bought();
    await f.runFor(HOUR);
    await f.lookAfter(60 * DAY);
    const { state } = await f.orders.load(f.orderId);
    expect([state.status, f.times('create')]).toEqual(['processing', [0]]);
  });

  it('keeps what came, and goes on until the rest is there', async () => {
    const f = await bought();
    const [one, two] = delivered.vouchers;
    if (one === undefined || two === undefined) throw new TypeError('two vouchers are delivered');
    f.answers.read = () => found(upstream({ vouchers: [one] }));
    await f.runFor(MINUTE);
    f.answers.read = () => found(delivered);
    await f.runFor(MINUTE);
    expect((await f.history(f.orderId)).slice(3)).toMatchObject([
      { type: 'VouchersDelivered', vouchers: { length: 1 } },
      { type: 'VouchersDelivered', vouchers: { length: 1 } },
      { type: 'OrderCompleted' },
    ]);
  });

  it('keeps its pace when some vouchers come: news brings no read of its own', async () => {
    const f = await bought();
    await f.runFor(MINUTE);
    f.answers.read = () => found(upstream({ vouchers: [voucher('CODE-0001')] }));
    await f.runFor(MINUTE);
    expect(Math.min(...pausesOf(f.times('read').slice(2)))).toBeGreaterThanOrEqual(9);
  });

  it('trap 16: changes nothing on an answer that is older than what is known', async () => {
    const f = await complete();
    const events = await f.types(f.orderId);
    f.answers.read = () => found(upstream());
    await f.runFor(2 * DAY);
    expect([await f.types(f.orderId), f.times('read').length]).toEqual([events, 3]);
  });

  it('waits as long as Amilon asks where it cannot be read', async () => {
    const f = await bought();
    f.answers.read = () => ({ is: 'unavailable', why: 'rate limited', retryAfter: 90 * SECOND });
    expect(await f.lookAfter(SECOND)).toBe(plus(today, 91 * SECOND));
  });

  it('trap 10: records a total that differs as a mismatch, never as a failure', async () => {
    const f = await fulfilling();
    f.answers.create = () => ({ is: 'done', order: { ...delivered, total: eur(2200) } });
    await f.look();
    expect((await f.history(f.orderId)).slice(2)).toMatchObject([
      { type: 'OrderCreatedAtAmilon' },
      { type: 'OrderPriceMismatchDetected', expected: eur(2000), charged: eur(2200) },
      { type: 'VouchersDelivered' },
      { type: 'OrderCompleted' },
    ]);
  });
});

describe('after an order was delivered', () => {
  it('reads it again at 10 min, 1 h and 24 h, and never after', async () => {
    const f = await complete();
    expect(await f.runFor(30 * DAY)).toBe('never');
    expect(f.times('read')).toEqual([600, 3600, 86_400]);
  });

  it('keeps a pin that comes late, and the reads that are left', async () => {
    const f = await complete();
    await f.runFor(30 * MINUTE);
    const [one, two] = delivered.vouchers;
    if (one === undefined || two === undefined) throw new TypeError('two vouchers are delivered');
    const withPin = { ...one, secrets: { ...one.secrets, pin: '0042' } };
    f.answers.read = () => found({ ...delivered, vouchers: [withPin, two] });
    await f.runFor(30 * DAY);
    expect((await f.types(f.orderId)).slice(5)).toEqual(['VoucherCorrected']);
    expect(f.times('read')).toEqual([600, 3600, 86_400]);
  });

  it('does not lose one of these reads because Amilon could not be read then', async () => {
    const f = await complete();
    await f.runFor(2 * HOUR);
    f.answers.read = () => ({ is: 'unavailable', why: 'unauthorized' });
    await f.runFor(DAY);
    f.answers.read = () =>
      found({ ...delivered, vouchers: delivered.vouchers.map((each) => ({ ...each, revoked: true })) });
    expect(await f.runFor(DAY)).toBe('never');
    expect((await f.types(f.orderId)).slice(5)).toEqual(['VoucherRevoked', 'VoucherRevoked']);
  });

  it('trap 12: keeps that a voucher was taken back', async () => {
    const f = await complete();
    f.answers.read = () =>
      found({ ...delivered, vouchers: delivered.vouchers.map((each) => ({ ...each, revoked: true })) });
    await f.runFor(30 * DAY);
    expect((await f.types(f.orderId)).slice(5)).toEqual(['VoucherRevoked', 'VoucherRevoked']);
    expect(await attention(f)).toEqual(['missing_vouchers']);
  });

  it('does not read it again because a voucher was revealed', async () => {
    const f = await complete();
    const { state } = await f.orders.load(f.orderId);
    const voucherId = state.status === 'none' ? undefined : state.vouchers[0]?.id;
    if (voucherId === undefined) throw new TypeError('two vouchers are delivered');
    const reveal = async (): Promise<void> => {
      await f.orders.handle(f.orderId, (at) => ({ type: 'RecordReveal', at, voucherId, reason: 'asked' }), client);
    };
    await f.runFor(20 * MINUTE);
    await reveal();
    expect(await f.dueAt()).toBe(plus(today, HOUR));
    await f.runFor(3 * DAY);
    await reveal();
    expect(await f.dueAt()).toBe('never');
    expect(f.times('read')).toEqual([600, 3600, 86_400]);
  });

  it('does not ask Amilon for the whole past where all due orders are made anew', async () => {
    const f = await complete();
    await f.clock.advance(31 * DAY);
    expect([await f.look(), f.times('read')]).toEqual(['never', []]);
  });

  it('reads it when a person asks for that, however long ago it was', async () => {
    const f = await complete();
    await f.runFor(3 * DAY);
    await f.clock.advance(60 * DAY);
    await f.orders.handle(f.orderId, (at) => ({ type: 'RequestReconciliation', at }), client);
    await f.runFor(SECOND);
    expect(f.times('read').slice(3)).toEqual([63 * 86_400]);
  });
});

describe('an order that ended badly after it was bought', () => {
  it('is read on, slowly, for 30 days', async () => {
    const f = await bought();
    f.answers.read = () => found(upstream({ progress: 'failed', upstreamStatus: 'Failed' }));
    await f.runFor(6 * HOUR);
    expect([(await f.types(f.orderId)).slice(3), await attention(f)]).toEqual([
      ['OrderFailedAtAmilon'],
      ['failed_after_purchase'],
    ]);
    expect(f.times('read').length).toBeLessThan(40);
    expect(await f.lookAfter(29 * DAY)).not.toBe('never');
    expect(await f.lookAfter(DAY)).toBe('never');
  });

  it('still delivers what comes after all', async () => {
    const f = await bought();
    f.answers.read = () => found(upstream({ progress: 'cancelled', upstreamStatus: 'Cancelled' }));
    await f.runFor(HOUR);
    f.answers.read = () => found(delivered);
    await f.runFor(HOUR);
    expect((await f.types(f.orderId)).slice(3)).toEqual(['OrderCancelled', 'VouchersDelivered', 'OrderCompleted']);
  });
});

describe('what Amilon shows of a voucher', () => {
  it('is kept once per product where it tells how to redeem', async () => {
    const f = await fulfilling();
    const vouchers = delivered.vouchers.map((each) => ({ ...each, instructions: 'Show it at the till.' }));
    f.answers.create = () => ({ is: 'done', order: { ...delivered, vouchers } });
    await f.look();
    const event = (await f.history(f.orderId)).find(({ type }) => type === 'VouchersDelivered');
    expect(event).toMatchObject({ instructions: { [coffee]: 'Show it at the till.' } });
  });
});
