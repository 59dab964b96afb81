import { elapsed } from '../domain/shared/instant.ts';
import type { Ms } from '../domain/shared/instant.ts';
import type { Clock } from './ports/clock.ts';
import { applyBatch } from './consumer-batch.ts';
import { idle, rest } from './consumer-idling.ts';
import { RENEW_EVERY, renewing } from './consumer-renewal.ts';
import { retryParked } from './consumer-retries.ts';
import type { EventCodec } from './ports/codec.ts';
import type { ConsumerRecords } from './ports/consumer-records.ts';
import type { Consumer, Hold, Owner, Progress, Sink } from './ports/consumers.ts';
import { MachineryError } from './ports/errors.ts';
import type { EventStore, Feed } from './ports/event-store.ts';
import type { Log } from './ports/log.ts';
import type { FirstFilling } from './rebuild/first-fill.ts';

export interface ConsumerDeps<Doc, Out> {
  readonly feed: Feed;
  readonly codec: EventCodec;
  readonly clock: Clock;
  readonly log: Log;
  readonly owner: Owner;
  readonly consumer: Consumer<Doc, Out>;
  readonly sink: Sink<Doc, Out>;
  /** Where parked streams are read again, and who asks for it; absent: nobody does. */
  readonly retries?: { readonly store: EventStore; readonly records: ConsumerRecords };
  /** Fills what is held and still empty by a quicker way, if it is worth it. @returns whether to take it again */
  readonly firstFill?: (hold: Hold, how: FirstFilling) => Promise<boolean>;
  /** Events per batch: of those in one batch, an order's events come to one write. */
  readonly batch?: number;
  /** At the head, from one batch to the next at least: fewer and larger ones. After a quiet time nobody waits. */
  readonly apart?: Ms;
  /** How often an idle holder renews its lease. */
  readonly renewEvery?: Ms;
}

type ConsumerState = 'starting' | 'standby' | 'running' | 'waiting' | 'stopped';

export interface ConsumerStatus {
  readonly name: string;
  /** `waiting`: a part is out, and it tries again; `standby`: another instance has it. */
  readonly state: ConsumerState;
  readonly progress?: Progress;
  /** Whether it has been at the feed's head since it started. */
  readonly caughtUp: boolean;
  readonly error?: string;
}

export interface RunningConsumer {
  status(): ConsumerStatus;
  /** Resolves once the consumer has stopped and let go of its hold. */
  readonly done: Promise<void>;
}

/** Events per batch: who has this many to come is far behind. */
export const BATCH = 2_000;

const RETRY: { readonly first: Ms; readonly longest: Ms } = { first: 100, longest: 5_000 };

/** Feeds a consumer for ever: takes it, goes on where it was, steps back when fenced off, waits out what is broken. */
export const startConsumer = <Doc, Out>(deps: ConsumerDeps<Doc, Out>, stop: AbortSignal): RunningConsumer => {
  let status: ConsumerStatus = { name: deps.consumer.name, state: 'starting', caughtUp: false };
  const note = (change: Partial<ConsumerStatus>): void => {
    status = { ...status, ...change };
  };
  return {
    status: () => status,
    done: holdAndRun(deps, note, stop).finally(() => {
      note({ state: 'stopped' });
    }),
  };
};

type Note = (change: Partial<ConsumerStatus>) => void;

const holdAndRun = async <Doc, Out>(deps: ConsumerDeps<Doc, Out>, note: Note, stop: AbortSignal): Promise<void> => {
  let hold: Hold | 'held' = 'held';
  let failures = 0;
  const fine: Note = (change) => {
    failures = 0;
    note(change);
  };
  while (!stop.aborted) {
    try {
      hold = await deps.sink.hold(deps.owner);
      if (hold !== 'held') await fillAndFollow(deps, hold, fine, stop);
      else {
        note({ state: 'standby' });
        await deps.clock.sleep(renewEvery(deps), stop);
      }
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      if (error instanceof MachineryError && !error.retryable) {
        deps.log.error({ consumer: deps.consumer.name, err: error }, 'consumer stopped');
        note({ error: reason });
        break;
      }
      failures += 1;
      deps.log.warn({ consumer: deps.consumer.name, failures, err: error }, 'consumer waits and starts again');
      note({ state: 'waiting', error: reason });
      await deps.clock.sleep(Math.min(RETRY.first * 2 ** failures, RETRY.longest), stop);
    }
  }
  // Where this fails, the end of the lease lets the next holder in.
  if (hold !== 'held') await deps.sink.release(hold).catch(() => undefined);
};

const renewEvery = (deps: { readonly renewEvery?: Ms }): Ms => deps.renewEvery ?? RENEW_EVERY;

const fillAndFollow = async <Doc, Out>(
  deps: ConsumerDeps<Doc, Out>,
  hold: Hold,
  note: Note,
  stop: AbortSignal,
): Promise<void> => {
  const { firstFill } = deps;
  const told = async (progress: Progress): Promise<void> => {
    note({ state: 'running', progress });
  };
  const filled =
    firstFill !== undefined && (await renewing(deps, hold, stop, (until) => firstFill(hold, { told, stop: until })));
  if (!filled) await follow(deps, hold, note, stop);
};

/** Batch after batch until stopped or fenced off; an error leaves what was stored as the place to start again. */
const follow = async <Doc, Out>(
  deps: ConsumerDeps<Doc, Out>,
  hold: Hold,
  note: Note,
  stop: AbortSignal,
): Promise<void> => {
  let progress = hold.progress;
  const keep = keepingFor(deps, hold);
  while (!stop.aborted) {
    const begun = deps.clock.now();
    const batch = await deps.feed.read(progress.at, deps.batch ?? BATCH);
    const { out, next } = await applyBatch({ ...deps, hold }, progress, batch);
    if ((await keep(next, out)) === 'fenced') {
      deps.log.warn({ consumer: deps.consumer.name }, 'another instance took over');
      return;
    }
    const after = await retryIn(deps, hold, next);
    if (after === 'fenced') return;
    progress = after;
    note({ state: 'running', progress, ...(batch.atHead ? { caughtUp: true } : {}) });
    if (!batch.atHead) continue;
    await rest(deps, begun, stop);
    await idle({ ...deps, renewEvery: renewEvery(deps) }, progress.at, stop);
  }
  await deps.sink.keep(hold, progress, []);
};

/** What came to nothing is kept no sooner than the lease wants renewing: after a crash it is read again. */
const keepingFor = <Doc, Out>(
  deps: ConsumerDeps<Doc, Out>,
  hold: Hold,
): ((next: Progress, out: readonly Out[]) => Promise<'kept' | 'fenced'>) => {
  let { parked } = hold.progress.counts;
  let at = deps.clock.now();
  return async (next, out) => {
    const since = elapsed(at, deps.clock.now());
    const renewed = since >= 0 && since < renewEvery(deps);
    if (renewed && out.length === 0 && next.counts.parked === parked) return 'kept';
    const result = await deps.sink.keep(hold, next, out);
    ({ parked } = next.counts);
    at = deps.clock.now();
    return result;
  };
};

const retryIn = async <Doc, Out>(
  deps: ConsumerDeps<Doc, Out>,
  hold: Hold,
  progress: Progress,
): Promise<Progress | 'fenced'> =>
  deps.retries === undefined ? progress : retryParked({ ...deps, ...deps.retries, hold }, progress);
