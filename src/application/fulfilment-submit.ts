import type { SubmissionOutcome } from '../domain/order/commands.ts';
import type { OrderEvent, OrderSubmissionStarted } from '../domain/order/events.ts';
import { mayPostFrom } from '../domain/order/next.ts';
import { retryMatrix } from '../domain/order/retry-matrix.ts';
import { isOnHold } from '../domain/order/state.ts';
import type { Order, PlacedOrder } from '../domain/order/state.ts';
import type { RefusalCode } from '../domain/order/values.ts';
import { plus } from '../domain/shared/instant.ts';
import type { Ms } from '../domain/shared/instant.ts';
import { lookAfter, submissionOf } from './fulfilment-context.ts';
import type { Looked, Step } from './fulfilment-context.ts';
import { ABSENT, noNews } from './fulfilment-no-news.ts';
import type { Readiness } from './ports/amilon.ts';
import { outcomeOf, retryAtOf, rowOf } from './submission-outcome.ts';

/** Buys the order, where its price and Amilon's state allow that now; every POST has its own write-ahead. */
export const submitOrder = async (step: Step, order: PlacedOrder): Promise<Looked> => {
  const { orders, orderId, amilon, policy, provenance } = step;
  const overpriced = await step.overpriced(order);
  if (overpriced.length > 0) return keepFromBuying(step, order, overpriced);
  const ready = await amilon.ready();
  if (ready !== 'ready') return defer(step, order, ready);
  const after = order.attempts.length;
  const started = await orders.handle(
    orderId,
    (at) => {
      const sendBefore = plus(at, policy.sendWindow);
      return { type: 'StartSubmission', at, sendBefore, quietTime: policy.quietTime, after };
    },
    provenance,
  );
  const events = started.accepted ? started.events : []; // Refused: another instance was quicker.
  const attempt = events.find((event) => event.type === 'OrderSubmissionStarted');
  return lookAfter(step, attempt === undefined ? started.state : await send(step, order, attempt));
};

/** An order above its client's price is cancelled, or, where it may have been bought already, only read. */
const keepFromBuying = async (step: Step, order: PlacedOrder, overpriced: readonly string[]): Promise<Looked> => {
  if (order.status !== 'pending') return noNews(step, order, ABSENT);
  const { orders, orderId, provenance } = step;
  const reason = `price above maxUnitPrice: ${overpriced.join(', ')}`;
  const { state } = await orders.handle(
    orderId,
    (at) => ({ type: 'CancelOrder', at, by: 'service', reason }),
    provenance,
  );
  return lookAfter(step, state);
};

/** The one place that spends money; its write-ahead is recorded. @returns the order after the outcome. */
const send = async (
  step: Step,
  order: PlacedOrder,
  { attempt, sendBefore }: OrderSubmissionStarted,
): Promise<Order> => {
  const { orders, orderId, amilon, clock, identifiers, cipher, provenance } = step;
  const answer = await amilon.create(submissionOf(order), sendBefore);
  const outcome = outcomeOf(answer, order, { now: clock.now(), random: identifiers.random(), cipher });
  const handled = await orders.handle(
    orderId,
    (at) => ({ type: 'RecordSubmission', at, attempt, outcome }),
    provenance,
  );
  report(step, { attempt, outcome, events: handled.accepted ? handled.events : [] });
  if (outcome.is === 'refused' && catalogueRefusals.has(outcome.code)) step.resync(order.request.culture);
  if (outcome.is === 'not_bought' && outcome.reason === 'contract') step.resync('contract');
  const asked = answer.is === 'unknown' ? answer.retryAfter : undefined;
  return asked === undefined ? handled.state : waitAsAsked(step, handled.state, asked);
};

/** Where Amilon asks for more than the quiet time: the next POST waits for it, the reads before it do not. */
const waitAsAsked = async (step: Step, order: Order, retryAfter: Ms): Promise<Order> => {
  const { orders, orderId, clock, policy, provenance } = step;
  const retryAt = plus(clock.now(), retryAfter);
  const from = mayPostFrom(order, policy);
  if (from === undefined || from >= retryAt) return order;
  const { state } = await orders.handle(
    orderId,
    (at) => ({ type: 'DeferSubmission', at, reason: 'rate_limited', retryAt }),
    provenance,
  );
  return state;
};

const catalogueRefusals: ReadonlySet<RefusalCode> = new Set<RefusalCode>([
  'product_not_orderable',
  'product_unavailable',
  'quantity_out_of_range',
]);

const messages: { readonly [I in Exclude<SubmissionOutcome['is'], 'created'>]: string } = {
  duplicate: 'Amilon has the order already: it is read',
  unknown: 'nobody knows whether the order was bought: it is read',
  not_bought: 'the order was not bought, and is tried again',
  refused: 'Amilon refused the order',
};

interface Sent {
  readonly attempt: number;
  readonly outcome: SubmissionOutcome;
  readonly events: readonly OrderEvent[];
}

const report = ({ log, orderId }: Step, { attempt, outcome, events }: Sent): void => {
  if (outcome.is === 'created') return;
  const row = rowOf(outcome);
  // A refusal is an end like any other; one that proves nothing is not.
  const doubtful = row === 'refused' && events.some(({ type }) => type === 'OrderSubmissionUncertain');
  log[doubtful ? 'warn' : retryMatrix[row].log]({ orderId, attempt, outcome: row }, messages[outcome.is]);
};

/** Amilon cannot be sent anything now, which is recorded once, and again when it lasts. */
const defer = async (
  step: Step,
  order: PlacedOrder,
  { why, retryAfter }: Exclude<Readiness, 'ready'>,
): Promise<Looked> => {
  const reason = why === 'no_token' ? 'not_sent' : why;
  const random = step.identifiers.random();
  const retryAt = retryAtOf(order, reason, step.clock.now(), { random, retryAfter });
  const { orders, orderId, provenance, log } = step;
  const handled = await orders.handle(orderId, (at) => ({ type: 'DeferSubmission', at, reason, retryAt }), provenance);
  if (!handled.accepted || handled.events.length === 0) return retryAt;
  const held = handled.state.status !== 'none' && isOnHold(handled.state);
  log[held ? 'error' : 'warn']({ orderId, reason, retryAt }, 'the order cannot be submitted now, and is tried again');
  return lookAfter(step, handled.state);
};
