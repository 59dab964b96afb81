import { loadEvents } from './command-handling.ts';
import type { Decoded, EventCodec } from './ports/codec.ts';
import { MachineryError } from './ports/errors.ts';
import type { EventStore, Feed, Position, StreamId } from './ports/event-store.ts';
import type { ReadModel, Versioned } from './ports/read-models.ts';
import { missedOf } from './verify-behind.ts';
import type { Behind } from './verify-behind.ts';

/** A read model with how its documents follow from events, and its consumer's stored place in the feed. */
export interface Verifiable {
  readonly name: string;
  readonly model: ReadModel<unknown>;
  readonly at: Position | 'start';
  readonly keys: (event: Decoded) => readonly string[];
  readonly evolve: (doc: unknown, event: Decoded, key: string) => unknown;
}

export interface VerifyDeps {
  readonly feed: Feed;
  readonly store: EventStore;
  readonly codec: EventCodec;
  readonly models: readonly Verifiable[];
  /** Whether two documents are the same. */
  readonly same: (a: unknown, b: unknown) => boolean;
  /** Told after every batch of the feed how many events were read. */
  readonly progress: (events: number) => void;
}

export interface Verified {
  readonly events: number;
  readonly streams: number;
  readonly documents: number;
  /** Documents that wait for a consumer that has not come to their newest event yet: no fault. */
  readonly lagging: number;
  /** One sentence each, naming the stream or document; nothing secret. */
  readonly faults: readonly string[];
}

interface Tally {
  events: number;
  streams: number;
  unreadable: number;
  /** A fault where the model's consumer was beyond the event that they miss. */
  readonly behind: Behind[];
  readonly faults: string[];
  /** Compared documents, by model. */
  readonly compared: Map<string, number>;
}

/**
 * Reads everything and changes nothing: every stream's hash chain, and every document against the fold of its
 * stream (design 13: this proves that a read model is what its events say). @throws Unavailable
 */
export const verify = async (deps: VerifyDeps): Promise<Verified> => {
  const head = await deps.feed.head();
  const tally: Tally = { events: 0, streams: 0, unreadable: 0, behind: [], faults: [], compared: new Map() };
  for (let at: Position | 'start' = 'start', atHead = false; !atHead;) {
    const batch = await deps.feed.read(at, 500);
    for (const { stream, version } of batch.events) if (version === 1) await verifyStream(deps, tally, stream);
    tally.events += batch.events.length;
    at = batch.to;
    atHead = batch.atHead;
    deps.progress(tally.events);
  }
  // What came while this read may be in documents and not yet in what was read of the feed, or the other way round.
  const still = (await deps.feed.head()) === head;
  // Of an unreadable stream nobody knows which documents are its own.
  if (still && tally.unreadable === 0) for (const model of deps.models) await findStrays(model, tally);
  const missed = await missedOf(deps.feed, tally.behind);
  for (const { document, stream } of missed) tally.faults.push(`${document} has missed an event of ${stream}`);
  const lagging = tally.behind.length - missed.length;
  const { events, streams, faults, compared } = tally;
  return { events, streams, documents: [...compared.values()].reduce((a, b) => a + b, 0), lagging, faults };
};

const verifyStream = async (deps: VerifyDeps, tally: Tally, stream: StreamId): Promise<void> => {
  tally.streams += 1;
  const events = await eventsOf(deps, tally, stream);
  for (const model of deps.models) {
    try {
      await verifyDocuments(deps, tally, model, { stream, events });
    } catch (error) {
      if (error instanceof MachineryError) throw error;
      // What a projection cannot apply is parked: its documents say nothing of it, and nobody knows which they are.
      tally.faults.push(`${model.name} cannot follow ${stream}: an event of it cannot be applied, see what is parked`);
      tally.unreadable += 1;
    }
  }
};

const verifyDocuments = async (
  deps: VerifyDeps,
  tally: Tally,
  model: Verifiable,
  { stream, events }: Pick<Compared, 'stream' | 'events'>,
): Promise<void> => {
  for (const key of new Set(events.flatMap((event) => model.keys(event)))) {
    const stored = await model.model.get(key);
    if (stored !== undefined) tally.compared.set(model.name, comparedOf(tally, model) + 1);
    const document = `${model.name} ${key}`;
    const verdict = await verdictNow(deps, model, { stream, key, events, stored });
    if (verdict === 'differs') tally.faults.push(`${document} is not what ${stream} says`);
    else if (verdict !== 'same') tally.behind.push({ document, stream, version: verdict.misses, at: model.at });
  }
};

const readStream = async (deps: VerifyDeps, stream: StreamId): Promise<readonly Decoded[]> => {
  const events: Decoded[] = [];
  for await (const event of loadEvents(deps, stream)) events.push(event);
  return events;
};

/** None of a stream that is broken: that is a fault of its own. */
const eventsOf = async (deps: VerifyDeps, tally: Tally, stream: StreamId): Promise<readonly Decoded[]> => {
  try {
    return await readStream(deps, stream);
  } catch (error) {
    if (!(error instanceof MachineryError) || error.retryable) throw error;
    tally.faults.push(error.message);
    tally.unreadable += 1;
    return [];
  }
};

const comparedOf = ({ compared }: Tally, { name }: Verifiable): number => compared.get(name) ?? 0;

type Verdict = 'same' | 'differs' | { readonly misses: number };

interface Compared {
  readonly stream: StreamId;
  readonly key: string;
  readonly events: readonly Decoded[];
  readonly stored: Versioned<unknown> | undefined;
}

/** Where the document is newer than what was read of its stream, the stream went on meanwhile: it is read again. */
const verdictNow = async (deps: VerifyDeps, model: Verifiable, compared: Compared): Promise<Verdict> => {
  const { events, stored, stream } = compared;
  if ((stored?.version ?? 0) <= (events.at(-1)?.recorded.version ?? 0)) return verdictOf(deps, model, compared);
  return verdictOf(deps, model, { ...compared, events: await readStream(deps, stream) });
};

/** The document against the fold up to its own version. */
const verdictOf = ({ same }: VerifyDeps, model: Verifiable, { key, events, stored }: Compared): Verdict => {
  const at = stored === undefined ? 0 : stored.version;
  const touching = events.filter((event) => model.keys(event).includes(key));
  const seen = foldDocument(
    model,
    key,
    touching.filter(({ recorded }) => recorded.version <= at),
  );
  if (stored !== undefined && (seen.version !== at || !same(seen.doc, stored.doc))) return 'differs';
  const missed = touching.find(
    (event) => event.recorded.version > at && model.evolve(seen.doc, event, key) !== undefined,
  );
  return missed === undefined ? 'same' : { misses: missed.recorded.version };
};

const foldDocument = (
  model: Verifiable,
  key: string,
  events: readonly Decoded[],
): { doc: unknown; version: number } => {
  let doc: unknown;
  let version = 0;
  for (const event of events) {
    const next = model.evolve(doc, event, key);
    if (next === undefined) continue;
    doc = next;
    version = event.recorded.version;
  }
  return { doc, version };
};

const findStrays = async (model: Verifiable, tally: Tally): Promise<void> => {
  let strays = -comparedOf(tally, model);
  for await (const document of model.model.scan()) strays += document.version > 0 ? 1 : 0;
  if (strays > 0) tally.faults.push(`${model.name} holds ${String(strays)} documents that no stream accounts for`);
};
