import { describe, expect, it } from '@jest/globals';
import { QUIET_TIME } from '../../../src/domain/order/policy.ts';
import { purchaseOf } from '../../../src/domain/order/state.ts';
import {
  adopted,
  afterTimeout,
  answer,
  bought,
  c1,
  cancelled,
  conflictFound,
  completed,
  c2,
  created,
  delivered,
  deferred,
  erased,
  failedAtAmilon,
  inFlight,
  m1,
  otherRows,
  read,
  rejected,
  requested,
  resolved,
  started,
  t,
  uncertain,
} from './fixtures.ts';
import { given, placed } from './given.ts';

const resolve = (purchase: 'purchased' | 'not_purchased', seconds: number) =>
  ({ type: 'ResolveOrder', at: t(seconds), purchase, reason: 'asked Amilon', quietTime: QUIET_TIME }) as const;

const duplicateNotFound = [...inFlight, uncertain(1, 'duplicate', 2)];
const conflict = conflictFound(70, { rows: otherRows });

describe('an operator settles what stays unknown', () => {
  it.each([
    ['an unknown outcome', afterTimeout],
    ['a duplicate that is never found (trap 2)', duplicateNotFound],
    [
      'a refusal that followed an unknown attempt (trap 3)',
      [...afterTimeout, started(2, 140), uncertain(2, 'refused', 141)],
    ],
    ['a conflict', [...afterTimeout, conflict]],
  ])('both ways after %s', (_what, history) => {
    given(...history)
      .when(resolve('purchased', 300))
      .then(resolved('purchased', 300));
    given(...history)
      .when(resolve('purchased', 300))
      .onlyOnce();
    given(...history)
      .when(resolve('not_purchased', 300))
      .then(resolved('not_purchased', 300));
    given(...history)
      .when(resolve('not_purchased', 300))
      .onlyOnce();
  });

  it('as purchased: the order is read until its vouchers are there', () => {
    const order = placed(...afterTimeout, conflict, resolved('purchased', 300));
    expect([order.status, purchaseOf(order), order.conflict]).toEqual(['processing', 'purchased', false]);
  });

  it('as not purchased: the order has failed, and no attempt is open any more', () => {
    const order = placed(...afterTimeout, conflict, resolved('not_purchased', 300));
    expect(order).toMatchObject({
      status: 'failed',
      failure: { code: 'resolved_not_purchased', reason: 'asked Amilon' },
      attempts: [{ n: 1, result: 'not_bought' }],
      conflict: false,
    });
    expect(purchaseOf(order)).toBe('not_purchased');
  });

  it('as not purchased, and takes it back', () => {
    given(...afterTimeout, resolved('not_purchased', 300))
      .when(resolve('purchased', 400))
      .then(resolved('purchased', 400));
    given(...afterTimeout, resolved('not_purchased', 300), resolved('purchased', 400))
      .when(resolve('not_purchased', 500))
      .then(resolved('not_purchased', 500));
  });

  it('not as not purchased while an attempt may still land: nobody would read it', () => {
    given(...inFlight)
      .when(resolve('not_purchased', 100))
      .refuses({ reason: 'attempt_in_flight', until: t(136) });
    given(...afterTimeout)
      .when(resolve('not_purchased', 135))
      .refuses({ reason: 'attempt_in_flight', until: t(136) });
    given(...afterTimeout)
      .when(resolve('not_purchased', 136))
      .then(resolved('not_purchased', 136));
    given(...inFlight)
      .when(resolve('purchased', 100))
      .then(resolved('purchased', 100));
  });

  it('also of an order that was bought and never got a voucher', () => {
    given(...bought)
      .when(resolve('not_purchased', 300))
      .then(resolved('not_purchased', 300));
    given(...bought, failedAtAmilon(3))
      .when(resolve('not_purchased', 300))
      .then(resolved('not_purchased', 300));
  });

  it('trap 14: not against a voucher: it proves the purchase', () => {
    given(...bought, delivered(3, c1))
      .when(resolve('not_purchased', 300))
      .refuses({ reason: 'not_resolvable', status: 'partially_delivered' });
    given(...inFlight, created(2), conflict, delivered(3, c1))
      .when(resolve('not_purchased', 300))
      .refuses({ reason: 'not_resolvable', status: 'partially_delivered' });
  });

  it('ends a conflict of an order that is bought', () => {
    const history = [...inFlight, created(2), conflict, delivered(3, c1)];
    given(...history)
      .when(resolve('purchased', 300))
      .then(resolved('purchased', 300));
    expect(placed(...history, resolved('purchased', 300))).toEqual(placed(...inFlight, created(2), delivered(3, c1)));
  });

  it('ends a conflict of an order that had ended without a purchase, which stays as it ended', () => {
    const history = [...inFlight, rejected(1, 2), conflict];
    given(...history)
      .when(resolve('not_purchased', 300))
      .then(resolved('not_purchased', 300));
    expect(placed(...history, resolved('not_purchased', 300))).toEqual(placed(...inFlight, rejected(1, 2)));
  });

  it.each([
    ['purchased', bought],
    ['purchased', [...bought, delivered(3, c1, c2, m1), completed(3)]],
    ['not_purchased', [...inFlight, rejected(1, 2)]],
    ['not_purchased', [requested, cancelled(1)]],
  ] as const)('records nothing where the order is known to be %s', (purchase, history) => {
    given(...history)
      .when(resolve(purchase, 300))
      .thenNothing();
  });

  it.each([
    ['pending', 'purchased', [requested]],
    ['pending', 'not_purchased', [...inFlight, deferred('not_sent', 2, 1)]],
    ['failed', 'purchased', [...inFlight, rejected(1, 2)]],
    ['cancelled', 'purchased', [requested, cancelled(1)]],
  ] as const)('is refused for an order that is %s as %s: nothing is unknown', (status, purchase, history) => {
    given(...history)
      .when(resolve(purchase, 300))
      .refuses({ reason: 'not_resolvable', status });
  });

  it('is refused after the erasure, and for no order', () => {
    given(...inFlight, rejected(1, 2), erased(3))
      .when(resolve('purchased', 300))
      .refuses({ reason: 'order_erased' });
    given().when(resolve('purchased', 300)).refuses({ reason: 'order_not_found' });
  });

  it('may be corrected by Amilon itself: what is found is bought', () => {
    given(...afterTimeout, resolved('not_purchased', 300))
      .when(read(400, answer()))
      .then(adopted(400));
  });
});
