import type { EventId } from '../../application/ports/event-store.ts';
import type { Identifiers } from '../../application/ports/identifiers.ts';
import { orderIdOf } from './order-id.ts';

/** Mulberry32: the same numbers, 0 ≤ x < 1, for the same seed. */
const numbersFrom = (seed: number) => {
  let state = seed | 0;
  return (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
};

/** Ids and numbers that are the same in every run with the same seed; for tests and the simulation. */
export const createSeededIdentifiers = (seed: number): Identifiers => {
  const random = numbersFrom(seed);
  // Jitter has numbers of its own, or one draw more of it would change every id after.
  const jitter = numbersFrom(~seed);
  const digits = (length: number): string =>
    Array.from({ length }, () => Math.floor(random() * 16).toString(16)).join('');
  const uuid = (): string => {
    const variant = '89ab'.charAt(Math.floor(random() * 4));
    return `${digits(8)}-${digits(4)}-4${digits(3)}-${variant}${digits(3)}-${digits(12)}`;
  };
  return { eventId: () => uuid() as EventId, unique: uuid, orderId: orderIdOf, random: jitter };
};
