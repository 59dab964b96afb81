import type { Folded } from '../command-handling.ts';
import type { DomainEvent, EventCodec } from '../ports/codec.ts';
import type { EventStore, StreamId } from '../ports/event-store.ts';

export interface CachedFold<State> {
  readonly stream: StreamId;
  /**
   * The fold of everything that was appended before this was called.
   * @throws Undecodable, BrokenChain, Unavailable: what was cached is forgotten then.
   */
  current(): Promise<Folded<State>>;
}

export interface FoldOf<State, Event extends DomainEvent> {
  readonly initial: State;
  readonly evolveAll: (state: State, events: readonly Event[]) => State;
}

// Chunks are up to 256 KiB each, and all of a run is in memory at once.
const RUN = 64;

/**
 * A stream's fold, kept and caught up from its version; every event's hash chain is verified (design 4 and 18).
 * It holds only what was read back, never what was merely appended: an uncertain append leaves nothing to forget.
 */
export const createCachedFold = <State, Event extends DomainEvent>(
  { store, codec }: { readonly store: EventStore; readonly codec: EventCodec },
  stream: StreamId,
  { initial, evolveAll }: FoldOf<State, Event>,
): CachedFold<State> => {
  const nothing: Folded<State> = { state: initial, version: 0 };
  let kept = nothing;
  let running: Promise<Folded<State>> | undefined;
  let queued: Promise<Folded<State>> | undefined;

  const catchUp = async (): Promise<Folded<State>> => {
    let folded = kept;
    let run: Event[] = [];
    for await (const recorded of store.read(stream, folded.version)) {
      codec.verify(recorded, folded.last === undefined ? codec.genesis : folded.last.hash);
      run.push(codec.decode(recorded).event as Event);
      folded = { state: folded.state, version: recorded.version, last: recorded.envelope };
      if (run.length === RUN) {
        folded = { ...folded, state: evolveAll(folded.state, run) };
        run = [];
      }
    }
    return run.length === 0 ? folded : { ...folded, state: evolveAll(folded.state, run) };
  };

  const start = async (): Promise<Folded<State>> => {
    queued = undefined;
    try {
      running = catchUp();
      kept = await running;
      return kept;
    } catch (error) {
      kept = nothing;
      throw error;
    } finally {
      running = undefined;
    }
  };

  return {
    stream,
    // Whoever comes while a read is under way shares the next one: the one under way may have missed the newest event.
    current: () => {
      queued ??= running?.then(start, start);
      return queued ?? start();
    },
  };
};
