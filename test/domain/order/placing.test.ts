import { describe, expect, it } from '@jest/globals';
import type { OrderEvent } from '../../../src/domain/order/events.ts';
import type { UpstreamProgress } from '../../../src/domain/order/values.ts';
import {
  afterTimeout,
  bought,
  c1,
  c2,
  cancelled,
  cancelledAtAmilon,
  completed,
  conflictFound,
  deferred,
  delivered,
  erased,
  failedAtAmilon,
  idOf,
  inFlight,
  m1,
  orderId,
  otherRows,
  rejected,
  request,
  requested,
  revoked,
  t,
} from './fixtures.ts';
import { externalOrderIdOf } from '../../../src/domain/shared/ids.ts';
import { fold, given, placed } from './given.ts';

describe('requesting an order', () => {
  it('accepts it with all it was decided on', () => {
    given().when(request()).then(requested);
  });

  it('asked again with the same body, records nothing, even much later and with other prices', () => {
    given().when(request()).onlyOnce();
    given(...bought)
      .when(request({ at: t(99), lines: [], catalog: 8 }))
      .thenNothing();
  });

  it.each([
    ['another body', { keyId: 'k1', mac: 'body-2' }],
    ['a body hashed with another key', { keyId: 'k2', mac: 'body-1' }],
  ])('refuses the key for %s', (_what, body) => {
    given(requested).when(request({ body })).refuses({ reason: 'idempotency_key_reused' });
  });

  it('trap 4: keeps the external id of the first request when it is repeated in the new year', () => {
    const nextYear = request({ externalOrderId: externalOrderIdOf('ENGAGE', 2027, orderId) });
    given(requested).when(nextYear).thenNothing();
    expect(fold(requested, { ...nextYear, type: 'OrderRequested' })).toEqual(fold(requested));
  });
});

describe('trap 12: cancelling', () => {
  const cancel = (seconds: number, by: 'client' | 'service' = 'client') =>
    ({ type: 'CancelOrder', at: t(seconds), by, reason: 'not wanted' }) as const;

  it.each([
    ['before the first attempt', [requested]],
    ['after attempts that certainly did not buy', [...inFlight, deferred('not_sent', 2, 1)]],
    ['while it is on hold', [requested, deferred('contract', 1)]],
  ])('is accepted %s', (_when, history) => {
    given(...history)
      .when(cancel(5))
      .then(cancelled(5));
    given(...history)
      .when(cancel(5))
      .onlyOnce();
  });

  it('is refused for an order that does not exist', () => {
    given().when(cancel(1)).refuses({ reason: 'order_not_found' });
  });

  it.each([
    ['submitting', inFlight],
    ['submitting', afterTimeout],
    ['processing', bought],
    ['partially_delivered', [...bought, delivered(3, c1)]],
    ['completed', [...bought, delivered(3, c1, c2, m1), completed(3)]],
    ['failed', [...inFlight, rejected(1, 2)]],
    ['cancelled', [...bought, cancelledAtAmilon(3)]],
    ['cancelled', [requested, cancelled(1, 'service')]],
  ] as const)('is refused once the order is %s', (status, history) => {
    given(...history)
      .when(cancel(9))
      .refuses({ reason: 'not_cancellable', status });
  });
});

describe('asking for a reconciliation', () => {
  const ask = (seconds: number) => ({ type: 'RequestReconciliation', at: t(seconds) }) as const;
  const asked = (seconds: number): OrderEvent => ({ type: 'OrderReconciliationRequested', at: t(seconds) });

  it.each([
    ['an attempt in flight', inFlight],
    ['an unknown outcome', afterTimeout],
    ['a bought order', bought],
    ['a complete one', [...bought, delivered(3, c1, c2, m1), completed(3)]],
    ['a rejected one: Amilon may hold it all the same', [...inFlight, rejected(1, 2)]],
    ['a conflict before any attempt', [requested, conflictFound(1, { rows: otherRows })]],
  ])('is recorded for %s', (_which, history) => {
    given(...history)
      .when(ask(60))
      .then(asked(60));
    given(...history)
      .when(ask(60))
      .onlyOnce();
  });

  it('records nothing while the read that was asked for is under way: a minute', () => {
    given(...bought, asked(60))
      .when(ask(119))
      .thenNothing();
    given(...bought, asked(60))
      .when(ask(120))
      .then(asked(120));
  });

  it.each([
    ['pending', [requested]],
    ['pending', [requested, deferred('circuit_open', 1)]],
    ['pending', [...inFlight, deferred('not_sent', 2, 1)]],
    ['cancelled', [requested, cancelled(1)]],
  ] as const)('is refused for an order that is %s and not at Amilon', (status, history) => {
    given(...history)
      .when(ask(60))
      .refuses({ reason: 'nothing_to_reconcile', status });
  });

  it('is refused after the erasure, and for an order that does not exist', () => {
    given(...inFlight, rejected(1, 2), erased(3))
      .when(ask(60))
      .refuses({ reason: 'order_erased' });
    given().when(ask(1)).refuses({ reason: 'order_not_found' });
  });
});

