import type { Instant } from '../../domain/shared/instant.ts';
import type { AmilonEndpoint, CallNote, Drift } from '../ports/amilon-watch.ts';
import type { Clock } from '../ports/clock.ts';

/** One endpoint of Amilon since the process started. */
export interface EndpointView {
  readonly endpoint: AmilonEndpoint;
  readonly calls: number;
  readonly failures: number;
  /** How often each outcome came: `200`, `503`, `timeout` …. */
  readonly outcomes: { readonly [outcome: string]: number };
  readonly lastSuccessAt?: string;
  readonly lastFailureAt?: string;
  /** The outcome of the last failure. */
  readonly lastFailure?: string;
}

/** One kind of drift since the process started. */
export interface DriftView extends Drift {
  readonly count: number;
  readonly firstAt: string;
  readonly lastAt: string;
}

export interface UpstreamRecord {
  called(note: CallNote): void;
  drifted(drift: Drift): void;
  /** Endpoints that were called at all, by name. */
  endpoints(): readonly EndpointView[];
  /** Kinds in the order they were first seen; `otherKinds` counts what came when there were too many. */
  drift(): { readonly kinds: readonly DriftView[]; readonly otherKinds: number };
}

/** As much as a person reads, and no upstream can fill the memory with words of its own. */
const MOST_KINDS = 200;

/** Remembers, for the life of the process, what operators want to know of Amilon. */
export const createUpstreamRecord = (clock: Clock): UpstreamRecord => {
  const endpoints = new Map<AmilonEndpoint, EndpointView>();
  const kinds = new Map<string, DriftView>();
  let otherKinds = 0;
  return {
    called: (note) => {
      endpoints.set(note.endpoint, withCall(endpoints.get(note.endpoint), note, clock.now()));
    },
    drifted: ({ kind, where, what }) => {
      const at = clock.now();
      const key = JSON.stringify([kind, where, what]);
      const known = kinds.get(key);
      if (known !== undefined) kinds.set(key, { ...known, count: known.count + 1, lastAt: at });
      else if (kinds.size < MOST_KINDS) kinds.set(key, { kind, where, what, count: 1, firstAt: at, lastAt: at });
      else otherKinds += 1;
    },
    endpoints: () => [...endpoints.values()].toSorted((a, b) => (a.endpoint < b.endpoint ? -1 : 1)),
    drift: () => ({ kinds: [...kinds.values()], otherKinds }),
  };
};

const withCall = (before: EndpointView | undefined, note: CallNote, at: Instant): EndpointView => {
  const { endpoint } = note;
  const known = before ?? { endpoint, calls: 0, failures: 0, outcomes: {} };
  const outcome = note.status === undefined ? note.outcome : String(note.status);
  const failed = hasFailed(note);
  return {
    ...known,
    calls: known.calls + 1,
    failures: known.failures + (failed ? 1 : 0),
    outcomes: { ...known.outcomes, [outcome]: (known.outcomes[outcome] ?? 0) + 1 },
    ...(failed ? { lastFailureAt: at, lastFailure: outcome } : { lastSuccessAt: at }),
  };
};

const turnedAway = new Set([401, 408, 425, 429]);

/** A refusal, and an order that is not there yet, are fair answers of an upstream that is well. */
const hasFailed = ({ status }: CallNote): boolean => status === undefined || status >= 500 || turnedAway.has(status);
