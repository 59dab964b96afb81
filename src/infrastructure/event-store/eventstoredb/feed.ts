import { BACKWARDS, END, type RecordedEvent, START } from '@eventstore/db-client';
import { ForeignPosition } from '../../../application/ports/errors.ts';
import type { Feed, Position, StoreId } from '../../../application/ports/event-store.ts';
import { failureOf, portError } from './failures.ts';
import type { News } from './news.ts';
import { isOurs } from './ours.ts';
import { isSame, type Place, placeOf, positionOf } from './positions.ts';
import { recordedOf } from './records.ts';
import type { Reads } from './reads.ts';

// Where much of the log is not ours, or the server's own.
const LONG_PAGE = 1_000;
const SHORT_PAGE = 32;

/** The place of the newest event of ours. */
export const headOf = async (reads: Reads): Promise<Place | 'start'> => {
  let fromPosition: Place | typeof END = END;
  for (let maxCount = SHORT_PAGE; ; maxCount = LONG_PAGE) {
    const from: Place | typeof END = fromPosition;
    const page = await reads.page((client) => client.readAll({ direction: BACKWARDS, fromPosition: from, maxCount }));
    const newest = page.find(isOurs)?.position;
    if (newest !== undefined) return newest;
    const last = page.at(-1)?.position;
    if (last === undefined || page.length < maxCount) return 'start';
    fromPosition = last;
  }
};

interface Scan {
  readonly events: RecordedEvent[];
  /** The last event that was looked at, whoever wrote it. */
  readonly looked: Place | undefined;
  readonly atHead: boolean;
}

/** A page of `$all` behind a place. A read begins with the event at its place, if that is still there. */
const pageBehind = async (reads: Reads, place: Place | undefined, maxCount: number) => {
  const page = await reads.page((client) => client.readAll({ fromPosition: place ?? START, maxCount }));
  const first = page[0]?.position;
  const stands = place !== undefined && first !== undefined && isSame(first, place);
  return { events: stands ? page.slice(1) : page, stands, isLast: page.length < maxCount };
};

/**
 * Looks for more than `max` events of ours behind a place.
 * @throws ForeignPosition when no event stands at a place where one must.
 */
const scan = async (reads: Reads, from: Place | undefined, max: number, mustStand: boolean): Promise<Scan> => {
  const events: RecordedEvent[] = [];
  let looked = from;
  // The event at the place, those wanted, and one more that tells whether this is the head.
  for (let maxCount = max + 2, must = mustStand; ; maxCount = Math.max(LONG_PAGE, max + 2), must = false) {
    const page = await pageBehind(reads, looked, maxCount);
    if (must && !page.stands) throw new ForeignPosition('the event store has no event at this position: it is older');
    events.push(...page.events.filter(isOurs));
    looked = page.events.at(-1)?.position ?? looked;
    const atHead = events.length <= max;
    if (page.isLast || !atHead) return { events: events.slice(0, max), looked, atHead };
  }
};

/** Reads behind positions. */
const createReading = (storeId: StoreId, reads: Reads): Feed['read'] => {
  // Behind the newest event of ours others go on writing: what was looked at once is not looked at again.
  let skip: { readonly after: Position | 'start'; readonly to: Place; readonly disturbances: number } | undefined;

  // After a disturbance another log may answer: an older one, restored.
  const skipBehind = (after: Position | 'start'): Place | undefined =>
    skip?.after === after && skip.disturbances === reads.disturbances ? skip.to : undefined;

  return async (after, max) => {
    const place = after === 'start' ? undefined : placeOf(storeId, after);
    const skipped = skipBehind(after);
    const { disturbances } = reads;
    const found = await scan(reads, skipped ?? place, max, skipped === undefined && place !== undefined);
    const events = found.events.map((event) => recordedOf(storeId, event));
    const to = events.at(-1)?.position ?? after;
    if (found.atHead && found.looked !== undefined) skip = { after: to, to: found.looked, disturbances };
    return { events, to, atHead: found.atHead };
  };
};

export const createFeed = (storeId: StoreId, reads: Reads, news: News): Feed => {
  const read = createReading(storeId, reads);

  const follows = (after: Position | 'start'): boolean => {
    try {
      return news.follows(after === 'start' ? 'start' : placeOf(storeId, after));
    } catch {
      // The next `read` tells.
      return true;
    }
  };

  const told = (after: Position | 'start', max: number): readonly RecordedEvent[] => {
    try {
      return after === 'start' ? [] : news.told(placeOf(storeId, after), max);
    } catch {
      return [];
    }
  };

  return {
    storeId,
    head: async () => {
      const head = await headOf(reads).catch(refused);
      return head === 'start' ? head : positionOf(storeId, head);
    },
    find: async (stream, version) => {
      if (version < 1) return undefined;
      const fromRevision = BigInt(version - 1);
      const found = reads.page((client) => client.readStream(stream, { fromRevision, maxCount: 1 }));
      const [event] = await found.catch(refused);
      return event?.revision === fromRevision ? recordedOf(storeId, event).position : undefined;
    },
    read: (after, max) => read(after, max).catch(refused),
    // Its positions are places in a log that holds more than our events.
    behind: async () => 'unknown',
    changed: async (after, stop) => {
      if (!stop.aborted && !follows(after)) await news.heard(stop);
    },
    told: (after, max) => told(after, max).map((event) => recordedOf(storeId, event)),
  };
};

const refused = (error: unknown): never => {
  if (error instanceof ForeignPosition) throw error;
  // A position that no event begins at, in the log of another server.
  if (failureOf(error) === 'invalid') throw new ForeignPosition('the event store does not know this position');
  throw portError(error);
};
