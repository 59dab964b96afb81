import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ForeignPosition } from '../../src/application/ports/errors.ts';
import type {
  EventStore,
  Feed,
  FeedBatch,
  NewEvent,
  Position,
  Recorded,
  StoreId,
  StreamId,
} from '../../src/application/ports/event-store.ts';
import { eventOf, eventsOf, freshStream, readAll, written } from '../support/stored-events.ts';
import type { EventStoreSubject } from './event-store.contract.ts';

const never = new AbortController().signal;
const freshStoreId = (): StoreId => `store-${randomUUID()}` as StoreId;

/** Every rule of the feed. The store may hold streams of others, and a server may show an event a little later. */
export const feedContract = (open: () => Promise<EventStoreSubject>): void => {
  describe('a feed', () => {
    const storeId = freshStoreId();
    let opened: EventStoreSubject;
    let events: EventStore;
    let feed: Feed;
    beforeAll(async () => {
      opened = await open();
      events = opened.subject.events;
      feed = opened.subject.feed(storeId);
    });
    afterAll(() => opened.close());

    const append = async (stream: StreamId, at: number, many = 1): Promise<readonly NewEvent[]> => {
      const appended = eventsOf(stream, at, many);
      expect(await events.append(stream, at, appended)).toBe('appended');
      return appended;
    };

    /** Where the feed of this test begins. */
    const here = async (): Promise<Position> => {
      const stream = freshStream();
      await append(stream, 0);
      const position = await feed.find(stream, 1);
      if (position === undefined) throw new Error('the feed does not find what was appended');
      return position;
    };

    /** The batches behind a position, up to the head and until they hold so many events of the streams. */
    const batchesOf = async (after: Position | 'start', of: readonly StreamId[], many: number, max: number) => {
      const batches: FeedBatch[] = [];
      let to: Position | 'start' = after;
      for (let found = 0, atHead = false; found < many || !atHead;) {
        if (atHead) await feed.changed(to, never);
        const batch: FeedBatch = await feed.read(to, max);
        batches.push(batch);
        ({ to, atHead } = batch);
        found += batch.events.filter(({ stream }) => of.includes(stream)).length;
      }
      return batches;
    };

    /** The events of the streams behind a position, as soon as there are so many. */
    const collect = async (after: Position | 'start', of: readonly StreamId[], many: number, max = 50) =>
      (await batchesOf(after, of, many, max))
        .flatMap((batch): readonly Recorded[] => batch.events)
        .filter(({ stream }) => of.includes(stream));

    it('shows every event once, equal, in the order of appending, streams interleaved', async () => {
      const after = await here();
      const a = freshStream();
      const b = freshStream();
      const appended = [
        ...(await append(a, 0)),
        ...(await append(b, 0, 3)),
        ...(await append(a, 1, 2)),
        ...(await append(b, 3)),
        ...(await append(a, 3)),
      ];
      expect((await collect(after, [a, b], 8)).map(written)).toEqual(appended);
    });

    it.each([1, 2, 3, 7])('shows the same in batches of at most %d', async (max) => {
      const after = await here();
      const streams = [freshStream(), freshStream()] as const;
      for (const at of [0, 1, 2]) for (const stream of streams) await append(stream, at);
      const whole = await collect(after, streams, 6);
      const batches = await batchesOf(after, streams, 6, max);
      expect(batches.filter((batch) => batch.events.length > max)).toEqual([]);
      expect(batches.flatMap((batch) => batch.events).filter(({ stream }) => streams.includes(stream))).toEqual(whole);
    });

    it('goes on at the position of any event', async () => {
      const after = await here();
      const stream = freshStream();
      await append(stream, 0, 4);
      const all = await collect(after, [stream], 4);
      for (const [index, { position }] of all.entries()) {
        expect(await collect(position, [stream], 3 - index)).toEqual(all.slice(index + 1));
      }
    });

    it('shows the events of appends that race, those of a stream in their order', async () => {
      const after = await here();
      const streams = Array.from({ length: 20 }, freshStream);
      await Promise.all(
        streams.map(async (stream) => {
          await append(stream, 0, 2);
          await append(stream, 2);
        }),
      );
      const found = await collect(after, streams, 60);
      expect(found).toHaveLength(60);
      for (const stream of streams) {
        const own = found.filter((recorded) => recorded.stream === stream);
        expect(own.map(written)).toEqual(await readAll(events, stream));
      }
      expect(await collect(after, streams, 60)).toEqual(found);
    });

    it('shows nothing of an append that met a conflict', async () => {
      const after = await here();
      const stream = freshStream();
      const appended = await append(stream, 0);
      expect(await events.append(stream, 0, [eventOf(stream, 1, 'late')])).toBe('conflict');
      const last = await append(stream, 1);
      expect((await collect(after, [stream], 2)).map(written)).toEqual([...appended, ...last]);
    });

    it('reads from the start what it reads from a position', async () => {
      const after = await here();
      const stream = freshStream();
      await append(stream, 0, 2);
      expect(await collect('start', [stream], 2, 1000)).toEqual(await collect(after, [stream], 2));
    });

    it('tells where to go on: behind the last event it showed', async () => {
      const after = await here();
      const stream = freshStream();
      await append(stream, 0, 3);
      const batches = await batchesOf(after, [stream], 3, 2);
      const shown = batches.filter((batch) => batch.events.length > 0);
      expect(shown.map(({ to }) => to)).toEqual(shown.map((batch) => batch.events.at(-1)?.position));
    });

    it('tells the position of its newest event: what comes later follows it, and nothing before', async () => {
      const before = freshStream();
      const after = freshStream();
      await append(before, 0, 2);
      const head = await feed.head();
      const appended = await append(after, 0, 2);
      expect((await collect(head, [before, after], 2)).map(written)).toEqual(appended);
    });

    it('stays where it is at the head', async () => {
      const head = (await batchesOf(await here(), [], 0, 100)).at(-1)?.to ?? 'start';
      expect(await feed.read(head, 10)).toEqual({ events: [], to: head, atHead: true });
    });

    it('does not call it the head while something follows the batch', async () => {
      const after = await here();
      const stream = freshStream();
      await append(stream, 0, 2);
      const [first] = await collect(after, [stream], 2);
      expect(first).toBeDefined();
      expect((await feed.read(after, 1)).atHead).toBe(false);
    });

    it("finds the position of a stream's version, and only of one that is there", async () => {
      const after = await here();
      const stream = freshStream();
      await append(stream, 0, 2);
      const positions = (await collect(after, [stream], 2)).map(({ position }) => position);
      expect([await feed.find(stream, 1), await feed.find(stream, 2)]).toEqual(positions);
      expect(await feed.find(stream, 3)).toBeUndefined();
      expect(await feed.find(stream, 0)).toBeUndefined();
      expect(await feed.find(freshStream(), 1)).toBeUndefined();
    });

    it("begins every position with its store's id", async () => {
      expect(feed.storeId).toBe(storeId);
      expect((await here()).startsWith(storeId)).toBe(true);
    });

    describe('refuses a position', () => {
      it('of another store', async () => {
        const foreign = (await here()).replace(storeId, freshStoreId()) as Position;
        await expect(feed.read(foreign, 1)).rejects.toThrow(ForeignPosition);
      });

      it('that it has not come to, as after an old backup', async () => {
        await expect(feed.read(opened.beyondHead(storeId), 1)).rejects.toThrow(ForeignPosition);
      });

      it.each(['', ':', ':-1', ':1x', ': 1'])('that is none: its id and %j', async (rest) => {
        await expect(feed.read(`${storeId}${rest}` as Position, 1)).rejects.toThrow(ForeignPosition);
      });
    });

    it('counts the events behind a position, or says that it does not know', async () => {
      const after = await here();
      expect([0, 'unknown']).toContain(await feed.behind(await feed.head()));
      await append(freshStream(), 0, 3);
      const behind = await feed.behind(after);
      expect([3, 'unknown']).toContain(behind);
      expect(await feed.behind(after)).toBe(behind);
    });

    describe('when waiting', () => {
      const headOf = async (after: Position) => (await batchesOf(after, [], 0, 100)).at(-1)?.to ?? 'start';

      it('comes back after an append', async () => {
        const stream = freshStream();
        const head = await headOf(await here());
        const waiting = feed.changed(head, never);
        const appended = await append(stream, 0);
        await waiting;
        expect((await collect(head, [stream], 1)).map(written)).toEqual(appended);
      });

      it('wakes everybody who waits', async () => {
        const head = await headOf(await here());
        const waiting = [feed.changed(head, never), feed.changed(head, never), feed.changed(head, never)];
        await append(freshStream(), 0);
        await expect(Promise.all(waiting)).resolves.toEqual([undefined, undefined, undefined]);
      });

      it('comes back at once where an event is there', async () => {
        const after = await here();
        await append(freshStream(), 0);
        await expect(feed.changed(after, never)).resolves.toBeUndefined();
      });

      it('comes back when it is stopped', async () => {
        const head = await headOf(await here());
        const stop = new AbortController();
        const waiting = feed.changed(head, stop.signal);
        stop.abort();
        await expect(waiting).resolves.toBeUndefined();
        await expect(feed.changed(head, AbortSignal.abort())).resolves.toBeUndefined();
      });

      it('leaves it to the next read to refuse a position', async () => {
        await expect(feed.changed(opened.beyondHead(storeId), never)).resolves.toBeUndefined();
        await expect(feed.changed('nowhere' as Position, never)).resolves.toBeUndefined();
      });
    });
  });
};
