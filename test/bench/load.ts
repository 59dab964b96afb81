import { setTimeout as pause } from 'node:timers/promises';
import type { EventStore, NewEvent, NonEmpty } from '../../src/application/ports/event-store.ts';
import type { createClient } from '../end-to-end/client.ts';

const PAUSE_AFTER_REFUSAL_MS = 100;
/** Between an order's events, where nobody works on it. */
const APART_MS = 50;

const body = { lines: [{ productCode: 'FNAC_25_EUR', quantity: 1 }] };

/** Begins one after another at so many a second, whatever becomes of the ones before. @returns the seconds until all ended */
export const steadily = async <T>(
  rate: number,
  items: readonly T[],
  work: (item: T) => Promise<void>,
): Promise<number> => {
  const begun = performance.now();
  const all: Promise<void>[] = [];
  for (const [n, item] of items.entries()) {
    const early = begun + (n * 1_000) / rate - performance.now();
    if (early > 0) await pause(early);
    const one = work(item);
    one.catch(() => undefined); // Heard below.
    all.push(one);
  }
  await Promise.all(all);
  return (performance.now() - begun) / 1_000;
};

/** Places orders over HTTP, each until it is taken. `refusals` counts the answers that asked for the same again. */
export const createPosting = (order: ReturnType<typeof createClient>['order']) => {
  let refusals = 0;
  const post = async (key: string): Promise<void> => {
    for (;;) {
      const { status, text } = await order(key, body);
      if (status === 202) return;
      if (status !== 503) throw new Error(`${String(status)} ${text}`);
      refusals += 1;
      await pause(PAUSE_AFTER_REFUSAL_MS);
    }
  };
  return { post, refusals: () => refusals };
};

/** Appends an order's events as another instance would that fulfils it: the last voucher completes it at once. */
export const appendLife = async (events: EventStore, life: readonly NewEvent[]): Promise<void> => {
  const last = life.length - 2;
  for (const [at, event] of life.slice(0, -1).entries()) {
    if (at > 0) await pause(APART_MS);
    const together: NonEmpty<NewEvent> = [event, ...(at === last ? life.slice(-1) : [])];
    if ((await events.append(event.stream, at, together)) !== 'appended') throw new Error('an order of ours is there');
  }
};
