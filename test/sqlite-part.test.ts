import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ForeignPosition } from '../src/application/ports/errors.ts';
import type { Feed, Position, Recorded, StoreId, StreamId } from '../src/application/ports/event-store.ts';
import { openSqlitePart } from '../src/infrastructure/event-store/sqlite-part.ts';
import { openSqliteEventStore } from '../src/infrastructure/event-store/sqlite.ts';
import { scratchFiles } from './support/scratch.ts';
import { eventsOf } from './support/stored-events.ts';

const scratch = scratchFiles();
const storeId = 'store-1' as StoreId;

const ids = Array.from({ length: 60 }, () => randomUUID());
const streams = [
  ...ids.map((id) => `order-${id}`),
  'order-0',
  'order-ffff',
  'catalog-it-IT',
  'contract-1',
  'store-binding',
];

const filled = async () => {
  const file = scratch('events.sqlite');
  const store = openSqliteEventStore(file);
  const feed = store.feed(storeId);
  for (const at of [0, 2]) {
    for (const stream of streams as StreamId[]) await store.events.append(stream, at, eventsOf(stream, at, 2));
  }
  return { file, feed, close: () => store.close() };
};

const partsOf = (file: string, of: number) =>
  Array.from({ length: of }, (_, n) => openSqlitePart(file, storeId, { n, of }));

const byPosition = (events: readonly Recorded[]) =>
  events.toSorted((a, b) => Number(a.position.split(':')[1]) - Number(b.position.split(':')[1]));

describe('parts of the feed of a file', () => {
  it('are the whole feed together, batch by batch, and no stream is in two of them', async () => {
    const { file, feed, close } = await filled();
    for (const many of [1, 2, 3]) {
      const parts = partsOf(file, many);
      await fc.assert(
        fc.asyncProperty(fc.integer({ min: 1, max: 200 }), async (max) => {
          let at: Position | 'start' = 'start';
          const seen = new Map<StreamId, number>();
          for (let atHead = false; !atHead;) {
            const whole: Awaited<ReturnType<Feed['read']>> = await feed.read(at, max);
            const each = await Promise.all(parts.map((part) => part.read(at, max)));
            expect(byPosition(each.flatMap(({ events }) => events))).toEqual(whole.events);
            for (const { to, atHead: ended } of each) expect([to, ended]).toEqual([whole.to, whole.atHead]);
            for (const [n, { events }] of each.entries()) {
              for (const { stream } of events) expect(seen.get(stream) ?? n).toBe(n);
              for (const { stream } of events) seen.set(stream, n);
            }
            ({ to: at, atHead } = whole);
          }
          expect(seen.size).toBe(streams.length);
        }),
        { numRuns: 8 },
      );
    }
    await close();
  });

  it('have about as many orders each', async () => {
    const { file, close } = await filled();
    for (const part of partsOf(file, 3)) {
      const { events } = await part.read('start', 1_000);
      expect(events.length).toBeGreaterThan(4 * 5);
      expect(events.length).toBeLessThan(4 * 40);
    }
    await close();
  });

  it('know a position of another history', async () => {
    const { file, close } = await filled();
    const [part] = partsOf(file, 1);
    await expect(part?.read('store-2:1' as Position, 10)).rejects.toThrow(ForeignPosition);
    await expect(part?.read('store-1:1000000' as Position, 10)).rejects.toThrow(ForeignPosition);
    await close();
  });

  it('begin at the start of a store that is empty', async () => {
    const file = scratch('empty.sqlite');
    const store = openSqliteEventStore(file);
    expect(await openSqlitePart(file, storeId, { n: 0, of: 2 }).read('start', 10)).toEqual({
      events: [],
      to: 'start',
      atHead: true,
    });
    await store.close();
  });
});
