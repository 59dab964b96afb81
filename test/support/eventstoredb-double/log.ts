/** A written event. Its position is the log's byte count where it begins, as on the real server: never a number of events. */
export interface Stored extends Proposed {
  readonly stream: string;
  readonly revision: number;
  readonly position: number;
}

export interface Proposed {
  readonly id: string;
  readonly type: string;
  readonly json: boolean;
  /** Milliseconds since 1970. */
  readonly created: number;
  readonly data: Uint8Array;
  readonly metadata: Uint8Array;
}

export type Expected = number | 'any' | 'no_stream' | 'stream_exists';

export type Outcome =
  | { readonly is: 'written'; readonly revision: number; readonly position: number }
  | { readonly is: 'wrong'; readonly current: number | 'no_stream' }
  | { readonly is: 'deleted' }
  | { readonly is: 'too large' };

/** One write, all or nothing. */
export interface Write {
  readonly stream: string;
  readonly events: readonly Proposed[];
}

/** Brings writes to where they outlive the process; in order. */
export type Keep = (writes: readonly Write[]) => Promise<void>;

interface Waiting {
  readonly outcome: Outcome;
  readonly write?: Write;
  readonly resolve: (outcome: Outcome) => void;
}

export const MAX_APPEND_SIZE = 1_048_576;
const DELETED = 2 ** 53;
const RECORD_OVERHEAD = 128;

const sizeOf = ({ data, metadata, type }: Proposed): number => data.length + metadata.length + type.length;

export interface Log {
  /** What has been kept, in order. */
  readonly all: readonly Stored[];
  /** The kept events of a stream that were not deleted; `deleted` for a tombstoned one. */
  readonly stream: (name: string) => readonly Stored[] | 'deleted';
  readonly append: (stream: string, expected: Expected, events: readonly Proposed[]) => Promise<Outcome>;
  /** Soft: the stream looks empty and may be written again. */
  readonly delete: (stream: string, expected: Expected) => Promise<Outcome>;
  readonly tombstone: (stream: string, expected: Expected) => Promise<Outcome>;
  /** Called after every group of writes, until it is taken back. */
  readonly onKept: (listener: () => void) => () => void;
  /** Every repeat is a conflict. */
  forgetIds: boolean;
}

const marker = (type: string, data: object): Proposed => ({
  id: crypto.randomUUID(),
  type,
  json: true,
  created: Date.now(),
  data: new TextEncoder().encode(JSON.stringify(data)),
  metadata: new Uint8Array(),
});

