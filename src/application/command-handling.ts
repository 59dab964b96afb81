import type { Decider } from '../domain/shared/decider.ts';
import { later } from '../domain/shared/instant.ts';
import type { Instant, Ms } from '../domain/shared/instant.ts';
import type { TenantId } from '../domain/shared/ids.ts';
import type { Mode } from '../domain/order/values.ts';
import type { Clock } from './ports/clock.ts';
import type { Decoded, DomainEvent, EventCodec } from './ports/codec.ts';
import { Unavailable } from './ports/errors.ts';
import type { Actor, Envelope, EventStore, NewEvent, NonEmpty, Stamp, StreamId } from './ports/event-store.ts';
import type { Identifiers } from './ports/identifiers.ts';

/** Who asked for a decision, and in which conversation. */
export interface Provenance {
  readonly actor: Actor;
  readonly tenant?: TenantId;
  readonly correlation: string;
  readonly causation: string;
  readonly traceparent?: string;
}

/** A decider with how its state is stamped on its events. */
export interface Aggregate<Command, Event extends DomainEvent, State, Refusal> extends Decider<
  Command,
  Event,
  State,
  Refusal
> {
  readonly stamp?: (state: State) => Stamp | undefined;
}

/** A stream's fold. */
export interface Folded<State> {
  readonly state: State;
  /** The stream's version that this is the fold of; 0 for an unknown stream. */
  readonly version: number;
  /** Of the stream's last event; absent for an unknown stream. */
  readonly last?: Envelope;
}

export type Handled<State, Event, Refusal> =
  | { readonly accepted: true; readonly events: readonly Event[]; readonly state: State; readonly version: number }
  | { readonly accepted: false; readonly refusal: Refusal; readonly state: State; readonly version: number };

export interface CommandHandlingDeps {
  readonly store: EventStore;
  readonly codec: EventCodec;
  readonly clock: Clock;
  readonly identifiers: Identifiers;
  readonly mode: Mode;
}

/** Concurrent writers of one stream give way this often before the caller hears of it. */
const CONFLICTS = 12;
const FIRST_PAUSE: Ms = 5;

/**
 * A stream's events in order, each decoded, the hash chain verified on the way (design 4).
 * @throws Undecodable, BrokenChain, Unavailable
 */
export const loadEvents = async function* (
  deps: Pick<CommandHandlingDeps, 'store' | 'codec'>,
  stream: StreamId,
  until?: number,
): AsyncGenerator<Decoded> {
  let prevHash = deps.codec.genesis;
  for await (const recorded of deps.store.read(stream, 0, until)) {
    deps.codec.verify(recorded, prevHash);
    prevHash = recorded.envelope.hash;
    yield deps.codec.decode(recorded);
  }
};

/** Folds a stream. @throws Undecodable, BrokenChain, Unavailable */
export const loadStream = async <Event extends DomainEvent, State>(
  deps: Pick<CommandHandlingDeps, 'store' | 'codec'>,
  stream: StreamId,
  fold: { readonly initial: State; readonly evolve: (state: State, event: Event) => State },
): Promise<Folded<State>> => {
  let state = fold.initial;
  let version = 0;
  let last: Envelope | undefined;
  for await (const { event, recorded } of loadEvents(deps, stream)) {
    state = fold.evolve(state, event as Event);
    version = recorded.version;
    last = recorded.envelope;
  }
  return last === undefined ? { state, version } : { state, version, last };
};

/**
 * Read, fold, decide, append at the version read; on conflict again from the start (design 5).
 * @param command makes the command for the time it is decided at (never before the stream's last event), and the
 *   state and version it is decided on; what it throws is thrown on, and nothing is recorded.
 * @throws Unavailable when the outcome of the append is unknown, or writers stay in each other's way.
 */
export const handleCommand = async <Command, Event extends DomainEvent, State, Refusal>(
  deps: CommandHandlingDeps,
  target: { readonly stream: StreamId; readonly aggregate: Aggregate<Command, Event, State, Refusal> },
  command: (at: Instant, state: State, version: number) => Command,
  provenance: Provenance,
): Promise<Handled<State, Event, Refusal>> => {
  const { stream, aggregate } = target;
  for (let conflicts = 0; conflicts < CONFLICTS; conflicts += 1) {
    const loaded = await loadStream(deps, stream, aggregate);
    const { state, version, last } = loaded;
    const now = deps.clock.now();
    const at = last === undefined ? now : later(now, last.occurredAt);
    const decision = aggregate.decide(command(at, state, version), state);
    if (!decision.accepted) return { accepted: false, refusal: decision.refusal, state, version };
    const { events } = decision;
    const sealed = seal({ ...deps, ...target, provenance }, loaded, events);
    if (!isNonEmpty(sealed.events)) return { accepted: true, events, state, version };
    if ((await deps.store.append(stream, version, sealed.events)) === 'appended') {
      return { accepted: true, events, state: sealed.state, version: version + events.length };
    }
    await deps.clock.sleep(deps.identifiers.random() * FIRST_PAUSE * 2 ** Math.min(conflicts, 6));
  }
  throw new Unavailable('event store', { detail: `${stream} is written to by too many at once` });
};

const isNonEmpty = <T>(list: readonly T[]): list is NonEmpty<T> => list.length > 0;

interface Sealing<Command, Event extends DomainEvent, State, Refusal> extends CommandHandlingDeps {
  readonly stream: StreamId;
  readonly aggregate: Aggregate<Command, Event, State, Refusal>;
  readonly provenance: Provenance;
}

/** Lays the chain on from the stream's head: each event stamped with the state after it. */
const seal = <Command, Event extends DomainEvent, State, Refusal>(
  { stream, aggregate, provenance, ...deps }: Sealing<Command, Event, State, Refusal>,
  loaded: Folded<State>,
  events: readonly Event[],
): { readonly events: readonly NewEvent[]; readonly state: State } => {
  let { state, version } = loaded;
  let prevHash = loaded.last === undefined ? deps.codec.genesis : loaded.last.hash;
  const tenant = provenance.tenant ?? loaded.last?.tenant;
  const sealed = events.map((event) => {
    state = aggregate.evolve(state, event);
    version += 1;
    const order = aggregate.stamp?.(state);
    const envelope = {
      mode: deps.mode,
      actor: provenance.actor,
      correlation: provenance.correlation,
      causation: provenance.causation,
      ...(provenance.traceparent === undefined ? {} : { traceparent: provenance.traceparent }),
      ...(tenant === undefined ? {} : { tenant }),
      ...(order === undefined ? {} : { order }),
    };
    const next = deps.codec.seal({ stream, version, id: deps.identifiers.eventId(), event, envelope }, prevHash);
    prevHash = next.envelope.hash;
    return next;
  });
  return { events: sealed, state };
};
