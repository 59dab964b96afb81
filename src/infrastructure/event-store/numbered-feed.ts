import { ForeignPosition } from '../../application/ports/errors.ts';
import type { Feed, NewEvent, Position, Recorded, StoreId, StreamId } from '../../application/ports/event-store.ts';

/** An event and its number among all events of the store, from 1 on without a gap. */
export interface Numbered {
  readonly n: number;
  readonly event: NewEvent;
}

/** What a store that numbers its events tells of them. Each throws Unavailable. */
export interface NumberedLog {
  /** The number of the newest event; 0 where there is none. */
  head(): number;
  numberOf(stream: StreamId, version: number): number | undefined;
  /** At most `max` events behind a number, in order. */
  after(n: number, max: number): readonly Numbered[];
}

/** Wakes whoever waits for news. */
export interface Bell {
  ring(): void;
  /** Until the bell rings, or `stop`. */
  heard(stop: AbortSignal): Promise<void>;
}

export const createBell = (): Bell => {
  const waiting = new Set<() => void>();
  return {
    ring: () => {
      for (const wake of [...waiting]) wake();
    },
    heard: (stop) =>
      new Promise((resolve) => {
        const wake = () => {
          waiting.delete(wake);
          stop.removeEventListener('abort', wake);
          resolve();
        };
        waiting.add(wake);
        if (stop.aborted) wake();
        else stop.addEventListener('abort', wake);
      }),
  };
};

export const positionOf = (storeId: StoreId, n: number): Position => `${storeId}:${n}` as Position;

export const recordedBy = (storeId: StoreId, { n, event }: Numbered): Recorded => ({
  stream: event.stream,
  version: event.version,
  id: event.id,
  type: event.type,
  schema: event.schema,
  envelope: event.envelope,
  data: event.data,
  position: positionOf(storeId, n),
});

/** @throws ForeignPosition for a position of another store, or one that this store has not come to (an old backup). */
export const numberOf = (storeId: StoreId, position: Position | 'start', head: number): number => {
  if (position === 'start') return 0;
  const start = `${storeId}:`;
  const digits = position.slice(start.length);
  if (!position.startsWith(start) || !/^[1-9]\d{0,15}$/.test(digits)) {
    throw new ForeignPosition(`the position ${position} is not of the store ${storeId}`);
  }
  if (Number(digits) > head) throw new ForeignPosition(`the store ${storeId} has not come to ${position}: it is older`);
  return Number(digits);
};

/** The feed of a store that numbers its events: a position is the store's id and a number. */
export const createNumberedFeed = (storeId: StoreId, log: NumberedLog, bell: Bell): Feed => {
  const mayFollow = (after: Position | 'start'): boolean => {
    try {
      const head = log.head();
      return head > numberOf(storeId, after, head);
    } catch {
      // The next `read` tells.
      return true;
    }
  };
  return {
    storeId,
    head: async () => {
      const head = log.head();
      return head === 0 ? 'start' : (`${storeId}:${head}` as Position);
    },
    find: async (stream, version) => {
      const n = log.numberOf(stream, version);
      return n === undefined ? undefined : positionOf(storeId, n);
    },
    read: async (after, max) => {
      const head = log.head();
      const from = numberOf(storeId, after, head);
      const events = log.after(from, max).map((numbered) => recordedBy(storeId, numbered));
      return { events, to: events.at(-1)?.position ?? after, atHead: head <= from + events.length };
    },
    behind: async (after) => {
      const head = log.head();
      return head - numberOf(storeId, after, head);
    },
    changed: async (after, stop) => {
      if (!mayFollow(after)) await bell.heard(stop);
    },
  };
};
