import type { RecordedEvent } from '@eventstore/db-client';
import { isOurs } from './ours.ts';
import { isSame, type Place } from './positions.ts';

/** Where nobody asks. Some 2 MB: an order's event has about 1 KiB. */
const KEPT = 1_000;

/** The newest events of orders that a subscription has brought, without a gap. */
export interface Told {
  add(event: RecordedEvent): void;
  /** At most `max` events behind one that was told; none behind another. Who asks never asks for what was before it. */
  readonly behind: (place: Place, max: number) => readonly RecordedEvent[];
  /** What comes next may not follow what came before. */
  clear(): void;
}

export const createTold = (): Told => {
  let events: RecordedEvent[] = [];
  return {
    add: (event) => {
      if (!isOurs(event)) return;
      // The catalogue's are large and seldom: those are read.
      if (!event.streamId.startsWith('order-')) events = [];
      else events.push(event);
      if (events.length > 2 * KEPT) events = events.slice(-KEPT);
    },
    behind: (place, max) => {
      const at = events.findLastIndex(({ position }) => position !== undefined && isSame(position, place));
      if (at > 0) events = events.slice(at);
      return at < 0 ? [] : events.slice(1, 1 + max);
    },
    clear: () => {
      events = [];
    },
  };
};
