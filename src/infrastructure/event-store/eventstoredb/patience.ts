import { setTimeout as wait } from 'node:timers/promises';
import { failureOf, NoAnswer } from './failures.ts';

const FIRST_PAUSE_MS = 20;
const LONGEST_PAUSE_MS = 1_000;

/** Longer with every failure, and never the same for two who failed together. */
export const pauseAfter = (failures: number): number =>
  Math.min(FIRST_PAUSE_MS * 2 ** failures, LONGEST_PAUSE_MS) * (0.5 + Math.random() / 2);

/** Waits, or returns early when stopped. */
export const pause = async (ms: number, stop: AbortSignal): Promise<void> => {
  await wait(ms, undefined, { signal: stop }).catch(() => undefined);
};

/** @throws NoAnswer when the promise is not settled in time; what becomes of it later is nobody's business. */
export const within = async <T>(ms: number, promise: Promise<T>): Promise<T> => {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new NoAnswer(ms)), ms);
  });
  try {
    return await Promise.race([promise, deadline]);
  } finally {
    clearTimeout(timer);
  }
};

interface Patience {
  readonly ms: number;
  readonly stop: AbortSignal;
}

/** Tries again while failures are passing, as long as patience lasts. @throws the last failure, as the client gave it. */
export const patiently = async <T>(
  patience: Patience,
  attempt: (tries: number, isOver: () => boolean) => Promise<T>,
): Promise<T> => {
  const until = performance.now() + patience.ms;
  const isOver = () => performance.now() > until;
  for (let tries = 1; ; tries += 1) {
    try {
      return await attempt(tries, isOver);
    } catch (error) {
      const ms = pauseAfter(tries);
      if (patience.stop.aborted || failureOf(error) !== 'passing' || performance.now() + ms > until) throw error;
      await pause(ms, patience.stop);
    }
  }
};

/** Lets only so many do something at once; the others wait in order. */
export const createSlots = (many: number) => {
  const waiting: (() => void)[] = [];
  let free = many;
  return async <T>(work: () => Promise<T>): Promise<T> => {
    if (free === 0) await new Promise<void>((resolve) => void waiting.push(resolve));
    else free -= 1;
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next === undefined) free += 1;
      else next();
    }
  };
};
