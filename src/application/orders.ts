import type { OrderCommand, OrderRefusal } from '../domain/order/commands.ts';
import { orderDecider } from '../domain/order/decider.ts';
import type { OrderEvent } from '../domain/order/events.ts';
import { purchaseOf } from '../domain/order/state.ts';
import type { Order } from '../domain/order/state.ts';
import type { OrderId } from '../domain/shared/ids.ts';
import type { Instant } from '../domain/shared/instant.ts';
import { handleCommand, loadStream } from './command-handling.ts';
import type { Aggregate, CommandHandlingDeps, Handled, Folded, Provenance } from './command-handling.ts';
import type { StreamId } from './ports/event-store.ts';

export const orderStream = (id: OrderId): StreamId => `order-${id}` as StreamId;

const orderAggregate: Aggregate<OrderCommand, OrderEvent, Order, OrderRefusal> = {
  ...orderDecider,
  stamp: (order) => {
    if (order.status === 'none') return undefined;
    const { externalOrderId, reference, userId } = order.request;
    return {
      externalOrderId,
      ...(reference === undefined ? {} : { reference }),
      ...(userId === undefined ? {} : { userId }),
      status: order.status,
      purchase: purchaseOf(order),
    };
  },
};

type HandledOrder = Handled<Order, OrderEvent, OrderRefusal>;

/** Orders as aggregates: an order changes only by a command here. */
export interface Orders {
  /** @throws Undecodable, BrokenChain, Unavailable */
  load(id: OrderId): Promise<Folded<Order>>;
  /** @throws Unavailable when the outcome of the append is unknown. */
  handle(
    id: OrderId,
    command: (at: Instant, order: Order, version: number) => OrderCommand,
    provenance: Provenance,
  ): Promise<HandledOrder>;
}

/** Orders over the event store. */
export const createOrders = (deps: CommandHandlingDeps): Orders => ({
  load: (id) => loadStream(deps, orderStream(id), orderAggregate),
  handle: (id, command, provenance) =>
    handleCommand(deps, { stream: orderStream(id), aggregate: orderAggregate }, command, provenance),
});
