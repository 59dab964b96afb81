import type { OrderSubmissionStarted } from '../domain/order/events.ts';
import { mayPostFrom, next, nextPoll } from '../domain/order/next.ts';
import type { FulfilmentPolicy } from '../domain/order/policy.ts';
import { boughtOf } from '../domain/order/state.ts';
import type { Order, PlacedOrder } from '../domain/order/state.ts';
import type { RefusalCode, UpstreamProgress } from '../domain/order/values.ts';
import type { Culture, OrderId } from '../domain/shared/ids.ts';
import { elapsed, later, plus } from '../domain/shared/instant.ts';
import type { Instant } from '../domain/shared/instant.ts';
import type { Provenance } from './command-handling.ts';
import { observeUpstream } from './observe-upstream.ts';
import type { Orders } from './orders.ts';
import type { Amilon, Submission } from './ports/amilon.ts';
import type { Clock } from './ports/clock.ts';
import type { Encryption, OrderCipher } from './ports/encryption.ts';
import { Undecodable } from './ports/errors.ts';
import type { Identifiers } from './ports/identifiers.ts';
import type { Log } from './ports/log.ts';
import { outcomeOf, retryAtOf } from './submission-outcome.ts';

export interface FulfilmentDeps {
  readonly orders: Orders;
  readonly amilon: Amilon;
  readonly encryption: Encryption;
  readonly clock: Clock;
  readonly identifiers: Identifiers;
  readonly policy: FulfilmentPolicy;
  readonly log: Log;
  /** Lines whose price in today's catalogue is above the client's `maxUnitPrice` (amilon.md trap 10). */
  readonly overpriced: (order: PlacedOrder) => Promise<readonly string[]>;
  /** An answer hints that Amilon has changed its catalogue or contract: they are synced soon (amilon.md traps 31, 40). */
  readonly resync: (subject: 'contract' | Culture) => void;
}

/**
 * When to look at the order again where nothing was recorded; `recorded`: an event was, and its projection says when.
 */
export type Looked = Instant | 'never' | 'recorded';

/**
 * Does the next step of one order: submits it, or reads it at Amilon (design 11). Whoever calls it twice costs a
 * repeated read, never money: every POST is preceded by its own OrderSubmissionStarted at the version read.
 * @throws Unavailable, Undecodable, BrokenChain: nothing was sent after an uncertain write-ahead.
 */
export const createFulfilment =
  (deps: FulfilmentDeps) =>
  async (orderId: OrderId): Promise<Looked> => {
    const { state: order } = await deps.orders.load(orderId);
    const step = next(order, deps.policy);
    const now = deps.clock.now();
    if (order.status === 'none' || step.do === 'nothing') return 'never';
    if (step.notBefore > now) return step.notBefore;
    const cipher = await deps.encryption.open(orderId);
    if (cipher === 'destroyed') return 'never'; // Erased: nothing could be kept.
    if (cipher === 'absent') throw new Undecodable(`order ${orderId} has no data key: the store of keys is older`);
    const context = { ...deps, orderId, cipher, provenance: provenanceOf(orderId) };
    return step.do === 'submit' ? submit(context, order) : read(context, order);
  };

interface Context extends FulfilmentDeps {
  readonly orderId: OrderId;
  readonly cipher: OrderCipher;
  readonly provenance: Provenance;
}

const provenanceOf = (orderId: OrderId): Provenance => ({
  actor: { type: 'service', id: 'fulfilment' },
  correlation: orderId,
  causation: orderId,
});

/** What Amilon is asked for; also what its answers are read with. */
const submissionOf = (order: PlacedOrder): Submission => ({
  externalOrderId: order.request.externalOrderId,
  lines: order.request.lines.map(({ productCode, quantity, merchantId, unitPrice }) => {
    return { productCode, quantity, merchantId, unitPrice };
  }),
});

const submit = async (context: Context, order: PlacedOrder): Promise<Looked> => {
  const { orders, orderId, amilon, policy, provenance } = context;
  const overpriced = await context.overpriced(order);
  if (overpriced.length > 0) return keepFromBuying(context, order, overpriced);
  const ready = await amilon.ready();
  if (ready !== 'ready') return defer(context, order, ready);
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
  if (attempt !== undefined) await send(context, order, attempt);
  return 'recorded';
};

