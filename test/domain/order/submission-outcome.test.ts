import { describe, expect, it } from '@jest/globals';
import type { UncertaintyCause } from '../../../src/domain/order/values.ts';
import {
  adopted,
  afterTimeout,
  answer,
  created,
  deferred,
  inFlight,
  noFunds,
  outcome,
  read,
  refusedOutcome,
  rejected,
  requested,
  started,
  t,
  uncertain,
} from './fixtures.ts';
import { given, placed } from './given.ts';

describe('the outcome of an attempt', () => {
  const notBought = { is: 'not_bought', reason: 'not_sent', retryAt: t(32) } as const;
  const unknown = (cause: UncertaintyCause) => ({ is: 'unknown', cause }) as const;

  it('created: the order is bought', () => {
    const is = { is: 'created', order: answer() } as const;
    given(...inFlight)
      .when(outcome(1, 2, is))
      .then(created(2));
    given(...inFlight)
      .when(outcome(1, 2, is))
      .onlyOnce();
  });

  it('not bought: deferred, and the attempt is closed', () => {
    given(...inFlight)
      .when(outcome(1, 2, notBought))
      .then(deferred('not_sent', 2, 1));
    given(...inFlight)
      .when(outcome(1, 2, notBought))
      .onlyOnce();
  });

  it('not bought is recorded again for the same reason, because it closes an attempt', () => {
    given(...inFlight, deferred('not_sent', 2, 1), started(2, 32))
      .when(outcome(2, 33, { ...notBought, retryAt: t(63) }))
      .then(deferred('not_sent', 33, 2));
  });

  it('not bought since it was too late to send, is not bought', () => {
    const late = { is: 'not_bought', reason: 'too_late', retryAt: t(90) } as const;
    given(...inFlight)
      .when(outcome(1, 60, late))
      .then(deferred('too_late', 60, 1));
  });

  it.each<UncertaintyCause>(['timeout', 'reset', 'server_error', 'unreadable'])(
    'trap 3: %s leaves open whether it bought',
    (cause) => {
      given(...inFlight)
        .when(outcome(1, 61, unknown(cause)))
        .then(uncertain(1, cause, 61));
      given(...inFlight)
        .when(outcome(1, 61, unknown(cause)))
        .onlyOnce();
    },
  );

  it('trap 2: a duplicate is uncertain, even of the first attempt', () => {
    given(...inFlight)
      .when(outcome(1, 2, { is: 'duplicate' }))
      .then(uncertain(1, 'duplicate', 2));
  });

  it('a refusal of the only attempt is final', () => {
    given(...inFlight)
      .when(outcome(1, 2, refusedOutcome))
      .then(rejected(1, 2));
    given(...inFlight)
      .when(outcome(1, 2, refusedOutcome))
      .onlyOnce();
  });

  it('a refusal is final when every other attempt was certainly not bought', () => {
    given(...inFlight, deferred('not_sent', 2, 1), started(2, 32))
      .when(outcome(2, 33, refusedOutcome))
      .then(rejected(2, 33));
  });

  it.each([
    ['unknown', [...afterTimeout, started(2, 140)]],
    ['still in flight', [...inFlight, started(2, 140)]],
  ])('trap 3: a refusal while another attempt is %s is never final', (_is, history) => {
    given(...history)
      .when(outcome(2, 141, refusedOutcome))
      .then(uncertain(2, 'refused', 141));
  });

  it('trap 3: not bought does not free an order whose earlier attempt may have bought', () => {
    const order = placed(...afterTimeout, started(2, 140), deferred('not_sent', 141, 2));
    expect(order).toMatchObject({
      status: 'submitting',
      attempts: [{ result: 'uncertain' }, { result: 'not_bought' }],
    });
  });

  it('is recorded once: a second outcome of the same attempt is no news', () => {
    given(...afterTimeout)
      .when(outcome(1, 62, refusedOutcome))
      .thenNothing();
    given(...afterTimeout)
      .when(outcome(1, 62, notBought))
      .thenNothing();
    given(...inFlight, deferred('not_sent', 2, 1))
      .when(outcome(1, 3, unknown('timeout')))
      .thenNothing();
  });

  it('of an attempt that was never started is no news', () => {
    given(requested)
      .when(outcome(1, 2, unknown('timeout')))
      .thenNothing();
    given(...inFlight)
      .when(outcome(2, 2, refusedOutcome))
      .thenNothing();
  });

  it('is no news once a read has adopted the order', () => {
    const found = [...inFlight, adopted(16)];
    given(...found)
      .when(outcome(1, 61, unknown('timeout')))
      .thenNothing();
    given(...found)
      .when(outcome(1, 61, refusedOutcome))
      .thenNothing();
    given(...found)
      .when(outcome(1, 61, { is: 'duplicate' }))
      .thenNothing();
    given(...found)
      .when(outcome(1, 20, { is: 'created', order: answer() }))
      .thenNothing();
  });

  it('created always counts, also after the attempt was given up', () => {
    const is = { is: 'created', order: answer() } as const;
    given(...afterTimeout)
      .when(outcome(1, 62, is))
      .then(created(62));
    given(...inFlight, rejected(1, 2))
      .when(outcome(1, 3, is))
      .then(created(3));
  });

  it('keeps what Amilon said of a refusal', () => {
    expect(placed(...inFlight, rejected(1, 2))).toMatchObject({ status: 'failed', failure: noFunds });
  });

  it('trap 2: a read adopts what the unknown attempt bought', () => {
    given(...afterTimeout)
      .when(read(70, answer()))
      .then(adopted(70));
    given(...afterTimeout)
      .when(read(70, answer()))
      .onlyOnce();
  });
});
