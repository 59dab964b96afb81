import { describe, expect, it } from '@jest/globals';
import type { StreamId } from '../../src/application/ports/event-store.ts';
import { untilChanged } from '../../src/application/queries/until-changed.ts';
import type { Tail } from '../../src/application/tail.ts';
import { instant } from '../../src/domain/shared/instant.ts';
import { createVirtualClock } from '../../src/infrastructure/clock/virtual.ts';

const stream = 'order-1' as StreamId;
const never = new AbortController().signal;

/** A stream of which only the number of events is known, and a clock that is told. */
const world = () => {
  const clock = createVirtualClock(instant('2026-03-01T10:00:00.000Z'));
  const listeners = new Set<() => void>();
  let events = 0;
  const tail: Tail = {
    changed: (_stream, stop) =>
      new Promise((resolve) => {
        listeners.add(resolve);
        stop.addEventListener('abort', () => resolve());
        if (stop.aborted) resolve();
      }),
    done: Promise.resolve(),
  };
  const happen = (): void => {
    events += 1;
    for (const resolve of listeners) resolve();
    listeners.clear();
  };
  return { clock, happen, deps: { tail, clock }, count: async () => events };
};

/** What the promise came to, if it did without any time going by. */
const now = async <T>(waiting: Promise<T>, { clock }: ReturnType<typeof world>): Promise<T | 'waits'> => {
  let came: T | 'waits' = 'waits';
  void waiting.then((value) => (came = value));
  await clock.advance(0);
  return came;
};

describe('waiting for a change', () => {
  it('is over at once where it is enough already', async () => {
    const w = world();
    w.happen();
    const waiting = untilChanged(w.deps, { stream, wait: 20_000, stop: never }, w.count, (n) => n === 1);
    expect(await now(waiting, w)).toBe(1);
  });

  it('is over with the event that is enough, and not with one before', async () => {
    const w = world();
    const waiting = untilChanged(w.deps, { stream, wait: 20_000, stop: never }, w.count, (n) => n === 2);
    w.happen();
    expect(await now(waiting, w)).toBe('waits');
    w.happen();
    expect(await now(waiting, w)).toBe(2);
  });

  it('misses no event that happens while it reads', async () => {
    const w = world();
    const readings = [0];
    const read = async (): Promise<number> => {
      const before = await w.count();
      if (readings.pop() !== undefined) w.happen();
      return before;
    };
    const waiting = untilChanged(w.deps, { stream, wait: 20_000, stop: never }, read, (n) => n === 1);
    expect(await now(waiting, w)).toBe(1);
  });

  it('is over with the last reading when the wait is', async () => {
    const w = world();
    const waiting = untilChanged(w.deps, { stream, wait: 20_000, stop: never }, w.count, () => false);
    w.happen();
    await w.clock.advance(19_999);
    expect(await now(waiting, w)).toBe('waits');
    await w.clock.advance(1);
    expect(await now(waiting, w)).toBe(1);
  });

  it('is over when the client goes away or the service stops', async () => {
    const w = world();
    const stop = new AbortController();
    const waiting = untilChanged(w.deps, { stream, wait: 20_000, stop: stop.signal }, w.count, () => false);
    expect(await now(waiting, w)).toBe('waits');
    stop.abort();
    expect(await now(waiting, w)).toBe(0);
  });
});
