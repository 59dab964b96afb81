import { expect } from '@jest/globals';
import type { OrderCommand, OrderRefusal } from '../../../src/domain/order/commands.ts';
import { orderDecider } from '../../../src/domain/order/decider.ts';
import type { OrderEvent } from '../../../src/domain/order/events.ts';
import type { Order, PlacedOrder } from '../../../src/domain/order/state.ts';

const { initial, evolve, decide } = orderDecider;

export const fold = (...events: readonly OrderEvent[]): Order => events.reduce(evolve, initial);

/** The fold of a history that begins with OrderRequested. */
export const placed = (...events: readonly OrderEvent[]): PlacedOrder => {
  const order = fold(...events);
  if (order.status === 'none') throw new TypeError('the history has no first event');
  return order;
};

/** `given(events).when(command).then(events)`: whole lists, compared exactly. */
export const given = (...history: readonly OrderEvent[]) => ({
  when: (command: OrderCommand) => {
    const decision = decide(command, fold(...history));
    return {
      then: (...events: readonly OrderEvent[]): void => {
        expect(decision).toEqual({ accepted: true, events });
      },
      thenNothing: (): void => {
        expect(decision).toEqual({ accepted: true, events: [] });
      },
      refuses: (refusal: OrderRefusal): void => {
        expect(decision).toEqual({ accepted: false, refusal });
      },
      /** The command is accepted, and asked again on what it recorded, it records nothing more. */
      onlyOnce: (): void => {
        const recorded = decision.accepted ? decision.events : [];
        expect(recorded).not.toEqual([]);
        expect(decide(command, fold(...history, ...recorded))).toEqual({ accepted: true, events: [] });
      },
    };
  },
});
