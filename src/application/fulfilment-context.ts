import { dueAt, nextAfterFailedRead, nextPoll } from '../domain/order/next.ts';
import type { FulfilmentPolicy } from '../domain/order/policy.ts';
import type { Order, PlacedOrder } from '../domain/order/state.ts';
import type { Culture, OrderId } from '../domain/shared/ids.ts';
import type { Instant } from '../domain/shared/instant.ts';
import type { Provenance } from './command-handling.ts';
import type { Orders } from './orders.ts';
import type { Amilon, Submission } from './ports/amilon.ts';
import type { Clock } from './ports/clock.ts';
import type { Encryption, OrderCipher } from './ports/encryption.ts';
import type { Identifiers } from './ports/identifiers.ts';
import type { Log } from './ports/log.ts';

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

/** When to look at the order again. Its projection says the same where something was recorded, unless it is parked. */
export type Looked = Instant | 'never';

/** One step of one order. */
export interface Step extends FulfilmentDeps {
  readonly orderId: OrderId;
  readonly cipher: OrderCipher;
  readonly provenance: Provenance;
}

/** What Amilon is asked for; also what its answers are read with. */
export const submissionOf = (order: PlacedOrder): Submission => ({
  externalOrderId: order.request.externalOrderId,
  lines: order.request.lines.map(({ productCode, quantity, merchantId, unitPrice }) => {
    return { productCode, quantity, merchantId, unitPrice };
  }),
});

/** After something was recorded, here or by another instance that was quicker. */
export const lookAfter = ({ policy, clock }: Step, order: Order): Looked => dueAt(order, policy, clock.now());

/** After nothing was. */
export const pollAgain = ({ policy, clock, identifiers }: Step, order: Order): Looked =>
  nextPoll(order, policy, clock.now(), identifiers.random());

/** After a read that did not get through. */
export const tryAgain = ({ policy, clock, identifiers }: Step, order: Order): Looked =>
  nextAfterFailedRead(order, policy, clock.now(), identifiers.random());
