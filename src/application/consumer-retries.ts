import { applyBatch } from './consumer-batch.ts';
import type { BatchDeps } from './consumer-batch.ts';
import type { ConsumerRecords } from './ports/consumer-records.ts';
import type { Parked, Progress, Sink } from './ports/consumers.ts';
import type { EventStore, Recorded, StreamId } from './ports/event-store.ts';

export interface RetryDeps<Doc, Out> extends BatchDeps<Doc, Out> {
  readonly sink: Pick<Sink<Doc, Out>, 'load' | 'keep'>;
  readonly store: EventStore;
  readonly records: ConsumerRecords;
}

/** Events of a parked stream that are applied in one step. */
const STEP = 100;

/**
 * Does what was asked for by `askRetry`: reads each stream again from its parked event to the last one that waits
 * behind it, and no further, for what follows comes by the feed (design 14). Kept with the progress, so that it is
 * fenced like any batch, and nothing is doubled. What cannot be applied still waits on.
 * @returns the progress after it. @throws as `applyBatch` and the sink: then the request stands.
 */
export const retryParked = async <Doc, Out>(
  deps: RetryDeps<Doc, Out>,
  progress: Progress,
): Promise<Progress | 'fenced'> => {
  const { name } = deps.consumer;
  let now = progress;
  if (Object.keys(now.parked).length === 0) return now;
  for (const stream of await deps.records.askedRetries(name)) {
    const after = await retryStream(deps, now, stream);
    if (after === 'fenced') return 'fenced';
    now = after;
    await deps.records.retried(name, stream);
  }
  return now;
};

const retryStream = async <Doc, Out>(
  deps: RetryDeps<Doc, Out>,
  progress: Progress,
  stream: StreamId,
): Promise<Progress | 'fenced'> => {
  let now = progress;
  for (let failed = false; !failed;) {
    const parked = now.parked[stream];
    const events = parked === undefined ? [] : await waiting(deps.store, stream, parked);
    if (parked === undefined || events.length === 0) break;
    const step = await applyAgain(deps, now, { stream, parked, events });
    if ((await deps.sink.keep(deps.hold, step.next, step.out)) === 'fenced') return 'fenced';
    ({ next: now, failed } = step);
  }
  return now;
};

const waiting = async (
  store: EventStore,
  stream: StreamId,
  { version, last }: Parked,
): Promise<readonly Recorded[]> => {
  const events: Recorded[] = [];
  const until = Math.min(last, version - 1 + STEP);
  for await (const event of store.read(stream, version - 1, until)) events.push(event);
  return events;
};

interface Again {
  readonly stream: StreamId;
  readonly parked: Parked;
  readonly events: readonly Recorded[];
}

/** As a batch of the feed whose events were counted before: as read, and as parked. */
const applyAgain = async <Doc, Out>(
  deps: RetryDeps<Doc, Out>,
  progress: Progress,
  { stream, parked, events }: Again,
): Promise<{ readonly out: readonly Out[]; readonly next: Progress; readonly failed: boolean }> => {
  const { [stream]: _own, ...others } = progress.parked;
  const batch = { events, to: progress.at, atHead: false };
  const { out, next } = await applyBatch(deps, { ...progress, parked: others }, batch);
  const again = next.parked[stream];
  const following = parked.version + events.length;
  const left = again ?? (following > parked.last ? undefined : { ...parked, version: following });
  const counts = {
    ...next.counts,
    read: next.counts.read - events.length,
    parked: next.counts.parked - events.length,
  };
  return {
    out,
    next: {
      ...next,
      parked: left === undefined ? others : { ...others, [stream]: { ...left, last: parked.last } },
      counts,
    },
    failed: again !== undefined,
  };
};