describe('trap 18: a delay', () => {
  const late = (seconds: number, progress: UpstreamProgress = 'in_progress', upstreamStatus = 'Processing') =>
    ({ type: 'RecordDelay', at: t(seconds), progress, upstreamStatus }) as const;
  const delayed = (seconds: number, count: number, progress: UpstreamProgress = 'in_progress'): OrderEvent => ({
    type: 'OrderDelayed',
    at: t(seconds),
    progress,
    upstreamStatus: 'Processing',
    delivered: count,
  });

  it('is told also of an order that may have been bought', () => {
    given(...afterTimeout)
      .when(late(311, 'unknown'))
      .then(delayed(311, 0, 'unknown'));
    given(...afterTimeout)
      .when(late(311, 'unknown'))
      .onlyOnce();
  });

  it('tells how many vouchers are there', () => {
    given(...bought)
      .when(late(310))
      .then(delayed(310, 0));
    given(...bought, delivered(3, c1, c2), revoked(4, 'C1'))
      .when(late(310))
      .then(delayed(310, 1));
  });

  it('is recorded once while Amilon says the same', () => {
    given(...bought)
      .when(late(310))
      .onlyOnce();
    given(...bought, delayed(310, 0))
      .when(late(400, 'completed'))
      .then(delayed(400, 0, 'completed'));
    given(...bought, delayed(310, 0))
      .when(late(400, 'in_progress', 'Stuck'))
      .then({ ...delayed(400, 0), upstreamStatus: 'Stuck' } as OrderEvent);
  });

  it.each([
    ['that was not bought', [requested]],
    ['that is complete', [...bought, delivered(3, c1, c2, m1), completed(3)]],
    ['that has failed', [...bought, failedAtAmilon(3)]],
  ])('is nothing to an order %s', (_which, history) => {
    given(...history)
      .when(late(310))
      .thenNothing();
  });
});

describe('revealing a voucher', () => {
  const reveal = (label: string) =>
    ({ type: 'RecordReveal', at: t(50), voucherId: idOf(label), reason: 'shown to the user' }) as const;
  const revealed: OrderEvent = { type: 'VoucherRevealed', at: t(50), voucherId: c1.id, reason: 'shown to the user' };
  const history = [...bought, delivered(3, c1)];

  it('is recorded each time: each is an access', () => {
    given(...history)
      .when(reveal('C1'))
      .then(revealed);
    given(...history, revealed)
      .when(reveal('C1'))
      .then(revealed);
  });

  it('changes nothing of the order', () => {
    expect(placed(...history, revealed)).toEqual(placed(...history));
  });

  it('is refused for a voucher that the order does not have', () => {
    given(...history)
      .when(reveal('C2'))
      .refuses({ reason: 'voucher_not_found', voucherId: c2.id });
  });

  it('is refused after the erasure', () => {
    given(...bought, delivered(3, c1, c2, m1), completed(3), erased(4))
      .when(reveal('C1'))
      .refuses({ reason: 'order_erased' });
  });
});

describe('erasing', () => {
  const erase = (seconds: number) => ({ type: 'EraseOrder', at: t(seconds) }) as const;
  const DAYS_30 = 30 * 24 * 3600;

  it.each([
    ['completed', [...bought, delivered(3, c1, c2, m1), completed(3)]],
    ['rejected', [...inFlight, rejected(1, 2)]],
    ['cancelled', [requested, cancelled(1)]],
  ])('is accepted once the order is %s', (_final, history) => {
    given(...history)
      .when(erase(10))
      .then(erased(10));
    given(...history)
      .when(erase(10))
      .onlyOnce();
  });

  it.each([
    ['pending', [requested]],
    ['submitting', afterTimeout],
    ['processing', bought],
    ['partially_delivered', [...bought, delivered(3, c1)]],
  ] as const)('is refused while the order is %s', (status, history) => {
    given(...history)
      .when(erase(10))
      .refuses({ reason: 'not_final', status });
  });

  it.each([
    ['failed', failedAtAmilon(3)],
    ['cancelled', cancelledAtAmilon(3)],
  ] as const)('trap 15: waits 30 days after the order was bought and %s: vouchers may still come', (status, end) => {
    given(...bought, end)
      .when(erase(3 + DAYS_30))
      .refuses({ reason: 'not_final', status });
    given(...bought, end)
      .when(erase(4 + DAYS_30))
      .then(erased(4 + DAYS_30));
  });

  it('keeps everything but what the destroyed key hid', () => {
    const history = [...inFlight, rejected(1, 2), conflictFound(3, { rows: otherRows })];
    expect(placed(...history, erased(4))).toEqual({ ...placed(...history), erased: true });
  });
});
