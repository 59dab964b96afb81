import { describe, expect, it } from '@jest/globals';
import type { OrderEvent } from '../../../src/domain/order/events.ts';
import { noOrder, purchaseOf } from '../../../src/domain/order/state.ts';
import {
  afterTimeout,
  bought,
  c1,
  c2,
  cancelled,
  cancelledAtAmilon,
  completed,
  conflictFound,
  corrected,
  created,
  deferred,
  delivered,
  erased,
  failedAtAmilon,
  inFlight,
  m1,
  otherRows,
  rejected,
  requested,
  resolved,
  revoked,
  started,
  t,
  uncertain,
  voucher,
} from './fixtures.ts';
import { fold, placed } from './given.ts';

const partly = [...bought, delivered(3, c1)];
const done = [...bought, delivered(3, c1, c2, m1), completed(3)];
const failedBought = [...bought, failedAtAmilon(9)];
const cancelledBought = [...bought, cancelledAtAmilon(9)];
const refused = [...inFlight, rejected(1, 2)];

describe('status and purchase after each fact', () => {
  const table: readonly (readonly [from: readonly OrderEvent[], fact: OrderEvent, status: string, purchase: string])[] =
    [
      [[], requested, 'pending', 'not_purchased'],
      [[requested], started(1, 1), 'submitting', 'unknown'],
      [[requested], deferred('circuit_open', 1), 'pending', 'not_purchased'],
      [[requested], cancelled(1), 'cancelled', 'not_purchased'],
      [[requested], conflictFound(1, { rows: otherRows }), 'pending', 'not_purchased'],
      [[requested], created(1), 'processing', 'purchased'],
      [inFlight, deferred('not_sent', 2, 1), 'pending', 'not_purchased'],
      [inFlight, uncertain(1, 'timeout', 61), 'submitting', 'unknown'],
      [inFlight, rejected(1, 2), 'failed', 'not_purchased'],
      [inFlight, created(2), 'processing', 'purchased'],
      [afterTimeout, started(2, 140), 'submitting', 'unknown'],
      [[...afterTimeout, started(2, 140)], deferred('not_sent', 141, 2), 'submitting', 'unknown'],
      [[...afterTimeout, started(2, 140)], uncertain(2, 'refused', 141), 'submitting', 'unknown'],
      [afterTimeout, conflictFound(70, { rows: otherRows }), 'submitting', 'unknown'],
      [afterTimeout, resolved('purchased', 300), 'processing', 'purchased'],
      [afterTimeout, resolved('not_purchased', 300), 'failed', 'not_purchased'],
      [bought, delivered(3, c1), 'partially_delivered', 'purchased'],
      [bought, failedAtAmilon(9), 'failed', 'purchased'],
      [bought, cancelledAtAmilon(9), 'cancelled', 'purchased'],
      [partly, revoked(4, 'C1'), 'partially_delivered', 'purchased'],
      [[...bought, delivered(3, c1, c2, m1)], completed(3), 'completed', 'purchased'],
      [failedBought, delivered(10, c1), 'failed', 'purchased'],
      [[...failedBought, delivered(10, c1, c2, m1)], completed(10), 'completed', 'purchased'],
      [[...cancelledBought, delivered(10, c1, c2, m1)], completed(10), 'completed', 'purchased'],
      [done, revoked(20, 'C1'), 'completed', 'purchased'],
      [done, failedAtAmilon(20), 'completed', 'purchased'],
      [done, cancelledAtAmilon(20), 'completed', 'purchased'],
      [done, erased(20), 'completed', 'purchased'],
      [refused, created(20), 'processing', 'purchased'],
      [[requested, cancelled(1)], created(20), 'processing', 'purchased'],
      [[...afterTimeout, resolved('not_purchased', 300)], resolved('purchased', 400), 'processing', 'purchased'],
    ];

  it.each(
    table.map(([from, fact, status, purchase]) => ({ before: fold(...from).status, fact, from, status, purchase })),
  )('$before, $fact.type: $status, $purchase', ({ from, fact, status, purchase }) => {
    const order = placed(...from, fact);
    expect([order.status, purchaseOf(order)]).toEqual([status, purchase]);
  });
});

describe('facts that come too late', () => {
  it.each<[what: string, history: readonly OrderEvent[], fact: OrderEvent]>([
    ['a second creation', bought, created(20, 2)],
    ['a start after the purchase', bought, started(2, 20)],
    ['a deferral after the purchase', bought, deferred('not_sent', 20, 1)],
    ['an uncertainty after the purchase', bought, uncertain(1, 'timeout', 61)],
    ['a rejection after the purchase', bought, rejected(1, 20)],
    ['a second request', bought, requested],
    ['a completion without a purchase', [requested], completed(20)],
    ['a second completion', done, completed(20)],
  ])('%s changes nothing', (_what, history, fact) => {
    expect(fold(...history, fact)).toEqual(fold(...history));
  });

  it('change nothing where there is no order', () => {
    expect(fold(created(1), delivered(2, c1), erased(3))).toBe(noOrder);
  });
});

describe('what the fold keeps', () => {
  it('an attempt with how it ended, settled once', () => {
    const { attempts } = placed(
      ...afterTimeout,
      started(2, 140),
      deferred('not_sent', 141, 2),
      deferred('not_sent', 142, 1),
    );
    expect(attempts).toEqual([
      { n: 1, sendBefore: t(11), result: 'uncertain', cause: 'timeout' },
      { n: 2, sendBefore: t(150), result: 'not_bought' },
    ]);
  });

  it('why it waits, until the next attempt', () => {
    expect(placed(requested, deferred('contract', 1))).toMatchObject({
      deferred: { reason: 'contract', retryAt: t(31) },
    });
    expect(placed(requested, deferred('contract', 1), started(1, 31))).not.toHaveProperty('deferred');
    expect(
      placed(...afterTimeout, deferred('contract', 140), started(2, 171), uncertain(2, 'reset', 180)),
    ).not.toHaveProperty('deferred');
  });

  it('when a person last asked, through every later status', () => {
    const asked: OrderEvent = { type: 'OrderReconciliationRequested', at: t(2) };
    const at = [
      [...inFlight, asked],
      [...inFlight, asked, created(3)],
      [...inFlight, asked, created(3), failedAtAmilon(4)],
      [...inFlight, asked, rejected(1, 3)],
    ].map((history) => placed(...history).reconciliationAt);
    expect(at).toEqual([t(2), t(2), t(2), t(2)]);
  });

  it('of a voucher what recognises and counts it, and nothing to read it', () => {
    const full = voucher({ code: 'C1', pin: 'P1', url: 'U1', qrCode: 'Q1', last4: '1234', expiresAt: t(1_000) });
    const { secrets: _secrets, ...facts } = full;
    const macs = { code: 'mac C1', pin: 'mac P1', url: 'mac U1', qrCode: 'mac Q1' };
    expect(placed(...bought, delivered(3, full)).vouchers).toEqual([{ ...facts, macs, revoked: false }]);
  });

  it('nothing of a correction to a voucher that it does not know', () => {
    expect(placed(...partly, corrected(4, c2), revoked(5, 'C2'))).toEqual(placed(...partly));
  });
});
