import { describe, expect, it } from '@jest/globals';
import type { DeferralReason, UncertaintyCause } from '../../../src/domain/order/values.ts';
import {
  afterTimeout,
  bought,
  cancelled,
  conflictFound,
  deferred,
  inFlight,
  otherRows,
  rejected,
  requested,
  start,
  started,
  t,
  uncertain,
} from './fixtures.ts';
import { given, placed } from './given.ts';

const QUIET = 125;

describe('starting a submission', () => {
  it('is written ahead of the first POST', () => {
    given(requested).when(start(1)).then(started(1, 1));
  });

  it('is refused for an order that does not exist', () => {
    given().when(start(1)).refuses({ reason: 'order_not_found' });
  });

  it('asked twice, starts one: the second is refused until the quiet time is over', () => {
    given(...inFlight)
      .when(start(1))
      .refuses({ reason: 'attempt_in_flight', until: t(11 + QUIET) });
  });

  it('trap 3: posts again only after the quiet time of the attempt that stayed unknown', () => {
    const last = 11 + QUIET - 1;
    given(...afterTimeout)
      .when(start(last))
      .refuses({ reason: 'attempt_in_flight', until: t(11 + QUIET) });
    given(...afterTimeout)
      .when(start(11 + QUIET))
      .then(started(2, 11 + QUIET));
  });

  it('trap 3: refuses whoever has read before the newest attempt: an absence then proves nothing of it', () => {
    given(requested, started(1, 1), uncertain(1, 'timeout', 2), started(2, 200), uncertain(2, 'timeout', 201))
      .when(start(9_000, 1))
      .refuses({ reason: 'attempt_in_flight', until: t(210 + QUIET) });
  });

  it('counts the quiet time from the newest attempt that may have bought', () => {
    const twice = [...afterTimeout, started(2, 140), uncertain(2, 'reset', 150)];
    given(...twice)
      .when(start(200))
      .refuses({ reason: 'attempt_in_flight', until: t(150 + QUIET) });
  });

  it('needs no quiet time after an attempt that certainly did not buy', () => {
    given(...inFlight, deferred('not_sent', 2, 1))
      .when(start(3))
      .then(started(2, 3));
  });

  it('notes an attempt whose answer never came as lost before it posts again', () => {
    given(...inFlight)
      .when(start(140))
      .then(uncertain(1, 'lost', 140), started(2, 140));
  });

  it.each<UncertaintyCause>(['refused', 'duplicate'])(
    'traps 2 and 3: is never accepted after uncertainty by %s',
    (cause) => {
      given(...afterTimeout, started(2, 140), uncertain(2, cause, 141))
        .when(start(9_000))
        .refuses({ reason: 'not_submittable', status: 'submitting' });
    },
  );

  it('stays refused when a later answer closes another attempt', () => {
    given(
      ...inFlight,
      uncertain(1, 'lost', 140),
      started(2, 140),
      uncertain(2, 'refused', 141),
      deferred('not_sent', 142, 1),
    )
      .when(start(9_000))
      .refuses({ reason: 'not_submittable', status: 'submitting' });
  });

  it('trap 2: is refused while Amilon holds another order under our id', () => {
    const conflict = conflictFound(62, { rows: otherRows });
    given(...afterTimeout, conflict)
      .when(start(9_000))
      .refuses({ reason: 'not_submittable', status: 'submitting' });
    given(requested, conflict).when(start(9_000)).refuses({ reason: 'not_submittable', status: 'pending' });
  });

  it.each([
    ['processing', bought],
    ['failed', [...inFlight, rejected(1, 2)]],
    ['cancelled', [requested, cancelled(1)]],
  ] as const)('is refused once the order is %s', (status, history) => {
    given(...history)
      .when(start(9_000))
      .refuses({ reason: 'not_submittable', status });
  });
});

describe('deferring before a submission', () => {
  const defer = (reason: DeferralReason, seconds: number) =>
    ({ type: 'DeferSubmission', at: t(seconds), reason, retryAt: t(seconds + 30) }) as const;

  it('records why the order waits', () => {
    given(requested).when(defer('circuit_open', 1)).then(deferred('circuit_open', 1));
  });

  it('records nothing while the reason stays the same', () => {
    given(requested, deferred('circuit_open', 1)).when(defer('circuit_open', 40)).thenNothing();
    given(requested).when(defer('circuit_open', 1)).onlyOnce();
  });

  it.each([
    ['not_sent', 'circuit_open'],
    ['circuit_open', 'not_sent'],
  ] as const)('after %s records nothing for %s: Amilon cannot be reached, still', (before, now) => {
    given(requested, deferred(before, 1)).when(defer(now, 40)).thenNothing();
    given(requested, started(1, 1), deferred(before, 2, 1))
      .when(defer(now, 299))
      .thenNothing();
    given(requested, deferred(before, 1)).when(defer(now, 300)).then(deferred(now, 300));
  });

  it('records the same reason once more after 5 min: by then the order is on hold', () => {
    const waiting = [requested, deferred('circuit_open', 1)];
    given(...waiting)
      .when(defer('circuit_open', 299))
      .thenNothing();
    given(...waiting)
      .when(defer('circuit_open', 300))
      .then(deferred('circuit_open', 300));
    given(...waiting, deferred('circuit_open', 300))
      .when(defer('circuit_open', 9_000))
      .thenNothing();
    given(requested, deferred('contract', 1)).when(defer('contract', 300)).thenNothing();
  });

  it('records a new reason', () => {
    given(requested, deferred('circuit_open', 1)).when(defer('unauthorized', 40)).then(deferred('unauthorized', 40));
  });

  it('is refused where nothing will be submitted', () => {
    given(...bought)
      .when(defer('not_sent', 9))
      .refuses({ reason: 'not_submittable', status: 'processing' });
    given(...afterTimeout, started(2, 140), uncertain(2, 'duplicate', 141))
      .when(defer('not_sent', 150))
      .refuses({ reason: 'not_submittable', status: 'submitting' });
  });

  it('leaves an order submitting whose attempt may have bought', () => {
    expect(placed(...afterTimeout, deferred('circuit_open', 140)).status).toBe('submitting');
  });
});
