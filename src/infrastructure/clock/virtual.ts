import { setImmediate } from 'node:timers/promises';
import type { Clock } from '../../application/ports/clock.ts';
import { fromEpochMs, type Instant, type Ms, toEpochMs } from '../../domain/shared/instant.ts';

/** A clock that stands still until it is told to go on. */
export interface VirtualClock extends Clock {
  /**
   * Moves time on by `ms`, waking every sleeper at its own time, the earliest first and equal ones in the order
   * they went to sleep. Each does all it can before the next wakes, so one that sleeps again within `ms` wakes too.
   */
  advance(ms: Ms): Promise<void>;
}

interface Sleeper {
  readonly until: number;
  wake(): void;
}

export const createVirtualClock = (start: Instant): VirtualClock => {
  let now = toEpochMs(start);
  let sleepers: readonly Sleeper[] = [];

  const forget = (sleeper: Sleeper) => {
    sleepers = sleepers.filter((other) => other !== sleeper);
    sleeper.wake();
  };

  const nextUntil = (end: number): Sleeper | undefined =>
    sleepers.filter(({ until }) => until <= end).toSorted((a, b) => a.until - b.until)[0];

  return {
    now: () => fromEpochMs(now),
    sleep: (ms, stop) =>
      new Promise((resolve) => {
        if (ms <= 0 || stop?.aborted === true) {
          resolve();
          return;
        }
        const aborted = () => forget(sleeper);
        const sleeper: Sleeper = {
          until: now + ms,
          wake: () => {
            stop?.removeEventListener('abort', aborted);
            resolve();
          },
        };
        stop?.addEventListener('abort', aborted);
        sleepers = [...sleepers, sleeper];
      }),
    advance: async (ms) => {
      const end = now + ms;
      // Whoever was started before may not have got as far as its sleep.
      await setImmediate();
      for (let due = nextUntil(end); due !== undefined; due = nextUntil(end)) {
        now = due.until;
        forget(due);
        await setImmediate();
      }
      now = end;
    },
  };
};
