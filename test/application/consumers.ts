import { startConsumer } from '../../src/application/consumer-runner.ts';
import type { ConsumerDeps, RunningConsumer } from '../../src/application/consumer-runner.ts';
import type { ConsumerRecords } from '../../src/application/ports/consumer-records.ts';
import type { Consumer, Owner, Sink } from '../../src/application/ports/consumers.ts';
import type { Decoded } from '../../src/application/ports/codec.ts';
import { Unavailable } from '../../src/application/ports/errors.ts';
import type { Feed, NewEvent, StoreId, StreamId } from '../../src/application/ports/event-store.ts';
import type {
  ReadModel,
  ReadModelDefinition,
  ReadModels,
  Versioned,
  Write,
} from '../../src/application/ports/read-models.ts';
import { SECOND, elapsed, toEpochMs } from '../../src/domain/shared/instant.ts';
import { createMemoryRecords } from '../../src/infrastructure/checkpoints/memory-records.ts';
import type { MemoryProgress } from '../../src/infrastructure/checkpoints/memory.ts';
import { createVirtualClock } from '../../src/infrastructure/clock/virtual.ts';
import type { VirtualClock } from '../../src/infrastructure/clock/virtual.ts';
import { createCodec } from '../../src/infrastructure/codec/codec.ts';
import { createMemoryEventStore } from '../../src/infrastructure/event-store/memory.ts';
import { createMemoryReadModels } from '../../src/infrastructure/read-models/memory.ts';
import { eventOf } from '../support/stored-events.ts';
import { logInto, today } from './world.ts';
import type { LogLine } from './world.ts';

/** Everything that happened to one stream, in its order. */
export interface Reasons {
  readonly reasons: readonly string[];
}

export const reasonsDefinition: ReadModelDefinition<Reasons> = {
  name: 'reasons',
  schema: 1,
  fields: { many: (doc) => doc.reasons.length },
  sort: { field: 'many', direction: 'asc' },
};

const reasonOf = ({ event }: Decoded): string => (event.type === 'OrderCancelled' ? event.reason : event.type);

/** Keeps the reasons of each stream; `ignore me` does not concern it, `poison` is more than it can take. */
export const reasonsConsumer: Consumer<Versioned<Reasons>, Write<Reasons>> = {
  name: 'reasons',
  keys: (event) => (reasonOf(event) === 'ignore me' ? undefined : [event.recorded.stream]),
  apply: (docs, event) => {
    const { stream: key, version } = event.recorded;
    const reason = reasonOf(event);
    if (reason === 'poison') throw new TypeError('more than it can take');
    const doc = { reasons: [...(docs.get(key)?.doc.reasons ?? []), reason] };
    docs.set(key, { version, doc });
    return [{ key, version, doc }];
  },
};

type ReasonsSink = Sink<Versioned<Reasons>, Write<Reasons>>;
type ReasonsDeps = ConsumerDeps<Versioned<Reasons>, Write<Reasons>>;

export interface Consuming {
  readonly clock: VirtualClock;
  readonly feed: Feed;
  readonly sink: ReasonsSink;
  readonly model: ReadModel<Reasons>;
  readonly models: ReadModels;
  readonly records: ConsumerRecords;
  readonly logged: readonly LogLine[];
  readonly stop: AbortController;
  /** Appends one event; its reason is what is told of it, `undecodable` makes it one that nobody can read. */
  readonly happen: (stream: StreamId, reason: string) => Promise<void>;
  readonly start: (over?: Partial<ReasonsDeps>, until?: AbortController) => RunningConsumer;
  /** What is kept, by stream. */
  readonly kept: () => Promise<Readonly<Record<string, readonly string[]>>>;
}

export const A = 'order-a' as StreamId;
export const B = 'order-b' as StreamId;

/** A feed, and a read model that a consumer fills from it; a hold lasts for `leaseMs` where it is not renewed. */
export const consuming = async (leaseMs = 0): Promise<Consuming> => {
  const memory = createMemoryEventStore();
  const feed = memory.feed('store-1' as StoreId);
  const clock = createVirtualClock(today);
  const progress: MemoryProgress = new Map();
  const models = createMemoryReadModels({ leaseMs, now: () => toEpochMs(clock.now()) }, progress);
  const records = createMemoryRecords(progress);
  const { model, sink } = await models.open(reasonsDefinition);
  const logged: LogLine[] = [];
  const stop = new AbortController();
  const versions = new Map<StreamId, number>();
  return {
    clock,
    feed,
    sink,
    model,
    models,
    records,
    logged,
    stop,
    happen: async (stream, reason) => {
      const at = versions.get(stream) ?? 0;
      versions.set(stream, at + 1);
      const event: NewEvent = eventOf(stream, at + 1, reason);
      const stored = reason === 'undecodable' ? { ...event, type: 'OrderGiftWrapped' } : event;
      await memory.events.append(stream, at, [stored]);
    },
    start: (over = {}, until = stop) =>
      startConsumer(
        {
          feed,
          codec: createCodec(),
          clock,
          log: logInto(logged),
          owner: 'one' as Owner,
          consumer: reasonsConsumer,
          sink,
          retries: { store: memory.events, records },
          ...over,
        },
        until.signal,
      ),
    kept: async () => {
      const all: Record<string, readonly string[]> = {};
      for await (const { key, json } of model.scan()) all[key] = (JSON.parse(json) as Reasons).reasons;
      return all;
    },
  };
};

/** Five events of two streams. */
export const five = async (w: Consuming): Promise<void> => {
  for (const reason of ['1', '2', '3']) await w.happen(A, reason);
  for (const reason of ['4', '5']) await w.happen(B, reason);
};
/** What is kept of them. */
export const all = { [A]: ['1', '2', '3'], [B]: ['4', '5'] };

/** What is asked of the sink, and an outage of some of it. */
export const watched = (w: Consuming) => {
  const asked: string[] = [];
  const seconds: number[] = [];
  let out: string | undefined;
  const note = async <T>(what: string, ask: () => Promise<T>): Promise<T> => {
    asked.push(what);
    seconds.push(elapsed(today, w.clock.now()) / SECOND);
    if (what === out) throw new Unavailable('read models');
    return ask();
  };
  const { sink } = w;
  return {
    asked,
    seconds,
    fail: (what: string | undefined) => (out = what),
    sink: {
      hold: (owner: Owner) => note('hold', () => sink.hold(owner)),
      load: (...load: Parameters<typeof sink.load>) => note('load', () => sink.load(...load)),
      keep: (...keep: Parameters<typeof sink.keep>) => note('keep', () => sink.keep(...keep)),
      release: (...release: Parameters<typeof sink.release>) => note('release', () => sink.release(...release)),
    },
  };
};
