import { describe, expect, it } from '@jest/globals';
import type { ConsumerStatus } from '../../src/application/consumer-runner.ts';
import { createOperations } from '../../src/application/operations/operations-view.ts';
import type { OperationsDeps } from '../../src/application/operations/operations-view.ts';
import { createUpstreamRecord } from '../../src/application/operations/upstream-record.ts';
import { Unavailable } from '../../src/application/ports/errors.ts';
import type { Position, StoreId, StreamId } from '../../src/application/ports/event-store.ts';
import { instant } from '../../src/domain/shared/instant.ts';
import { createVirtualClock } from '../../src/infrastructure/clock/virtual.ts';
import { createMemoryEventStore } from '../../src/infrastructure/event-store/memory.ts';
import { eventsOf, freshStream } from '../support/stored-events.ts';

const STARTED = instant('2026-03-02T09:00:00.000Z');
const NOW = instant('2026-03-02T10:00:00.000Z');

const store = createMemoryEventStore();
const feed = store.feed('store-1' as StoreId);
const stream = freshStream();
const events = eventsOf(stream, 0, 3);
await store.events.append(stream, 0, events);
const waited = (Date.parse(NOW) - Date.parse(events[1]?.envelope.occurredAt ?? NOW)) / 1_000;

const counts = { read: 1, applied: 1, ignored: 0, parked: 0 };
const status = (rest: Partial<ConsumerStatus>): ConsumerStatus => ({
  name: 'orders',
  state: 'running',
  caughtUp: true,
  ...rest,
});

const consumersOf = async (known: ConsumerStatus, from: OperationsDeps['feed'] = feed) => {
  const clock = createVirtualClock(NOW);
  const operations = createOperations({
    clock,
    feed: from,
    consumers: [{ status: () => known }],
    upstream: createUpstreamRecord(clock),
    circuits: () => ({ create: 'failing' }),
    version: '1.2.3',
    mode: 'sandbox',
    startedAt: STARTED,
  });
  const { consumers, ...rest } = await operations();
  return { consumers, rest };
};
const at = async (version: number): Promise<Position> => {
  const position = await feed.find(stream, version);
  if (position === undefined) throw new Error('not found');
  return position;
};

describe('the status of the operators', () => {
  it('says what runs, since when, and which circuits are open', async () => {
    expect((await consumersOf(status({}))).rest).toEqual({
      version: '1.2.3',
      mode: 'sandbox',
      startedAt: STARTED,
      uptimeSeconds: 3_600,
      upstream: { circuits: { create: 'failing' }, endpoints: [], drift: [], otherDrift: 0 },
    });
  });

  it('tells the lag of a consumer in events, and in seconds since the oldest one that waits', async () => {
    const { consumers } = await consumersOf(status({ progress: { at: await at(1), parked: {}, counts } }));
    expect(consumers).toEqual([
      {
        name: 'orders',
        state: 'running',
        caughtUp: true,
        events: counts,
        parkedStreams: 0,
        lag: { events: 2, seconds: waited },
      },
    ]);
  });

  it('has no lag at the head', async () => {
    const { consumers } = await consumersOf(status({ progress: { at: await at(3), parked: {}, counts } }));
    expect(consumers.map(({ lag }) => lag)).toEqual([{ events: 0, seconds: 0 }]);
  });

  it('counts the streams that are parked', async () => {
    const parked = { ['order-1' as StreamId]: { version: 1, last: 1, reason: 'why' } };
    const { consumers } = await consumersOf(status({ progress: { at: await at(3), parked, counts } }));
    expect(consumers.map(({ parkedStreams }) => parkedStreams)).toEqual([1]);
  });

  it('tells seconds alone where the store cannot count', async () => {
    const uncounted = { ...feed, behind: async () => 'unknown' as const };
    const { consumers } = await consumersOf(status({ progress: { at: await at(1), parked: {}, counts } }), uncounted);
    expect(consumers.map(({ lag }) => lag)).toEqual([{ seconds: waited }]);
  });

  it('answers also where the store is out, without the lag and with the reason', async () => {
    const out = {
      read: async () => {
        throw new Unavailable('event store');
      },
      behind: async () => 0,
    };
    const waiting = status({
      state: 'waiting',
      error: 'event store is not available',
      progress: { at: await at(1), parked: {}, counts },
    });
    const { consumers } = await consumersOf(waiting, out);
    expect(consumers).toEqual([
      {
        name: 'orders',
        state: 'waiting',
        caughtUp: true,
        error: 'event store is not available',
        events: counts,
        parkedStreams: 0,
        lag: {},
      },
    ]);
  });

  it('tells nothing old of a consumer that another instance has', async () => {
    const standby = status({ state: 'standby', progress: { at: await at(1), parked: {}, counts } });
    expect((await consumersOf(standby)).consumers).toEqual([
      { name: 'orders', state: 'standby', caughtUp: true, lag: {} },
    ]);
  });
});
