import type { NewEvent, NonEmpty, StoreId, StreamId } from '../../application/ports/event-store.ts';
import { assertFollows } from './follows.ts';
import { createBell, createNumberedFeed, type Numbered, type NumberedLog, recordedBy } from './numbered-feed.ts';
import type { OpenEventStore } from './open-event-store.ts';

const frozen = <T>(value: T): T => {
  if (typeof value === 'object' && value !== null) Object.values(Object.freeze(value)).forEach(frozen);
  return value;
};

// What any other store gives back, and no caller can change.
const kept = (events: NonEmpty<NewEvent>): readonly NewEvent[] =>
  frozen(JSON.parse(JSON.stringify(events)) as readonly NewEvent[]);

/** Streams and feed that live as long as the process. */
export const createMemoryEventStore = (): OpenEventStore => {
  const all: Numbered[] = [];
  const streams = new Map<StreamId, Numbered[]>();
  const bell = createBell();
  let id = 'unbound' as StoreId;

  const log: NumberedLog = {
    head: () => all.length,
    numberOf: (stream, version) => streams.get(stream)?.[version - 1]?.n,
    after: (n, max) => all.slice(n, n + max),
  };

  return {
    events: {
      read: async function* (stream, after, until) {
        for (const numbered of streams.get(stream)?.slice(after, until) ?? []) yield recordedBy(id, numbered);
      },
      append: async (stream, at, events) => {
        assertFollows(stream, at, events);
        const before = streams.get(stream) ?? [];
        if (before.length !== at) return 'conflict';
        const numbered = kept(events).map((event, index) => ({ n: all.length + index + 1, event }));
        all.push(...numbered);
        before.push(...numbered);
        streams.set(stream, before);
        bell.ring();
        return 'appended';
      },
    },
    feed: (storeId) => {
      id = storeId;
      return createNumberedFeed(storeId, log, bell);
    },
    close: async () => bell.ring(),
  };
};