/** An order above its client's price is cancelled, or, where it may have been bought already, only read. */
const keepFromBuying = async (context: Context, order: PlacedOrder, overpriced: readonly string[]): Promise<Looked> => {
  if (order.status !== 'pending') return pollAgain(context, order);
  const { orders, orderId, provenance } = context;
  const reason = `price above maxUnitPrice: ${overpriced.join(', ')}`;
  await orders.handle(orderId, (at) => ({ type: 'CancelOrder', at, by: 'service', reason }), provenance);
  return 'recorded';
};

/** The one place that spends money; its write-ahead is recorded. */
const send = async (context: Context, order: PlacedOrder, attempt: OrderSubmissionStarted): Promise<void> => {
  const { orders, orderId, amilon, clock, identifiers, cipher, provenance } = context;
  const answer = await amilon.create(submissionOf(order), attempt.sendBefore);
  const outcome = outcomeOf(answer, order, { now: clock.now(), random: identifiers.random(), cipher });
  await orders.handle(
    orderId,
    (at) => ({ type: 'RecordSubmission', at, attempt: attempt.attempt, outcome }),
    provenance,
  );
  if (outcome.is === 'refused' && catalogueRefusals.has(outcome.code)) context.resync(order.request.culture);
  if (outcome.is === 'not_bought' && outcome.reason === 'contract') context.resync('contract');
};

const catalogueRefusals: ReadonlySet<RefusalCode> = new Set<RefusalCode>([
  'product_not_orderable',
  'product_unavailable',
  'quantity_out_of_range',
]);

const defer = async (
  context: Context,
  order: PlacedOrder,
  { why, retryAfter }: Exclude<Awaited<ReturnType<Amilon['ready']>>, 'ready'>,
): Promise<Looked> => {
  const reason = why === 'no_token' ? 'not_sent' : why;
  const random = context.identifiers.random();
  const retryAt = retryAtOf(order, reason, context.clock.now(), { random, retryAfter });
  const { orders, orderId, provenance } = context;
  const handled = await orders.handle(orderId, (at) => ({ type: 'DeferSubmission', at, reason, retryAt }), provenance);
  return handled.accepted && handled.events.length > 0 ? 'recorded' : retryAt;
};

const read = async (context: Context, order: PlacedOrder): Promise<Looked> => {
  const { orders, orderId, amilon, provenance } = context;
  const asked = context.clock.now();
  const answer = await amilon.read(submissionOf(order));
  switch (answer.is) {
    case 'found': {
      const seen = observeUpstream(answer.order, context.cipher);
      const handled = await orders.handle(orderId, (at) => ({ type: 'RecordRead', at, order: seen }), provenance);
      if (handled.accepted && handled.events.length > 0) return 'recorded';
      return noNews(context, handled.state, seen.progress, seen.upstreamStatus);
    }
    case 'absent': {
      const from = mayPostFrom(order, context.policy);
      // What was asked within the quiet time proves nothing, however late the answer comes.
      if (from !== undefined && from <= asked) return submit(context, order);
      return noNews(context, order, 'absent', 'not found');
    }
    case 'unavailable': {
      const poll = pollAgain(context, order);
      const { retryAfter } = answer;
      return retryAfter === undefined || poll === 'never' ? poll : later(poll, plus(context.clock.now(), retryAfter));
    }
  }
};

/** A poll without news writes nothing, until the order counts as delayed (amilon.md trap 18). */
const noNews = async (
  context: Context,
  order: Order,
  progress: UpstreamProgress,
  upstreamStatus: string,
): Promise<Looked> => {
  const bought = order.status === 'none' ? undefined : boughtOf(order);
  const late = bought !== undefined && elapsed(bought.at, context.clock.now()) >= context.policy.delayedAfter;
  if (late) {
    const { orders, orderId, provenance } = context;
    const handled = await orders.handle(
      orderId,
      (at) => ({ type: 'RecordDelay', at, progress, upstreamStatus }),
      provenance,
    );
    if (handled.accepted && handled.events.length > 0) return 'recorded';
  }
  return pollAgain(context, order);
};

const pollAgain = ({ policy, clock, identifiers }: Context, order: Order): Instant | 'never' =>
  nextPoll(order, policy, clock.now(), identifiers.random());
