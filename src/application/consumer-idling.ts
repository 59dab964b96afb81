import { elapsed } from '../domain/shared/instant.ts';
import type { Instant, Ms } from '../domain/shared/instant.ts';
import type { Clock } from './ports/clock.ts';
import type { Feed, Position } from './ports/event-store.ts';

/** What is left of `apart` since a batch began. */
export const rest = async (
  { apart = 0, clock }: { readonly apart?: Ms; readonly clock: Clock },
  begun: Instant,
  stop: AbortSignal,
): Promise<void> => {
  const since = elapsed(begun, clock.now());
  // A clock that was set back makes nobody wait longer.
  if (since < apart) await clock.sleep(Math.min(apart - since, apart), stop);
};

/** Until there may be more behind a position, the lease wants renewing, or `stop`. */
export const idle = async (
  { feed, clock, renewEvery }: { readonly feed: Feed; readonly clock: Clock; readonly renewEvery: Ms },
  at: Position | 'start',
  stop: AbortSignal,
): Promise<void> => {
  const over = new AbortController();
  // With a reason: without one an error is made for nobody.
  const end = (): void => over.abort('over');
  // Not by AbortSignal.any: what it makes is held weakly, so only a full collection frees it, and this is often.
  stop.addEventListener('abort', end);
  if (stop.aborted) end();
  await Promise.race([feed.changed(at, over.signal), clock.sleep(renewEvery, over.signal)]).finally(() => {
    stop.removeEventListener('abort', end);
    end();
  });
};