export const createLog = (before: readonly Write[], keep: Keep): Log => {
  const all: Stored[] = [];
  // What was accepted, kept or not yet: what the next append is checked against.
  const streams = new Map<string, Stored[]>();
  const hidden = new Map<string, number>();
  const kept = new Map<string, number>();
  const listeners = new Set<() => void>();
  const waiting: Waiting[] = [];
  let end = 0;
  let keeping = false;

  const of = (stream: string): Stored[] => {
    const known = streams.get(stream) ?? [];
    streams.set(stream, known);
    return known;
  };
  const isDeleted = (stream: string): boolean => of(stream).at(-1)?.type === '$streamDeleted';
  const isEmpty = (stream: string): boolean => of(stream).length <= (hidden.get(stream) ?? 0);

  const add = ({ stream, events }: Write): void => {
    const known = of(stream);
    for (const event of events) {
      known.push({
        ...event,
        stream,
        revision: event.type === '$streamDeleted' ? DELETED : known.length,
        position: end,
      });
      end += RECORD_OVERHEAD + sizeOf(event);
    }
    if (stream.startsWith('$$')) hidden.set(stream.slice(2), of(stream.slice(2)).length);
  };

  const written = (event: Stored | undefined): Outcome => ({
    is: 'written',
    revision: event?.revision ?? -1,
    position: event?.position ?? 0,
  });

  /** The rule of the real server: the ids behind the expected revision, one by one. */
  const repeat = (known: readonly Stored[], from: number, events: readonly Proposed[]): Outcome | undefined => {
    const same = !log.forgetIds && events.every(({ id }, index) => known[from + index]?.id === id);
    return same ? written(known[from + events.length - 1]) : undefined;
  };

  const whatIsThere = (stream: string): number | 'no_stream' => (isEmpty(stream) ? 'no_stream' : of(stream).length - 1);

  const wrong = (stream: string): Outcome => ({ is: 'wrong', current: whatIsThere(stream) });

  /** Where it is not said what must be there: a first id that is known is a repeat, best effort. */
  const atAny = (stream: string, events: readonly Proposed[]): Outcome | undefined => {
    const known = of(stream);
    const first = known.findIndex(({ id }) => id === events[0]?.id);
    return first < 0 ? undefined : repeat(known, first, events);
  };

  const atRevision = (stream: string, revision: number, events: readonly Proposed[]): Outcome | undefined => {
    const known = of(stream);
    return revision === known.length - 1 ? undefined : (repeat(known, revision + 1, events) ?? wrong(stream));
  };

  /** What is answered instead of writing; undefined where it is to be written. */
  const refused = (stream: string, expected: Expected, events: readonly Proposed[]): Outcome | undefined => {
    if (isDeleted(stream)) return { is: 'deleted' };
    if (events.reduce((sum, event) => sum + sizeOf(event), 0) > MAX_APPEND_SIZE) return { is: 'too large' };
    switch (expected) {
      case 'any':
        return atAny(stream, events);
      case 'stream_exists':
        return isEmpty(stream) ? wrong(stream) : atAny(stream, events);
      case 'no_stream':
        return isEmpty(stream) ? undefined : atRevision(stream, -1, events);
      default:
        return atRevision(stream, expected, events);
    }
  };

  const keepGroups = async (): Promise<void> => {
    keeping = true;
    while (waiting.length > 0) {
      const group = waiting.splice(0);
      const writes = group.flatMap(({ write }) => (write === undefined ? [] : [write]));
      await keep(writes);
      const ends = new Map<string, number>();
      for (const { stream, events } of writes) {
        const from = ends.get(stream) ?? kept.get(stream) ?? 0;
        all.push(...of(stream).slice(from, from + events.length));
        ends.set(stream, from + events.length);
      }
      for (const [stream, upTo] of ends) kept.set(stream, upTo);
      for (const { resolve, outcome } of group) resolve(outcome);
      for (const listener of listeners) listener();
    }
    keeping = false;
  };

  /** Answers an outcome when it, and all it rests on, is kept. */
  const once = (outcome: Outcome, write?: Write): Promise<Outcome> =>
    new Promise((resolve) => {
      waiting.push({ outcome, resolve, ...(write === undefined ? {} : { write }) });
      if (!keeping) void keepGroups();
    });

  const write = (stream: string, expected: Expected, events: readonly Proposed[], into = stream): Promise<Outcome> => {
    const refusal = refused(stream, expected, events);
    if (refusal !== undefined) return once(refusal);
    add({ stream: into, events });
    return once(written(of(into).at(-1)), { stream: into, events });
  };

  for (const one of before) {
    add(one);
    all.push(...of(one.stream).slice(-one.events.length));
    kept.set(one.stream, of(one.stream).length);
  }
  const log: Log = {
    all,
    stream: (name) => (isDeleted(name) ? 'deleted' : of(name).slice(hidden.get(name) ?? 0, kept.get(name) ?? 0)),
    append: (stream, expected, events) => write(stream, expected, events),
    delete: (stream, expected) =>
      write(stream, expected, [marker('$metadata', { $tb: Number.MAX_SAFE_INTEGER })], `$$${stream}`),
    tombstone: (stream, expected) => write(stream, expected, [marker('$streamDeleted', {})]),
    onKept: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    forgetIds: false,
  };
  return log;
};
