import { describe, expect, it } from '@jest/globals';
import { Unavailable } from '../../src/application/ports/errors.ts';
import type { Feed, StoreId, StreamId } from '../../src/application/ports/event-store.ts';
import { startTail } from '../../src/application/tail.ts';
import { SECOND } from '../../src/domain/shared/instant.ts';
import { createVirtualClock } from '../../src/infrastructure/clock/virtual.ts';
import { createMemoryEventStore } from '../../src/infrastructure/event-store/memory.ts';
import { eventsOf, freshStream } from '../support/stored-events.ts';
import { logInto, today } from './world.ts';
import type { LogLine } from './world.ts';

const never = new AbortController().signal;

const world = async (through: (feed: Feed) => Feed = (feed) => feed) => {
  const memory = createMemoryEventStore();
  const feed = memory.feed('store-1' as StoreId);
  const clock = createVirtualClock(today);
  const stop = new AbortController();
  const logged: LogLine[] = [];
  const versions = new Map<StreamId, number>();
  const append = async (stream: StreamId): Promise<void> => {
    const at = versions.get(stream) ?? 0;
    versions.set(stream, at + 1);
    await memory.events.append(stream, at, eventsOf(stream, at, 1));
  };
  await append(freshStream());
  const from = await feed.head();
  const tail = startTail({ feed: through(feed), from, clock, log: logInto(logged) }, stop.signal);
  await clock.advance(0);
  /** Whether the promise came to its end without any time going by. */
  const isOver = async (waiting: Promise<void>): Promise<boolean> => {
    const state = { over: false };
    void waiting.then(() => (state.over = true));
    await clock.advance(0);
    return state.over;
  };
  return { tail, clock, stop, append, isOver, logged };
};

describe('the tail of the feed', () => {
  it('wakes whoever waits for the stream, all of them', async () => {
    const w = await world();
    const stream = freshStream();
    const waiting = Promise.all([w.tail.changed(stream, never), w.tail.changed(stream, never)]).then(() => undefined);
    expect(await w.isOver(waiting)).toBe(false);
    await w.append(stream);
    expect(await w.isOver(waiting)).toBe(true);
  });

  it("does not wake for another stream's event", async () => {
    const w = await world();
    const waiting = w.tail.changed(freshStream(), never);
    await w.append(freshStream());
    expect(await w.isOver(waiting)).toBe(false);
  });

  it('loses no event between two looks at the feed: each one who waited before it wakes', async () => {
    const w = await world();
    const stream = freshStream();
    for (let round = 0; round < 20; round += 1) {
      const waiting = w.tail.changed(stream, never);
      // At every place of the tail's loop: now, or some turns of it later.
      for (let turn = 0; turn < round % 5; turn += 1) await Promise.resolve();
      await w.append(stream);
      expect(await w.isOver(waiting)).toBe(true);
    }
  });

  it('loses no event that is written after a read and before the wait for more', async () => {
    let between: () => Promise<void> = async () => undefined;
    const w = await world((feed) => ({
      ...feed,
      read: async (after, max) => {
        const batch = await feed.read(after, max);
        await between();
        return batch;
      },
    }));
    const stream = freshStream();
    const waiting = w.tail.changed(stream, never);
    between = async () => {
      between = async () => undefined;
      await w.append(stream);
    };
    await w.append(freshStream());
    expect(await w.isOver(waiting)).toBe(true);
  });

  it('wakes for an event that was written while the feed was out, from where it was', async () => {
    let out = false;
    const w = await world((feed) => ({
      ...feed,
      read: async (after, max) => {
        if (out) throw new Unavailable('event store');
        return feed.read(after, max);
      },
    }));
    const stream = freshStream();
    const waiting = w.tail.changed(stream, never);
    out = true;
    await w.append(stream);
    await w.clock.advance(3 * SECOND);
    expect([await w.isOver(waiting), w.logged.every(({ level }) => level === 'warn')]).toEqual([false, true]);
    out = false;
    await w.clock.advance(SECOND);
    expect(await w.isOver(waiting)).toBe(true);
  });

  it('ends the wait of who goes away, and of who has gone already', async () => {
    const w = await world();
    const gone = new AbortController();
    const waiting = w.tail.changed(freshStream(), gone.signal);
    expect(await w.isOver(waiting)).toBe(false);
    gone.abort();
    expect([await w.isOver(waiting), await w.isOver(w.tail.changed(freshStream(), gone.signal))]).toEqual([true, true]);
  });

  it('does not wake one who went away in place of one who waits', async () => {
    const w = await world();
    const stream = freshStream();
    const gone = new AbortController();
    void w.tail.changed(stream, gone.signal);
    const waiting = w.tail.changed(stream, never);
    gone.abort();
    expect(await w.isOver(waiting)).toBe(false);
    await w.append(stream);
    expect(await w.isOver(waiting)).toBe(true);
  });

  it('ends when it is stopped, also while the feed is out', async () => {
    const healthy = await world();
    healthy.stop.abort();
    expect(await healthy.isOver(healthy.tail.done)).toBe(true);
    const out = await world((feed) => ({
      ...feed,
      read: async () => Promise.reject(new Unavailable('event store')),
    }));
    out.stop.abort();
    expect(await out.isOver(out.tail.done)).toBe(true);
  });
});
