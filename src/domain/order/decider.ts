import type { Decider } from '../shared/decider.ts';
import type { OrderCommand, OrderRefusal } from './commands.ts';
import { decide } from './decide.ts';
import type { OrderEvent } from './events.ts';
import { evolve } from './evolve.ts';
import { noOrder } from './state.ts';
import type { Order } from './state.ts';

export const orderDecider: Decider<OrderCommand, OrderEvent, Order, OrderRefusal> = {
  initial: noOrder,
  evolve,
  decide,
};
