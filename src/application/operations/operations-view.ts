import type { Instant } from '../../domain/shared/instant.ts';
import { elapsed } from '../../domain/shared/instant.ts';
import type { ConsumerStatus, RunningConsumer } from '../consumer-runner.ts';
import type { Mode } from '../../domain/order/values.ts';
import type { OpenCircuits } from '../ports/amilon-watch.ts';
import type { Clock } from '../ports/clock.ts';
import type { Progress } from '../ports/consumers.ts';
import type { Feed } from '../ports/event-store.ts';
import type { DriftView, EndpointView, UpstreamRecord } from './upstream-record.ts';

/** How far behind the newest event; a part is absent where nobody can tell. */
export interface Lag {
  readonly events?: number;
  /** Since the oldest event that waits happened; 0 where none waits. */
  readonly seconds?: number;
}

export interface ConsumerView {
  readonly name: string;
  readonly state: ConsumerStatus['state'];
  readonly caughtUp: boolean;
  readonly error?: string;
  /** Absent while another instance has the consumer. `read = applied + ignored + parked` (design 14). */
  readonly events?: Progress['counts'];
  /** Streams whose events wait behind one that could not be applied. */
  readonly parkedStreams?: number;
  readonly lag: Lag;
}

/** The service as its operators see it (surface.md, `/v1/ops/status`); `/metrics` shows the same figures. */
export interface OperationsView {
  readonly version: string;
  readonly mode: Mode;
  readonly startedAt: string;
  readonly uptimeSeconds: number;
  readonly consumers: readonly ConsumerView[];
  readonly upstream: {
    readonly circuits: OpenCircuits;
    readonly endpoints: readonly EndpointView[];
    readonly drift: readonly DriftView[];
    /** Kinds of drift that came when there were too many to keep. */
    readonly otherDrift: number;
  };
}

export interface OperationsDeps {
  readonly clock: Clock;
  readonly feed: Pick<Feed, 'read' | 'behind'>;
  readonly consumers: readonly Pick<RunningConsumer, 'status'>[];
  readonly upstream: Pick<UpstreamRecord, 'endpoints' | 'drift'>;
  readonly circuits: () => OpenCircuits;
  readonly version: string;
  readonly mode: Mode;
  readonly startedAt: Instant;
}

/** How the service is, now. Never throws: what cannot be reached is absent. */
export const createOperations = (deps: OperationsDeps) => async (): Promise<OperationsView> => {
  const { version, mode, startedAt, upstream } = deps;
  const now = deps.clock.now();
  const lagOf = createLags(deps.feed, now);
  const drift = upstream.drift();
  return {
    version,
    mode,
    startedAt,
    uptimeSeconds: Math.round(elapsed(startedAt, now) / 1_000),
    consumers: await Promise.all(deps.consumers.map((consumer) => consumerView(consumer.status(), lagOf))),
    upstream: {
      circuits: deps.circuits(),
      endpoints: upstream.endpoints(),
      drift: drift.kinds,
      otherDrift: drift.otherKinds,
    },
  };
};

const consumerView = async (
  { name, state, caughtUp, error, progress }: ConsumerStatus,
  lagOf: (at: Progress['at']) => Promise<Lag>,
): Promise<ConsumerView> => {
  // An error that was overcome is history.
  const known = { name, state, caughtUp, ...(error === undefined || state === 'running' ? {} : { error }) };
  // What this instance knew before another one took over is old.
  if (progress === undefined || state === 'standby') return { ...known, lag: {} };
  return {
    ...known,
    events: progress.counts,
    parkedStreams: Object.keys(progress.parked).length,
    lag: await lagOf(progress.at),
  };
};

/** Consumers are mostly at one place, so each place is looked at once. */
const createLags = (feed: OperationsDeps['feed'], now: Instant): ((at: Progress['at']) => Promise<Lag>) => {
  const asked = new Map<Progress['at'], Promise<Lag>>();
  return (at) => {
    const lag = asked.get(at) ?? lagAt(feed, at, now).catch(() => ({}));
    asked.set(at, lag);
    return lag;
  };
};

const lagAt = async (feed: OperationsDeps['feed'], at: Progress['at'], now: Instant): Promise<Lag> => {
  const [{ events }, behind] = await Promise.all([feed.read(at, 1), feed.behind(at)]);
  const [oldest] = events;
  const waited = oldest === undefined ? 0 : Math.max(elapsed(oldest.envelope.occurredAt, now), 0);
  return { ...(behind === 'unknown' ? {} : { events: behind }), seconds: waited / 1_000 };
};
