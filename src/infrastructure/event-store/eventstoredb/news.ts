import { END, type EventStoreDBClient, streamNameFilter } from '@eventstore/db-client';
import type { Log } from '../../../application/ports/log.ts';
import { createBell } from '../numbered-feed.ts';
import type { Connection } from './connection.ts';
import { NoAnswer, spoilsClient } from './failures.ts';
import { prefixes } from './ours.ts';
import { pause, pauseAfter } from './patience.ts';
import { isBehind, type Place } from './positions.ts';
import { createTold, type Told } from './told.ts';

/** Tells what of ours was written, as soon as the store sends it. Where that has a gap, the feed is read. */
export interface News {
  /** As `Told.behind`. */
  readonly told: Told['behind'];
  /** Whether something behind the place is known to be there. */
  follows(after: Place | 'start'): boolean;
  /** Until there may be something new, `stop`, or for a while at the longest. */
  heard(stop: AbortSignal): Promise<void>;
}

interface NewsOptions {
  readonly head: () => Promise<Place | 'start'>;
  readonly disturbed: () => void;
  readonly log: Pick<Log, 'debug'>;
  readonly deadlineMs: number;
  /** Whoever waits looks for himself after so long: no drop that nobody noticed holds him up. */
  readonly longestWaitMs: number;
  readonly stop: AbortSignal;
}

/** One subscription for all who wait, from the first on, opened again whenever it ends. */
export const createNews = (connection: Connection, options: NewsOptions): News => {
  const { stop, deadlineMs } = options;
  const bell = createBell();
  const told = createTold();
  let newest: Place | 'start' = 'start';
  let failures = 0;
  let following = false;

  const note = (place: Place | 'start') => {
    if (place !== 'start' && (newest === 'start' || isBehind(place, newest))) newest = place;
    bell.ring();
  };

  // What was written before the subscription stood is not told by it.
  const confirmed = async (): Promise<void> => {
    failures = 0;
    note(await options.head().catch(() => 'start' as const));
  };

  const listen = async (client: EventStoreDBClient): Promise<void> => {
    const filter = streamNameFilter({ prefixes });
    const subscription = client.subscribeToAll({ fromPosition: END, filter });
    const leave = () => void subscription.unsubscribe().catch(() => undefined);
    const timer = setTimeout(() => subscription.destroy(new NoAnswer(deadlineMs)), deadlineMs);
    subscription.on('error', () => undefined);
    subscription.on('confirmation', () => {
      clearTimeout(timer);
      void confirmed();
    });
    stop.addEventListener('abort', leave);
    try {
      for await (const { event } of subscription) {
        if (event !== undefined) told.add(event);
        note(event?.position ?? 'start');
      }
    } finally {
      clearTimeout(timer);
      stop.removeEventListener('abort', leave);
      leave();
    }
  };

  const follow = async (): Promise<void> => {
    while (!stop.aborted) {
      const client = await connection.client();
      // The server may end a subscription without an error: that is no end either.
      const error: unknown = await listen(client).catch((reason: unknown) => reason);
      if (spoilsClient(error)) connection.replace(client);
      options.disturbed();
      told.clear();
      newest = 'start';
      failures += 1;
      options.log.debug({ err: error, failures }, 'the subscription to the event store ended and is opened again');
      await pause(pauseAfter(failures), stop);
    }
  };

  stop.addEventListener('abort', () => bell.ring());
  return {
    told: told.behind,
    follows: (after) => newest !== 'start' && (after === 'start' || isBehind(newest, after)),
    heard: async (stopWaiting) => {
      if (!following) {
        following = true;
        void follow();
      }
      if (stop.aborted) return;
      const timer = setTimeout(() => bell.ring(), options.longestWaitMs);
      await bell.heard(stopWaiting);
      clearTimeout(timer);
    },
  };
};
