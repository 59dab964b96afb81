import type { Decoded, EventCodec } from './ports/codec.ts';
import type { Feed, FeedBatch, Position, Recorded } from './ports/event-store.ts';

// Some 10 MB: an event of an order has about 1 KiB, one of the catalogue up to 256 KiB.
const ROOM = 10_000;
const weighed = (events: readonly Recorded[]): number =>
  events.reduce((sum, { stream }) => sum + (stream.startsWith('order-') ? 1 : 200), 0);

/** Who takes longer than so many readings at the head reads for himself: what is kept for long is costly to collect. */
const READINGS = 24;

/** The most that is read ahead for one reader: what others ask for beyond that is the next reading. */
const PAGE = 1_000;

/** How many batches of those who are further behind are kept: they go through the history side by side. */
const RECENT = 3;

/** The newest stretch of the feed, without a gap. */
interface Stretch {
  /** Events that stand before the place behind a position, counted from where the stretch once began. */
  placeOf(after: Position | 'start'): number | undefined;
  readonly to: Position | 'start';
  readonly atHead: boolean;
  add(batch: FeedBatch): void;
  slice(place: number, max: number): FeedBatch;
}

const createStretch = (from: Position | 'start', first: FeedBatch): Stretch => {
  const places = new Map<Position | 'start', number>([[from, 0]]);
  let events: Recorded[] = [];
  /** How many events each reading brought. */
  let readings: readonly number[] = [];
  let dropped = 0;
  let weight = 0;
  let [to, atHead] = [first.to, first.atHead];

  const dropOldest = (): void => {
    const older = events.slice(0, readings[0]);
    readings = readings.slice(1);
    events = events.slice(older.length);
    dropped += older.length;
    weight -= weighed(older);
    for (const [position, place] of places) {
      if (place >= dropped) break;
      places.delete(position);
    }
  };
  const add = (batch: FeedBatch): void => {
    for (const event of batch.events) {
      events.push(event);
      places.set(event.position, dropped + events.length);
    }
    ({ to, atHead } = batch);
    places.set(to, dropped + events.length);
    if (batch.events.length === 0) return;
    readings = [...readings, batch.events.length];
    weight += weighed(batch.events);
    while (readings.length > 1 && (readings.length > READINGS || weight > ROOM)) dropOldest();
  };
  add(first);
  return {
    placeOf: (after) => places.get(after),
    get to() {
      return to;
    },
    get atHead() {
      return atHead;
    },
    add,
    slice: (place, max) => {
      const some = events.slice(place - dropped, place - dropped + max);
      const last = some.at(-1);
      const isLast = place + some.length === dropped + events.length;
      return { events: some, to: isLast || last === undefined ? to : last.position, atHead: isLast && atHead };
    },
  };
};

/**
 * The feed for all who follow it in this process: what the first reader at the head asks the store for, the others are
 * given from memory. Its head is as far as the store has told, where it tells. Who is further behind reads for himself,
 * and shares the batch with whoever is just there too. Keeps what the last 24 readings brought, 10 000 events at most,
 * fewer of the catalogue's large ones, and three batches besides.
 * @param rest a moment from one reading at the head to the next: under load all who follow get fewer and larger
 *   batches, and at the same time. After a quiet time nobody waits for it.
 */
export const createSharedFeed = (feed: Feed, rest: () => Promise<void> = () => Promise.resolve()): Feed => {
  let stretch: Stretch | undefined;
  let reading: Promise<void> | undefined;
  let rested = Promise.resolve();

  /** What the store has sent need not be asked for again. */
  const toldBehind = (after: Position | 'start'): FeedBatch | undefined => {
    const events = feed.told?.(after, PAGE) ?? [];
    const to = events.at(-1)?.position;
    return to === undefined ? undefined : { events, to, atHead: events.length < PAGE };
  };

  const readOn = async (known: Stretch): Promise<void> => {
    if (known.atHead) await rested;
    rested = rest();
    known.add(toldBehind(known.to) ?? (await feed.read(known.to, PAGE)));
  };

  const recent = new Map<string, Promise<FeedBatch>>();
  const readTogether = (after: Position | 'start', max: number): Promise<FeedBatch> => {
    const asked = `${after} ${String(max)}`;
    const known = recent.get(asked);
    if (known !== undefined) return known;
    const forget = (): void => void recent.delete(asked);
    const batch = feed.read(after, max);
    recent.set(asked, batch);
    // What ends at the head is another batch the next time.
    batch.then(({ atHead }) => (atHead ? forget() : undefined), forget);
    for (const oldest of recent.keys()) {
      if (recent.size <= RECENT) break;
      recent.delete(oldest);
    }
    return batch;
  };

  const readApart = async (after: Position | 'start', max: number): Promise<FeedBatch> => {
    const batch = await readTogether(after, max);
    if (batch.atHead && stretch?.placeOf(batch.to) === undefined) stretch = createStretch(after, batch);
    return batch;
  };

  return {
    ...feed,
    read: async (after, max) => {
      if (stretch?.to === after) {
        reading ??= readOn(stretch).finally(() => (reading = undefined));
        await reading;
      }
      const place = stretch?.placeOf(after);
      return stretch === undefined || place === undefined ? readApart(after, max) : stretch.slice(place, max);
    },
  };
};

/** Decodes each event of a shared feed once for all who read it. What cannot be decoded throws for each of them. */
export const decodingOnce = (codec: EventCodec): EventCodec => {
  // On the event itself: what an old WeakMap holds is freed by a full collection only.
  const known = Symbol('decoded');
  return {
    ...codec,
    decode: (recorded: Recorded & { readonly [known]?: Decoded }) => {
      const before = recorded[known];
      if (before !== undefined) return before;
      const decoded = codec.decode(recorded);
      // Not enumerable: a copy with other data is another event.
      Reflect.defineProperty(recorded, known, { value: decoded });
      return decoded;
    },
  };
};
