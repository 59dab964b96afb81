import { describe, expect, it } from '@jest/globals';
import type { OrderEvent } from '../../../src/domain/order/events.ts';
import { purchaseOf } from '../../../src/domain/order/state.ts';
import { ProductCode } from '../../../src/domain/shared/ids.ts';
import {
  adopted,
  afterTimeout,
  answer,
  bought,
  c1,
  c2,
  cancelled,
  cancelledAtAmilon,
  cinema,
  coffee,
  completed,
  conflictFound,
  created,
  delivered,
  erased,
  eur,
  failedAtAmilon,
  inFlight,
  m1,
  otherRows,
  outcome,
  read,
  rejected,
  requested,
  resolved,
  rows,
  shown,
  t,
  voucher,
  withVouchers,
} from './fixtures.ts';
import { given, placed } from './given.ts';

const { amilonOrderId: _amilonOrderId, rows: _rows, ...bare } = answer();
const halfway = [...bought, delivered(9, c1)];
const mismatch = (seconds: number, minor: number): OrderEvent => ({
  type: 'OrderPriceMismatchDetected',
  at: t(seconds),
  expected: eur(4500),
  charged: eur(minor),
});

describe('trap 2: what a read finds under our id', () => {
  it('is adopted when its rows are the ordered ones, whatever their order, split or case', () => {
    const found = [
      { productCode: cinema, quantity: 1 },
      { productCode: ProductCode('coffee-10'), quantity: 1 },
      { productCode: coffee, quantity: 1 },
    ];
    given(...afterTimeout)
      .when(read(70, answer({ rows: found })))
      .then(adopted(70));
  });

  it('is adopted by its count where the wire has no rows', () => {
    given(...afterTimeout)
      .when(read(70, { ...answer({ codes: 3 }), rows: [] }))
      .then(adopted(70));
  });

  it('trap 17: is adopted where the wire tells neither rows nor counts', () => {
    given(...afterTimeout)
      .when(read(70, bare))
      .then({ type: 'OrderCreatedAtAmilon', at: t(70), attempt: 1, adopted: true });
  });

  it.each([
    ['rows', { rows: otherRows }],
    ['quantities', { rows: [rows[0] ?? { productCode: coffee, quantity: 0 }, { productCode: cinema, quantity: 2 }] }],
    ['a count', { codes: 9 }],
    ['a count beside our rows', { rows, codes: 9 }],
  ])('is a conflict with other %s, noted once', (_what, found) => {
    given(...afterTimeout)
      .when(read(70, { ...bare, ...found }))
      .then(conflictFound(70, found));
    given(...afterTimeout)
      .when(read(70, { ...bare, ...found }))
      .onlyOnce();
  });

  it('delivers nothing while it is a conflict: the vouchers may be another tenant’s', () => {
    given(...afterTimeout, conflictFound(70, { rows: otherRows }))
      .when(read(80, { ...withVouchers(c1), rows: otherRows }))
      .thenNothing();
  });

  it('ends a conflict by an answer that matches', () => {
    const history = [...afterTimeout, conflictFound(70, { rows: otherRows })];
    given(...history)
      .when(read(80, answer()))
      .then(adopted(80));
    expect(placed(...history, adopted(80)).conflict).toBe(false);
  });

  it('with another total is a price mismatch, not a conflict', () => {
    given(...afterTimeout)
      .when(read(70, answer({ total: eur(4600) })))
      .then(adopted(70), mismatch(70, 4600));
  });

  it('is not an order at all where the answer says absent', () => {
    given(...afterTimeout)
      .when(read(70, answer({ progress: 'absent' })))
      .thenNothing();
  });

  it.each([
    ['rejected', [...inFlight, rejected(1, 2)], 1],
    ['cancelled', [requested, cancelled(1)], 0],
    ['settled as not purchased', [...afterTimeout, resolved('not_purchased', 140)], 1],
  ] as const)('brings an order back that was %s: the money is spent', (_was, history, attempt) => {
    given(...history)
      .when(read(150, answer()))
      .then(adopted(150, attempt));
    expect(purchaseOf(placed(...history, adopted(150, attempt)))).toBe('purchased');
  });

  it('is ours whatever its rows once an operator said so', () => {
    const history = [...afterTimeout, conflictFound(70, { rows: otherRows }), resolved('purchased', 80)];
    given(...history)
      .when(read(90, { ...withVouchers(c1), rows: otherRows }))
      .then(delivered(90, c1));
  });
});

describe('the answer to our own create', () => {
  it('has bought even where its rows are not ours, and says that they are not', () => {
    const is = { is: 'created', order: answer({ rows: otherRows }) } as const;
    given(...inFlight)
      .when(outcome(1, 2, is))
      .then(created(2), conflictFound(2, { rows: otherRows }));
    given(...inFlight)
      .when(outcome(1, 2, is))
      .onlyOnce();
  });

  it('may bring every voucher at once', () => {
    given(...inFlight)
      .when(outcome(1, 2, { is: 'created', order: withVouchers(c1, c2, m1) }))
      .then(created(2), delivered(2, c1, c2, m1), completed(2));
  });

  it('that says Failed has bought, and failed', () => {
    const order = answer({ progress: 'failed', upstreamStatus: 'Failed' });
    given(...inFlight)
      .when(outcome(1, 2, { is: 'created', order }))
      .then(created(2), failedAtAmilon(2));
    expect(purchaseOf(placed(...bought, failedAtAmilon(2)))).toBe('purchased');
  });
});

