import { describe, expect, it } from '@jest/globals';
import type { OrderEvent } from '../../../src/domain/order/events.ts';
import { mayPostFrom, next, nextAfterFailedRead, nextPoll } from '../../../src/domain/order/next.ts';
import { defaultPolicy } from '../../../src/domain/order/policy.ts';
import { noOrder } from '../../../src/domain/order/state.ts';
import { DAY, HOUR, MINUTE, SECOND } from '../../../src/domain/shared/instant.ts';
import {
  afterTimeout,
  bought,
  c1,
  c2,
  cancelled,
  cancelledAtAmilon,
  completed,
  conflictFound,
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
  started,
  t,
  uncertain,
} from './fixtures.ts';
import { placed } from './given.ts';

const conflict = conflictFound(70, { rows: otherRows });
const done = [...bought, delivered(3, c1, c2, m1), completed(3)];
const duplicate = [...inFlight, uncertain(1, 'duplicate', 2)];
const asked = (seconds: number): OrderEvent => ({ type: 'OrderReconciliationRequested', at: t(seconds) });
const exhausted = [
  ...afterTimeout,
  started(2, 140),
  uncertain(2, 'timeout', 201),
  started(3, 280),
  uncertain(3, 'timeout', 341),
];

const steps = (history: readonly OrderEvent[]) => next(placed(...history), defaultPolicy);

describe('the next step (design 11)', () => {
  it.each<[what: string, history: readonly OrderEvent[], notBefore: number, since: number]>([
    ['a new order', [requested], 0, 0],
    ['a deferred one, when it said', [requested, deferred('circuit_open', 1)], 31, 0],
    ['one on hold: it resumes by itself', [requested, deferred('contract', 1)], 31, 0],
    ['one whose attempt did not buy', [...inFlight, deferred('not_sent', 2, 1)], 32, 0],
  ])('submits %s', (_what, history, notBefore, since) => {
    expect(steps(history)).toEqual({ do: 'submit', notBefore: t(notBefore), since: t(since) });
  });

  it.each<[what: string, history: readonly OrderEvent[], notBefore: number, since: number]>([
    ['an attempt in flight once its answer is late', inFlight, 16, 1],
    ['an uncertain attempt soon', afterTimeout, 63, 61],
    ['a second attempt once its answer is late', [...afterTimeout, started(2, 140)], 155, 140],
    ['a duplicate soon', duplicate, 4, 2],
    ['an exhausted one still', exhausted, 343, 341],
    ['a conflict that nothing was posted for', [requested, conflict], 10, 0],
    ['a conflict after an attempt', [...afterTimeout, conflict], 63, 61],
    ['a bought order after a second', bought, 3, 2],
    ['a partly delivered one', [...bought, delivered(3, c1)], 3, 2],
    ['a completed one for late pins and revocations', done, 603, 3],
    ['one that failed after the purchase', [...bought, failedAtAmilon(9)], 69, 9],
    ['one that was cancelled after the purchase', [...bought, cancelledAtAmilon(9)], 69, 9],
    ['one that was settled as purchased', [...afterTimeout, resolved('purchased', 300)], 301, 300],
  ])('reads %s', (_what, history, notBefore, since) => {
    expect(steps(history)).toEqual({ do: 'read', notBefore: t(notBefore), since: t(since) });
  });

  it.each<[what: string, history: readonly OrderEvent[]]>([
    ['a rejected order', [...inFlight, rejected(1, 2)]],
    ['a cancelled one', [requested, cancelled(1)]],
    ['one that was settled as not purchased', [...afterTimeout, resolved('not_purchased', 300)]],
    ['an erased one', [...done, erased(9), asked(10)]],
  ])('is nothing for %s', (_what, history) => {
    expect(steps(history)).toEqual({ do: 'nothing' });
    expect(nextPoll(placed(...history), defaultPolicy, t(9), 0.5)).toBe('never');
  });

  it('is nothing where there is no order', () => {
    expect(next(noOrder, defaultPolicy)).toEqual({ do: 'nothing' });
    expect(nextPoll(noOrder, defaultPolicy, t(9), 0.5)).toBe('never');
  });

  it.each<[what: string, history: readonly OrderEvent[]]>([
    ['a bought order', bought],
    ['a completed one', done],
    ['one that failed after the purchase', [...bought, failedAtAmilon(9)]],
    ['an exhausted one', exhausted],
    ['a rejected one: Amilon may hold it all the same', [...inFlight, rejected(1, 2)]],
  ])('reads %s when a person asks', (_what, history) => {
    expect(steps([...history, asked(400)])).toEqual({ do: 'read', notBefore: t(400), since: t(400) });
  });

  it('forgets that a person asked once the order has moved on', () => {
    expect(steps([...inFlight, asked(5), created(6)])).toEqual(steps([...inFlight, created(6)]));
    expect(steps([requested, asked(5)])).toEqual(steps([requested]));
  });
});

