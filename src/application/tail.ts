import type { Clock } from './ports/clock.ts';
import type { Feed, Position, StreamId } from './ports/event-store.ts';
import type { Log } from './ports/log.ts';

/** The feed's newest events, for requests that wait for one stream (long polls). */
export interface Tail {
  /** Resolves at the stream's next event, or when `stop` is aborted; it may also resolve early. */
  changed(stream: StreamId, stop: AbortSignal): Promise<void>;
  /** Resolves once the tail has ended after `stop`. */
  readonly done: Promise<void>;
}

/** Follows the feed from where it is now; keeps nothing, so it costs the same for any number of waiting requests. */
export const startTail = (
  deps: { readonly feed: Feed; readonly from: Position | 'start'; readonly clock: Clock; readonly log: Log },
  stop: AbortSignal,
): Tail => {
  const waiting = new Map<StreamId, Set<() => void>>();
  const wake = (stream: StreamId): void => {
    for (const resolve of waiting.get(stream) ?? []) resolve();
  };
  const follow = async (): Promise<void> => {
    let at = deps.from;
    while (!stop.aborted) {
      try {
        const batch = await deps.feed.read(at, 500);
        for (const { stream } of batch.events) wake(stream);
        at = batch.to;
        if (batch.atHead) await deps.feed.changed(at, stop);
      } catch (error) {
        deps.log.warn({ err: error }, 'the feed cannot be followed; waiting requests answer at their time-out');
        await deps.clock.sleep(1_000, stop);
      }
    }
  };
  return {
    changed: (stream, until) =>
      new Promise((resolve) => {
        const resolvers = waiting.get(stream) ?? new Set();
        waiting.set(stream, resolvers);
        const end = (): void => {
          resolvers.delete(end);
          if (resolvers.size === 0 && waiting.get(stream) === resolvers) waiting.delete(stream);
          until.removeEventListener('abort', end);
          resolve();
        };
        resolvers.add(end);
        until.addEventListener('abort', end);
        if (until.aborted) end();
      }),
    done: follow(),
  };
};
