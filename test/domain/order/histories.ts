import fc from 'fast-check';
import type { ObservedOrder, ObservedVoucher, OrderCommand } from '../../../src/domain/order/commands.ts';
import { decide } from '../../../src/domain/order/decide.ts';
import type { OrderEvent } from '../../../src/domain/order/events.ts';
import { evolve } from '../../../src/domain/order/evolve.ts';
import { QUIET_TIME } from '../../../src/domain/order/policy.ts';
import { noOrder } from '../../../src/domain/order/state.ts';
import type { Order } from '../../../src/domain/order/state.ts';
import type { DeferralReason, UncertaintyCause, UpstreamProgress } from '../../../src/domain/order/values.ts';
import { plus } from '../../../src/domain/shared/instant.ts';
import type { Instant } from '../../../src/domain/shared/instant.ts';
import {
  answer,
  cinema,
  coffee,
  eur,
  idOf,
  noFunds,
  otherRows,
  outcome,
  request,
  rows,
  shown,
  start,
  t,
  voucher,
} from './fixtures.ts';

/** A command without its time: the history gives it one, never before the last event. */
type Timeless = (at: Instant) => OrderCommand;

export interface Step {
  readonly wait: number;
  readonly command: Timeless;
}

/** What one command did, between two states. */
export interface Move {
  readonly before: Order;
  readonly command: OrderCommand;
  readonly events: readonly OrderEvent[];
  readonly after: Order;
}

const progress = fc.constantFrom<UpstreamProgress>(
  'in_progress',
  'completed',
  'failed',
  'cancelled',
  'unknown',
  'absent',
);

/** The vouchers of a small shop: codes, links, pins that come late, links that are shared, products of any kind. */
export const anyVoucher: fc.Arbitrary<ObservedVoucher> = fc
  .record({
    code: fc.constantFrom(undefined, 'C1', 'C2', 'C3', 'M1'),
    url: fc.constantFrom(undefined, 'U1', 'U2', 'U3'),
    pin: fc.constantFrom(undefined, 'P1', 'P2'),
    productCode: fc.constantFrom(coffee, cinema, 'unexpected' as const),
    revoked: fc.boolean(),
  })
  .filter(({ code, url }) => code !== undefined || url !== undefined)
  .map(({ code, url, pin, productCode, revoked }) =>
    shown(
      voucher({
        productCode,
        ...(code === undefined ? {} : { code }),
        ...(url === undefined ? {} : { url }),
        ...(pin === undefined ? {} : { pin }),
      }),
      revoked,
    ),
  );

export const anyAnswer: fc.Arbitrary<ObservedOrder> = fc
  .record({
    progress,
    upstreamStatus: fc.constantFrom('Pending', 'Processing', 'Failed'),
    rows: fc.constantFrom(undefined, rows, rows, rows, otherRows),
    codes: fc.constantFrom(undefined, 3, 9),
    total: fc.constantFrom(undefined, eur(4500), eur(4600), eur(4700)),
    vouchers: fc.array(anyVoucher, { maxLength: 6 }),
  })
  .map(({ rows: told, codes, total, ...rest }) => {
    const { rows: _ours, ...bare } = answer(rest);
    return {
      ...bare,
      ...(told === undefined ? {} : { rows: told }),
      ...(codes === undefined ? {} : { codes }),
      ...(total === undefined ? {} : { total }),
    };
  });

const cause = fc.constantFrom<UncertaintyCause>('timeout', 'reset', 'server_error', 'unreadable');
const reason = fc.constantFrom<DeferralReason>('too_late', 'not_sent', 'unauthorized', 'rate_limited', 'contract');

const anyOutcome = fc.oneof(
  anyAnswer.map((order) => ({ is: 'created', order }) as const),
  fc.constant({ is: 'duplicate' } as const),
  fc.constant({ is: 'refused', ...noFunds } as const),
  cause.map((why) => ({ is: 'unknown', cause: why }) as const),
  reason.map((why) => ({ is: 'not_bought', reason: why, retryAt: t(30) }) as const),
);

const anyCommand: fc.Arbitrary<Timeless> = fc.oneof(
  { arbitrary: fc.constant<Timeless>((at) => ({ ...start(0), at, sendBefore: plus(at, 10_000) })), weight: 6 },
  {
    arbitrary: fc
      .record({ attempt: fc.integer({ min: 1, max: 3 }), result: anyOutcome })
      .map(({ attempt, result }): Timeless => (at) => ({ ...outcome(attempt, 0, result), at })),
    weight: 6,
  },
  { arbitrary: anyAnswer.map((order): Timeless => (at) => ({ type: 'RecordRead', at, order })), weight: 4 },
  reason.map((why): Timeless => (at) => ({ type: 'DeferSubmission', at, reason: why, retryAt: plus(at, 30_000) })),
  progress.map((now): Timeless => (at) => ({ type: 'RecordDelay', at, progress: now, upstreamStatus: now })),
  fc
    .constantFrom('C1', 'U1')
    .map((label): Timeless => (at) => ({ type: 'RecordReveal', at, voucherId: idOf(label), reason: 'asked' })),
  fc
    .constantFrom('client' as const, 'service' as const)
    .map((by): Timeless => (at) => ({ type: 'CancelOrder', at, by, reason: 'no' })),
  fc.constant<Timeless>((at) => ({ type: 'RequestReconciliation', at })),
  fc.constantFrom('purchased' as const, 'not_purchased' as const).map((purchase): Timeless => (at) => ({
    type: 'ResolveOrder',
    at,
    purchase,
    reason: 'asked',
    quietTime: QUIET_TIME,
  })),
  fc.constant<Timeless>((at) => ({ type: 'EraseOrder', at })),
  fc.constantFrom('body-1', 'body-2').map(
    (mac): Timeless =>
      (at) =>
        request({ at, body: { keyId: 'k1', mac } }),
  ),
);

/** A few seconds most of the time, sometimes longer than the quiet time or than anyone waits. */
const anyWait = fc.constantFrom(0, 1, 5, 60, 140, 400, 31 * 24 * 3600);
export const anySteps = fc.array(fc.record({ wait: anyWait, command: anyCommand }), { maxLength: 25 });

/** Runs the commands one after the other on a new order: what they record is a legal history, and only that is. */
export const play = (steps: readonly Step[]): readonly Move[] => {
  let at = t(0);
  let order = noOrder;
  const moves: Move[] = [];
  for (const { wait, command } of [{ wait: 0, command: (now: Instant) => request({ at: now }) }, ...steps]) {
    at = plus(at, wait * 1_000);
    const decided = decide(command(at), order);
    const events = decided.accepted ? decided.events : [];
    const after = events.reduce(evolve, order);
    moves.push({ before: order, command: command(at), events, after });
    order = after;
  }
  return moves;
};