describe('trap 3: posting again after a read that found nothing', () => {
  const from = (...history: readonly OrderEvent[]) => mayPostFrom(placed(...history), defaultPolicy);

  it('is allowed from the end of the quiet time, or when a deferral said', () => {
    expect(from(...afterTimeout)).toBe(t(136));
    expect(from(...afterTimeout, deferred('circuit_open', 140))).toBe(t(170));
    expect(from(...exhausted)).toBe(t(415));
  });

  it('is never allowed after a duplicate, a refusal, a conflict, or for another status', () => {
    const refused = [...afterTimeout, started(2, 140), uncertain(2, 'refused', 141)];
    const never = [duplicate, refused, [...afterTimeout, conflict], [requested], bought].map((history) =>
      from(...history),
    );
    expect(never).toEqual([undefined, undefined, undefined, undefined, undefined]);
    expect(mayPostFrom(noOrder, defaultPolicy)).toBeUndefined();
  });
});

describe('trap 18: the poll after one that brought nothing', () => {
  /** Seconds until the next poll, without jitter. */
  const pause = (history: readonly OrderEvent[], now: number): number | string => {
    const poll = nextPoll(placed(...history), defaultPolicy, t(now), 0.5);
    return poll === 'never' ? poll : (Date.parse(poll) - Date.parse(t(now))) / SECOND;
  };
  const [minute, hour, day] = [MINUTE / SECOND, HOUR / SECOND, DAY / SECOND];

  it('of a bought order is after 1 s, 3 s, then every 10 s until 5 min, then slower up to an hour, for ever', () => {
    const at = [2, 3, 5, 100, 301, 302, 902, 2 + day, 2 + 300 * day].map((now) => pause(bought, now));
    expect(at).toEqual([1, 2, 10, 10, 10, minute, 3 * minute, hour, hour]);
  });

  it('of a partly delivered order is the same', () => {
    expect(pause([...bought, delivered(3, c1)], 100)).toBe(10);
  });

  it('is quick again after a person asked', () => {
    expect([2, 4, 100, 300].map((after) => pause([...bought, asked(day)], day + after))).toEqual([1, 10, 10, minute]);
  });

  it('of a completed order is at 10 min, 1 h and 24 h, then never', () => {
    const at = [603, 700, 3603, 3 + day].map((now) => pause(done, now));
    expect(at).toEqual([3000, 2903, day - 3600, 'never']);
  });

  it.each([
    ['failed', failedAtAmilon(9)],
    ['cancelled', cancelledAtAmilon(9)],
  ] as const)('trap 15: of an order that was bought and %s is slow, for 30 days', (_ended, end) => {
    const at = [69, 9 + hour, 9 + 30 * day, 10 + 30 * day].map((now) => pause([...bought, end], now));
    expect(at).toEqual([minute, 12 * minute, hour, 'never']);
  });

  it('of an uncertain order is every 10 s, and at the moment when it may be posted again', () => {
    expect([70, 130, 140].map((now) => pause(afterTimeout, now))).toEqual([10, 6, 10]);
  });

  it.each<[what: string, history: readonly OrderEvent[]]>([
    ['exhausted', exhausted],
    ['a duplicate', duplicate],
    ['a conflict', [...afterTimeout, conflict]],
  ])('of an order that is %s is slow, for ever', (_is, history) => {
    expect([71, 911, 11 + day, 11 + 300 * day].map((now) => pause(history, now))).toEqual([
      minute,
      3 * minute,
      hour,
      hour,
    ]);
  });

  it('of an exhausted order gets no quicker by another attempt, but when a person asks', () => {
    const again = [...exhausted, started(4, 9_000), uncertain(4, 'timeout', 9_060)];
    expect(pause(again, 11 + 3 * hour)).toBe(36 * minute);
    expect(pause([...again, asked(11 + 3 * hour)], 71 + 3 * hour)).toBe(minute);
  });

  it('of an uncertain order that nobody can tell of for 5 min is slow, and still posts when it may', () => {
    const late: OrderEvent = {
      type: 'OrderDelayed',
      at: t(311),
      progress: 'unknown',
      upstreamStatus: 'x',
      delivered: 0,
    };
    expect([pause([...afterTimeout, late], 311), pause([...afterTimeout, late], 11 + day)]).toEqual([minute, hour]);
    const again = [...afterTimeout, late, started(2, 400), uncertain(2, 'timeout', 461)];
    expect(pause(again, 471)).toBe(64);
  });

  it('of a conflict before any attempt is slow', () => {
    expect(pause([requested, conflict], 60)).toBe(minute);
  });

  it('of a rejected order that a person asked about is none: once is enough', () => {
    expect(pause([...inFlight, rejected(1, 2), asked(400)], 401)).toBe('never');
  });

  it('of an order that meanwhile waits to be submitted is when it may be', () => {
    expect(pause([requested, deferred('circuit_open', 1)], 1)).toBe(30);
  });

  it('is spread by ±10 %', () => {
    const poll = (jitter: number) => nextPoll(placed(...bought), defaultPolicy, t(100), jitter);
    expect([poll(0), poll(1)]).toEqual([t(109), t(111)]);
  });
});

