import type { Clock } from '../../application/ports/clock.ts';
import { fromEpochMs, type Ms } from '../../domain/shared/instant.ts';

// A longer timer of Node's fires at once.
const LONGEST_TIMER: Ms = 2 ** 31 - 1;

// Not by timers/promises: there whoever is woken early is given an error, which costs more than the timer.
const sleep = (ms: Ms, stop?: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    let timer: NodeJS.Timeout | undefined;
    const end = (): void => {
      clearTimeout(timer);
      stop?.removeEventListener('abort', end);
      resolve();
    };
    const wait = (left: Ms): void => {
      if (left <= 0) end();
      else timer = setTimeout(() => wait(left - LONGEST_TIMER), Math.min(left, LONGEST_TIMER));
    };
    stop?.addEventListener('abort', end);
    wait(stop?.aborted === true ? 0 : ms);
  });

/** The machine's own time. */
export const createSystemClock = (): Clock => ({ now: () => fromEpochMs(Date.now()), sleep });
