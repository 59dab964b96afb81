import type { Decoded, EventCodec } from './ports/codec.ts';
import type { Consumer, Hold, Parked, Progress, Sink } from './ports/consumers.ts';
import { MachineryError, VersionGap } from './ports/errors.ts';
import type { FeedBatch, Recorded, StreamId } from './ports/event-store.ts';
import type { Log } from './ports/log.ts';

/** More parked streams than this are no accident of one order: the consumer stops (design 14). */
const MAX_PARKED = 10_000;

class TooManyParked extends MachineryError {
  override readonly name = 'TooManyParked';
  readonly retryable = false;
}

export interface BatchDeps<Doc, Out> {
  readonly codec: EventCodec;
  readonly log: Log;
  readonly consumer: Consumer<Doc, Out>;
  readonly sink: Pick<Sink<Doc, Out>, 'load'>;
  readonly hold: Hold;
}

/**
 * Applies a batch of the feed: loads what its events need once, then event by event.
 * An event that cannot be decoded or applied parks its own stream; later events of the stream wait behind it.
 * @throws VersionGap, TooManyParked, and what the sink throws.
 */
export const applyBatch = async <Doc, Out>(
  deps: BatchDeps<Doc, Out>,
  progress: Progress,
  batch: FeedBatch,
): Promise<{ readonly out: readonly Out[]; readonly next: Progress }> => {
  const events = batch.events.map((recorded) => understand(deps, recorded));
  const keys = keysToLoad(events);
  const docs = keys.length === 0 ? new Map<string, Doc>() : await deps.sink.load(deps.hold, keys);
  const out: Out[] = [];
  const parked = new Map(Object.entries(progress.parked) as [StreamId, Parked][]);
  const counts = { ...progress.counts };
  for (const event of events) {
    const { stream } = event.recorded;
    const ahead = parked.get(stream);
    const result = ahead === undefined ? applyOne(deps.consumer, docs, event) : wait(ahead, event);
    counts.read += 1;
    counts[countedAs(result)] += 1;
    if (result instanceof Error) parked.set(stream, park(deps, event.recorded, result));
    else if (isParked(result)) parked.set(stream, result);
    else if (result !== 'ignored') for (const item of result) out.push(item);
  }
  stopAtTooMany(deps.consumer, parked.size);
  return { out, next: { at: batch.to, parked: Object.fromEntries(parked), counts } };
};

/** Whether so many parked streams stop a consumer: what comes to more is never kept. */
export const areTooMany = (parked: number): boolean => parked > MAX_PARKED;

const stopAtTooMany = ({ name }: { readonly name: string }, parked: number): void => {
  if (areTooMany(parked)) throw new TooManyParked(`${name} has parked more than ${String(MAX_PARKED)} streams`);
};

interface Understood {
  readonly recorded: Recorded;
  readonly decoded: Decoded | Error | undefined;
  /** `undefined`: the event does not concern the consumer, or could not be decoded. */
  readonly keys: readonly string[] | undefined;
  readonly creates: boolean;
}

const understand = <Doc, Out>({ codec, consumer }: BatchDeps<Doc, Out>, recorded: Recorded): Understood => {
  const { category } = consumer;
  if (category !== undefined && !recorded.stream.startsWith(`${category}-`)) {
    return { recorded, decoded: undefined, keys: undefined, creates: false };
  }
  try {
    const decoded = codec.decode(recorded);
    return { recorded, decoded, keys: consumer.keys(decoded), creates: consumer.creates?.(decoded) === true };
  } catch (error) {
    return { recorded, decoded: asError(error), keys: undefined, creates: false };
  }
};

/** What an event of the batch creates is not there before. */
const keysToLoad = (events: readonly Understood[]): readonly string[] => {
  const created = new Set<string>();
  const wanted = new Set<string>();
  for (const { keys = [], creates } of events) {
    for (const key of keys) {
      if (creates) created.add(key);
      else if (!created.has(key)) wanted.add(key);
    }
  }
  return [...wanted];
};

/** What an event came to; a `Parked`: it waits behind an earlier one of its stream. */
type Result<Out> = readonly Out[] | 'ignored' | Parked | Error;

const isParked = (result: Result<unknown>): result is Parked => typeof result === 'object' && 'last' in result;

const wait = (ahead: Parked, { recorded }: Understood): Parked => ({ ...ahead, last: recorded.version });

const applyOne = <Doc, Out>(consumer: Consumer<Doc, Out>, docs: Map<string, Doc>, event: Understood): Result<Out> => {
  const { decoded, keys } = event;
  if (decoded instanceof Error) return decoded;
  if (decoded === undefined || keys === undefined) return 'ignored';
  try {
    return consumer.apply(docs, decoded, keys);
  } catch (error) {
    if (error instanceof VersionGap) throw error;
    return asError(error);
  }
};

const countedAs = (result: Result<unknown>): 'applied' | 'ignored' | 'parked' => {
  if (result instanceof Error || isParked(result)) return 'parked';
  return result === 'ignored' ? 'ignored' : 'applied';
};

const park = <Doc, Out>(deps: BatchDeps<Doc, Out>, { stream, version, type }: Recorded, error: Error): Parked => {
  deps.log.error({ consumer: deps.consumer.name, stream, version, type, err: error }, 'event parked');
  return { version, reason: error.message, last: version };
};

const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)));
