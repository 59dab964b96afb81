import type { OrderId } from '../../domain/shared/ids.ts';
import type { Instant } from '../../domain/shared/instant.ts';
import type { Order } from '../../domain/order/state.ts';
import type { Owner, Sink } from './consumers.ts';
import type { Versioned, Write } from './read-models.ts';

/** An order that fulfilment will look at, and when; `never` once nothing is left to do. */
export interface DueOrder {
  readonly nextAt: Instant | 'never';
  readonly order: Order;
}

/** A wake-up, never a truth: losing one costs a repeated read, not money (design 11). */
export interface DueOrders {
  /**
   * Takes up to `max` orders with `nextAt ≤ now` and moves their `nextAt` to `until`, the end of the lease.
   * No two callers get the same order. @throws Unavailable
   */
  claim(max: number, now: Instant, until: Instant, owner: Owner): Promise<readonly OrderId[]>;
  /** Sets when to look again, if the owner still has the claim and no newer event was projected meanwhile. */
  postpone(id: OrderId, owner: Owner, to: Instant | 'never'): Promise<void>;
  /** Makes an order due now, whoever has it. Unknown orders are ignored. */
  wake(id: OrderId, now: Instant): Promise<void>;
  /** The earliest `nextAt`; `undefined` where nothing is due ever. */
  earliest(): Promise<Instant | undefined>;
}

/** The queue with the sink that fills it: keyed by order id; a kept document ends any claim. */
export interface OpenDueOrders {
  readonly dueOrders: DueOrders;
  readonly sink: Sink<Versioned<DueOrder>, Write<DueOrder>>;
  close(): Promise<void>;
}
