import { describe, expect, it } from '@jest/globals';
import { attentionOf } from '../../../src/domain/order/attention.ts';
import type { OrderEvent } from '../../../src/domain/order/events.ts';
import type { UncertaintyCause, UpstreamProgress } from '../../../src/domain/order/values.ts';
import {
  adopted,
  afterTimeout,
  bought,
  c1,
  c2,
  cancelledAtAmilon,
  completed,
  conflictFound,
  deferred,
  delivered,
  eur,
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
import { placed } from './given.ts';

const attention = (...history: readonly OrderEvent[]) => attentionOf(placed(...history));

const delayed = (progress: UpstreamProgress): OrderEvent => ({
  type: 'OrderDelayed',
  at: t(310),
  progress,
  upstreamStatus: progress,
  delivered: 0,
});
const mismatch: OrderEvent = {
  type: 'OrderPriceMismatchDetected',
  at: t(9),
  expected: eur(4500),
  charged: eur(4600),
};
const conflict = conflictFound(70, { rows: otherRows });
const strange = voucher({ code: 'T1', productCode: 'unexpected' });
const all = [...bought, delivered(3, c1, c2, m1), completed(3)];

/** So many attempts that all ended so, one after the other. */
const attempts = (causes: readonly UncertaintyCause[]): readonly OrderEvent[] => [
  requested,
  ...causes.flatMap((cause, index) => [started(index + 1, 200 * index), uncertain(index + 1, cause, 200 * index + 60)]),
];

describe('what a person should look at', () => {
  it.each<[what: string, history: readonly OrderEvent[], expected: readonly string[]]>([
    ['a new order', [requested], []],
    ['an attempt in flight', inFlight, []],
    ['one uncertain attempt', afterTimeout, []],
    ['a bought order', bought, []],
    ['a completed order', all, []],
    ['a rejected order', [...inFlight, rejected(1, 2)], []],
    ['an open circuit', [requested, deferred('circuit_open', 1)], []],
    ['a rate limit', [requested, deferred('rate_limited', 1)], []],
    ['credentials that are refused', [requested, deferred('unauthorized', 1)], ['on_hold']],
    ['a contract fault', [requested, deferred('contract', 1)], ['on_hold']],
    ['a create that is not found', [...inFlight, deferred('not_found', 2, 1)], ['on_hold']],
    ['a hold beside an uncertain attempt', [...afterTimeout, deferred('unauthorized', 140)], ['on_hold']],
    ['a hold that is over', [requested, deferred('contract', 1), started(1, 31)], []],
    ['an open circuit after 5 min', [requested, deferred('circuit_open', 300)], ['on_hold']],
    ['an open circuit before', [requested, deferred('circuit_open', 299)], []],
    ['no connection for long, beside an uncertain attempt', [...afterTimeout, deferred('not_sent', 300)], ['on_hold']],
    ['a long wait that is over', [requested, deferred('circuit_open', 300), started(1, 330)], []],
    ['a delay', [...bought, delayed('in_progress')], ['delayed']],
    ['completed without vouchers', [...bought, delayed('completed')], ['delayed', 'missing_vouchers']],
    ['too few vouchers', [...bought, delivered(3, c1), delayed('completed')], ['delayed', 'missing_vouchers']],
    ['a delay that is over', [...bought, delayed('completed'), delivered(400, c1, c2, m1), completed(400)], []],
    ['a voucher taken back after completion', [...all, revoked(20, 'C1')], ['missing_vouchers']],
    ['its replacement', [...all, revoked(20, 'C1'), delivered(30, voucher({ code: 'C3' }))], []],
    ['a voucher of no line', [...bought, delivered(3, strange)], ['unexpected_vouchers']],
    ['one of no line, taken back', [...bought, delivered(3, strange), revoked(4, 'T1')], []],
    ['more than ordered', [...bought, delivered(3, c1, c2, voucher({ code: 'C3' }))], ['unexpected_vouchers']],
    ['a conflict', [...afterTimeout, conflict], ['external_id_conflict']],
    ['a conflict that an answer ended', [...afterTimeout, conflict, adopted(80)], []],
    ['a conflict that a person ended', [...afterTimeout, conflict, resolved('purchased', 300)], []],
    ['another price', [...bought, mismatch], ['price_mismatch']],
    ['failed after the purchase', [...bought, failedAtAmilon(9)], ['failed_after_purchase']],
    ['cancelled after the purchase', [...bought, cancelledAtAmilon(9)], ['failed_after_purchase']],
    ['failed, then complete', [...bought, failedAtAmilon(9), delivered(10, c1, c2, m1), completed(10)], []],
    ['several', [...bought, mismatch, failedAtAmilon(400)], ['price_mismatch', 'failed_after_purchase']],
  ])('%s', (_what, history, expected) => {
    expect(attention(...history)).toEqual(expected);
  });
});

describe('submission_uncertain (retry matrix)', () => {
  it('is raised too when nobody can tell for 5 min, until the order is found', () => {
    const late = [...afterTimeout, delayed('unknown')];
    expect([attention(...late), attention(...late, started(2, 320)), attention(...late, adopted(330))]).toEqual([
      ['submission_uncertain'],
      ['submission_uncertain'],
      [],
    ]);
    expect(attention(...late, started(2, 320), uncertain(2, 'reset', 321))).toEqual(['submission_uncertain']);
  });

  it.each<[cause: UncertaintyCause, retries: number]>([
    ['timeout', 2],
    ['reset', 2],
    ['unreadable', 2],
    ['lost', 2],
    ['server_error', 3],
    ['duplicate', 0],
    ['refused', 0],
  ])('is raised when the retries after %s are exhausted: %i', (cause, retries) => {
    const uncertainAfter = (count: number) => attention(...attempts(Array.from({ length: count }, () => cause)));
    expect([uncertainAfter(retries), uncertainAfter(retries + 1)]).toEqual([[], ['submission_uncertain']]);
  });

  it('goes when the order is found', () => {
    expect(attention(...inFlight, uncertain(1, 'duplicate', 2), adopted(3))).toEqual([]);
  });
});
