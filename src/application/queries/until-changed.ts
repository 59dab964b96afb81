import type { Ms } from '../../domain/shared/instant.ts';
import type { Clock } from '../ports/clock.ts';
import type { StreamId } from '../ports/event-store.ts';
import type { Tail } from '../tail.ts';

export interface Patience {
  readonly wait: Ms;
  /** The client went away, or the service stops: what is known then is the answer. */
  readonly stop: AbortSignal;
}

/**
 * Reads again at each event of the stream until it is enough, or patience ends; the last reading is the answer.
 * Listens before it reads, so that no event falls between the two.
 */
export const untilChanged = async <T>(
  deps: { readonly tail: Tail; readonly clock: Clock },
  { stream, wait, stop }: Patience & { readonly stream: StreamId },
  read: () => Promise<T>,
  enough: (reading: T) => boolean,
): Promise<T> => {
  const over = new AbortController();
  const end = AbortSignal.any([stop, over.signal]);
  void deps.clock.sleep(wait, end).then(() => {
    over.abort();
  });
  try {
    for (;;) {
      const changed = deps.tail.changed(stream, end);
      const reading = await read();
      if (enough(reading) || end.aborted) return reading;
      await changed;
    }
  } finally {
    over.abort();
  }
};
