import { setTimeout } from 'node:timers/promises';
import type { Clock } from '../../application/ports/clock.ts';
import { fromEpochMs, type Ms } from '../../domain/shared/instant.ts';

// A longer timer of Node's fires at once.
const LONGEST_TIMER: Ms = 2 ** 31 - 1;

const sleep = async (ms: Ms, stop?: AbortSignal): Promise<void> => {
  try {
    for (let left = ms; left > 0; left -= LONGEST_TIMER) {
      await setTimeout(Math.min(left, LONGEST_TIMER), undefined, stop === undefined ? {} : { signal: stop });
    }
  } catch (error) {
    if (stop?.aborted !== true) throw error;
  }
};

/** The machine's own time. */
export const createSystemClock = (): Clock => ({ now: () => fromEpochMs(Date.now()), sleep });
