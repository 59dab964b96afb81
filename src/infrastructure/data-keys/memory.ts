import { randomUUID } from 'node:crypto';
import type { DataKeys, WrappedKey } from '../../application/ports/data-keys.ts';
import type { OrderId } from '../../domain/shared/ids.ts';

/** Data keys for tests and simulations. */
export const createMemoryDataKeys = (storeId: string = randomUUID()): DataKeys => {
  const keys = new Map<OrderId, WrappedKey | 'destroyed'>();
  return {
    storeId,
    createOnce: async (order, key) => {
      const kept = keys.get(order) ?? key;
      keys.set(order, kept);
      return kept;
    },
    get: async (orders) =>
      new Map(
        orders.flatMap((order) => {
          const kept = keys.get(order);
          return kept === undefined ? [] : [[order, kept] as const];
        }),
      ),
    rewrap: async (order, from, to) => {
      const kept = keys.get(order);
      if (kept === undefined || kept === 'destroyed') return false;
      if (kept.kekId !== from.kekId || kept.box !== from.box) return false;
      keys.set(order, to);
      return true;
    },
    destroy: async (order) => {
      keys.set(order, 'destroyed');
    },
    close: async () => undefined,
  };
};
