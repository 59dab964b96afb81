import { describe, expect, it } from '@jest/globals';
import type { Position, StreamId } from '../src/application/ports/event-store.ts';
import { eventually } from './end-to-end/client.ts';
import { openedStores } from './support/eventstoredb-stores.ts';
import { eventOf, freshStream } from './support/stored-events.ts';

const never = new AbortController().signal;

const until = (holds: () => boolean): Promise<unknown> => eventually(async () => holds(), Boolean);

describe('what EventStoreDB sends to its subscriber', () => {
  const { open } = openedStores();

  /** A feed with a subscription. `begun` answers the position of an event that it has brought. */
  const followed = async () => {
    const opened = await open({ longestWaitMs: 3_600_000 });
    const { feed, events, first } = opened;
    const told = (after: Position) =>
      (feed.told?.(after, 10) ?? []).map(({ stream, version }) => ({ stream, version }));
    // Comes back once the subscription stands.
    await feed.changed(await feed.head(), never);
    const appended = async (): Promise<Position> => {
      const stream = freshStream();
      await first(stream);
      return (await feed.find(stream, 1)) as Position;
    };
    const begun = async (): Promise<Position> => {
      const [before, brought] = [await appended(), await appended()];
      const [next] = await eventually(
        async () => told(before),
        ({ length }) => length === 1,
        500,
      ).catch(() => []);
      // A subscription that stood too late.
      return next === undefined ? begun() : brought;
    };
    const append = async (stream: StreamId, version: number) => {
      await events.append(stream, version - 1, [eventOf(stream, version)]);
      return { stream, version };
    };
    return { ...opened, told, begun, append, appended };
  };

  it('is told behind an event that it has sent, in order, without asking it', async () => {
    const { feed, faults, told, begun, append } = await followed();
    const after = await begun();
    expect(told(after)).toEqual([]);
    faults.silentReads = Infinity;
    const [a, b] = [freshStream(), freshStream()];
    const appended = [await append(a, 1), await append(b, 1), await append(a, 2)];
    await until(() => told(after).length === 3);
    expect(told(after)).toEqual(appended);
    expect(feed.told?.(after, 2).map(({ stream }) => stream)).toEqual([a, b]);
  });

  it('is what a reading shows', async () => {
    const { feed, told, begun, append } = await followed();
    const after = await begun();
    for (const version of [1, 2, 3]) await append('order-7a1f' as StreamId, version);
    await until(() => told(after).length === 3);
    expect(feed.told?.(after, 10)).toEqual((await feed.read(after, 10)).events);
  });

  it('is nothing behind the start, an event of before, or a place that is none', async () => {
    const { feed, appended, begun } = await followed();
    const before = await appended();
    await begun();
    for (const after of ['start', 'nowhere', `${feed.storeId}:1/1`] as Position[]) {
      expect(feed.told?.(after, 10)).toEqual([]);
    }
    // It was told, and let go when what followed was asked for.
    expect(feed.told?.(before, 10)).toEqual([]);
  });

  it('leaves the large events of the catalogue to a reading, and what is before them', async () => {
    const { feed, told, begun, append } = await followed();
    const after = await begun();
    await append(freshStream(), 1);
    await until(() => told(after).length === 1);
    await append('catalog-pt-PT' as StreamId, 1);
    await until(() => told(after).length === 0);
    expect((await feed.read(after, 10)).events.map(({ version }) => version)).toEqual([1, 1]);
  });

  it.each(['end', 'drop'] as const)('has a gap at the %s of a subscription, and is told on behind it', async (how) => {
    const { double, told, begun, append } = await followed();
    const after = await begun();
    await append(freshStream(), 1);
    await until(() => told(after).length === 1);
    double.subscriptions[how]();
    await until(() => told(after).length === 0);
    await until(() => double.subscriptions.open === 1);
    const again = await begun();
    const appended = await append(freshStream(), 1);
    await until(() => told(again).length === 1);
    expect(told(again)).toEqual([appended]);
    expect(told(after)).toEqual([]);
  });
});