describe('the poll after one that did not get through', () => {
  const pause = (history: readonly OrderEvent[], now: number): number | string => {
    const poll = nextAfterFailedRead(placed(...history), defaultPolicy, t(now), 0.5);
    return poll === 'never' ? poll : (Date.parse(poll) - Date.parse(t(now))) / SECOND;
  };
  const [minute, hour, day] = [MINUTE / SECOND, HOUR / SECOND, DAY / SECOND];

  it('of a completed order is soon: none of the few reads that are left is lost', () => {
    expect([603, 3 + hour, 3 + day, 3 + 9 * day].map((now) => pause(done, now))).toEqual([
      2 * minute,
      12 * minute,
      hour,
      hour,
    ]);
  });

  it.each<[what: string, history: readonly OrderEvent[]]>([
    ['a completed order', done],
    ['an exhausted one', exhausted],
    ['a duplicate', duplicate],
    ['a rejected one', [...inFlight, rejected(1, 2)]],
  ])('of %s that a person asked about is at the quick pace', (_what, history) => {
    expect([500, 502, 510].map((now) => pause([...history, asked(500)], now))).toEqual([1, 1, 10]);
  });

  it('is no longer than a month tried for the few that are left; an order in doubt is read for ever', () => {
    const month = 30 * day;
    expect([3 + month, 4 + month].map((now) => pause(done, now))).toEqual([hour, 'never']);
    expect([done, exhausted].map((history) => pause([...history, asked(500)], 501 + month))).toEqual(['never', hour]);
  });

  it('of every other order is as after one that brought nothing', () => {
    for (const history of [bought, afterTimeout, exhausted, [...bought, failedAtAmilon(9)], [requested]]) {
      expect(nextAfterFailedRead(placed(...history), defaultPolicy, t(900), 0.5)).toBe(
        nextPoll(placed(...history), defaultPolicy, t(900), 0.5),
      );
    }
    expect(nextAfterFailedRead(noOrder, defaultPolicy, t(9), 0.5)).toBe('never');
  });
});