describe('trap 10: the price that Amilon charged', () => {
  it('is noted once per amount, in whatever order the amounts come', () => {
    const noted = [...bought, mismatch(10, 4600), mismatch(20, 4700)];
    given(...bought)
      .when(read(10, answer({ total: eur(4600) })))
      .then(mismatch(10, 4600));
    given(...noted)
      .when(read(30, answer({ total: eur(4600) })))
      .thenNothing();
    given(...noted)
      .when(read(30, answer({ total: eur(4800) })))
      .then(mismatch(30, 4800));
  });

  it('is no mismatch when it is the expected one', () => {
    given(...bought)
      .when(read(10, answer({ total: eur(4500) })))
      .thenNothing();
  });
});

describe('status and vouchers (traps 14 to 16)', () => {
  it('trap 14: vouchers complete the order, whatever the status says', () => {
    const all = { ...withVouchers(c1, c2, m1), progress: 'unknown', upstreamStatus: 'Sleeping' } as const;
    given(...bought)
      .when(read(10, all))
      .then(delivered(10, c1, c2, m1), completed(10));
    given(...bought)
      .when(read(10, all))
      .onlyOnce();
  });

  it('trap 14: an unknown status changes nothing', () => {
    given(...bought)
      .when(read(10, answer({ progress: 'unknown', upstreamStatus: 'Sleeping' })))
      .thenNothing();
  });

  it('trap 15: completed with fewer vouchers than ordered is partially delivered', () => {
    const some = { ...withVouchers(c1), progress: 'completed' } as const;
    given(...bought)
      .when(read(10, some))
      .then(delivered(10, c1));
    expect(placed(...bought, delivered(10, c1)).status).toBe('partially_delivered');
  });

  it('trap 15: completed without any voucher is not completed', () => {
    given(...bought)
      .when(read(10, answer({ progress: 'completed' })))
      .thenNothing();
  });

  it('trap 15: failed with vouchers keeps them', () => {
    const some = { ...withVouchers(c1), progress: 'failed', upstreamStatus: 'Failed' } as const;
    given(...bought)
      .when(read(10, some))
      .then(delivered(10, c1), failedAtAmilon(10, 1));
    const order = placed(...bought, delivered(10, c1), failedAtAmilon(10, 1));
    expect([order.status, order.vouchers.length, purchaseOf(order)]).toEqual(['failed', 1, 'purchased']);
  });

  it('counts as delivered what was not taken back', () => {
    const some = answer({
      vouchers: [shown(c1), shown(c2, true)],
      progress: 'failed',
      upstreamStatus: 'Failed',
    });
    given(...bought)
      .when(read(10, some))
      .then(delivered(10, c1, c2), { type: 'VoucherRevoked', at: t(10), voucherId: c2.id }, failedAtAmilon(10, 1));
  });

  it.each([
    ['failed', failedAtAmilon(10)],
    ['cancelled', cancelledAtAmilon(10)],
  ] as const)('trap 15: vouchers that come after %s are kept, and complete the order', (_ended, end) => {
    const history = [...bought, end];
    given(...history)
      .when(read(20, withVouchers(c1)))
      .then(delivered(20, c1));
    given(...history, delivered(20, c1))
      .when(read(30, withVouchers(c1, c2, m1)))
      .then(delivered(30, c2, m1), completed(30));
  });

  it('records how Amilon ended the order once', () => {
    const failed = read(10, answer({ progress: 'failed', upstreamStatus: 'Failed' }));
    const gone = read(10, answer({ progress: 'cancelled', upstreamStatus: 'Cancelled' }));
    given(...halfway)
      .when(failed)
      .then(failedAtAmilon(10, 1));
    given(...halfway)
      .when(failed)
      .onlyOnce();
    given(...halfway)
      .when(gone)
      .then(cancelledAtAmilon(10));
    given(...halfway, failedAtAmilon(10, 1))
      .when(gone)
      .thenNothing();
    given(...halfway, cancelledAtAmilon(10))
      .when(failed)
      .thenNothing();
  });

  it('trap 16: a stale answer changes nothing', () => {
    const done = [...bought, delivered(9, c1, c2, m1), completed(9)];
    given(...done)
      .when(read(20, answer({ upstreamStatus: 'Pending' })))
      .thenNothing();
    given(...done)
      .when(read(20, withVouchers(c2)))
      .thenNothing();
    given(...done)
      .when(read(20, answer({ progress: 'failed', upstreamStatus: 'Failed' })))
      .thenNothing();
  });

  it('delivers nothing to an erased order, but never forgets a purchase', () => {
    const gone = [...inFlight, rejected(1, 2), erased(3)];
    given(...gone)
      .when(read(10, withVouchers(c1)))
      .then(adopted(10));
    given(...bought, delivered(9, c1, c2, m1), completed(9), erased(10))
      .when(read(20, withVouchers(c1, c2, m1, voucher({ code: 'C3' }))))
      .thenNothing();
  });
});
