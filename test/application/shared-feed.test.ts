import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type {
  Feed,
  FeedBatch,
  Position,
  Recorded,
  StoreId,
  StreamId,
} from '../../src/application/ports/event-store.ts';
import { Undecodable, Unavailable } from '../../src/application/ports/errors.ts';
import { createSharedFeed, decodingOnce } from '../../src/application/shared-feed.ts';
import { createCodec } from '../../src/infrastructure/codec/codec.ts';
import { createMemoryEventStore } from '../../src/infrastructure/event-store/memory.ts';
import { eventsOf } from '../support/stored-events.ts';

/** A store, its shared feed, and what is read of the store. `tell` has it send its newest events by itself. */
const sharing = (rest?: () => Promise<void>) => {
  const store = createMemoryEventStore();
  const own = store.feed('store-1' as StoreId);
  const reads: (Position | 'start')[] = [];
  let sent: readonly Recorded[] = [];
  let isOut = false;
  const feed: Feed = {
    ...own,
    read: async (after, max) => {
      reads.push(after);
      if (isOut) throw new Unavailable('event store');
      return own.read(after, max);
    },
    told: (after, max) => {
      const at = sent.findIndex(({ position }) => position === after);
      return at < 0 ? [] : sent.slice(at + 1, at + 1 + max);
    },
  };
  const versions = new Map<StreamId, number>();
  return {
    own,
    reads,
    shared: createSharedFeed(feed, rest),
    out: (is: boolean) => (isOut = is),
    tell: async (many: number): Promise<void> => {
      sent = (await own.read('start', 1_000_000)).events.slice(-many);
    },
    append: async (stream: string, many: number): Promise<void> => {
      const at = versions.get(stream as StreamId) ?? 0;
      versions.set(stream as StreamId, at + many);
      await store.events.append(stream as StreamId, at, eventsOf(stream as StreamId, at, many));
    },
  };
};

/** A reader at `to`, and three events behind it. */
const withNews = async () => {
  const at = sharing();
  await at.append('order-1', 2);
  const { to } = await at.shared.read('start', 10);
  await at.append('order-1', 3);
  return { ...at, to, news: (await all(at.own)).slice(2) };
};

interface Reader {
  at: Position | 'start';
  readonly seen: string[];
}

const idsOf = ({ events }: FeedBatch): readonly string[] => events.map(({ id }) => id);

const all = async (feed: Feed): Promise<readonly string[]> => idsOf(await feed.read('start', 1_000_000));

describe('a shared feed', () => {
  it('asks the store once for what many read, at once or one after another', async () => {
    const { shared, append, reads, own } = sharing();
    await append('order-1', 3);
    await shared.read('start', 10);
    const head = await own.head();
    await append('order-1', 2);
    const batches = await Promise.all([shared.read(head, 10), shared.read(head, 10), shared.read(head, 1)]);
    batches.push(await shared.read(head, 10));
    expect(reads).toEqual(['start', head]);
    const news = (await all(own)).slice(3);
    expect(batches.map(idsOf)).toEqual([news, news, news.slice(0, 1), news]);
    expect(batches.map(({ atHead }) => atHead)).toEqual([true, true, false, true]);
  });

  it('lets a reader that is far behind read apart, without disturbing those at the head', async () => {
    const { shared, append, reads, own } = sharing();
    await append('order-1', 4);
    const head = await own.head();
    await shared.read(head, 10);
    const batch = await shared.read('start', 2);
    expect([idsOf(batch), batch.atHead]).toEqual([(await all(own)).slice(0, 2), false]);
    await append('order-1', 1);
    await Promise.all([shared.read(head, 10), shared.read(head, 10)]);
    expect(reads).toEqual([head, 'start', head]);
  });

  it('asks once for readers that go through the history side by side', async () => {
    const { shared, append, reads, own } = sharing();
    await append('order-1', 6);
    const readers = ['start', 'start', 'start'] as (Position | 'start')[];
    for (let batch = 0; batch < 2; batch += 1) {
      for (const [n, at] of readers.entries()) readers[n] = (await shared.read(at, 2)).to;
    }
    const fourth = await own.find('order-1' as StreamId, 4);
    expect(readers).toEqual([fourth, fourth, fourth]);
    expect(reads).toHaveLength(2);
  });

  it('is joined by the one that was behind, once it has come near', async () => {
    const { shared, append, reads, own } = sharing();
    await append('order-1', 2);
    const start = await shared.read('start', 10);
    await append('order-1', 2);
    await shared.read(start.to, 10);
    const last = await shared.read((await shared.read('start', 2)).to, 10);
    expect(idsOf(last)).toEqual((await all(own)).slice(2));
    expect(reads).toEqual(['start', start.to]);
  });

  it('asks the store for nothing that it has told', async () => {
    const { shared, reads, tell, to, news } = await withNews();
    await tell(4);
    const batches = await Promise.all([shared.read(to, 10), shared.read(to, 2)]);
    expect(batches.map(idsOf)).toEqual([news, news.slice(0, 2)]);
    expect(batches.map(({ atHead }) => atHead)).toEqual([true, false]);
    expect(reads).toEqual(['start']);
  });

  it('asks the store where it has told nothing behind the head', async () => {
    const { shared, reads, tell, to, news } = await withNews();
    await tell(2);
    expect(idsOf(await shared.read(to, 10))).toEqual(news);
    expect(reads).toEqual(['start', to]);
  });

  it('keeps what some readings brought: who takes longer reads apart', async () => {
    const { shared, append, reads, own } = sharing();
    const { to: start } = await shared.read('start', 10);
    await append('order-1', 1);
    const { to: slow } = await shared.read(start, 10);
    let newest = slow;
    for (let reading = 1; reading <= 24; reading += 1) {
      await append('order-1', 1);
      ({ to: newest } = await shared.read(newest, 10));
    }
    reads.length = 0;
    expect(idsOf(await shared.read(slow, 10))).toHaveLength(10);
    expect(reads).toEqual([]);
    await append('order-1', 1);
    await shared.read(newest, 10);
    expect(idsOf(await shared.read(slow, 50))).toEqual((await all(own)).slice(1));
    expect(reads).toEqual([newest, slow]);
  });

  it('keeps so many events at most: those before are asked of the store again', async () => {
    const { shared, append, reads, own } = sharing();
    let to = (await shared.read('start', 1)).to;
    for (let page = 0; page < 12; page += 1) {
      await append(`order-${String(page)}`, 1_000);
      ({ to } = await shared.read(to, 1_000));
    }
    expect(to).toBe(await own.head());
    reads.length = 0;
    expect(idsOf(await shared.read('start', 5))).toEqual((await all(own)).slice(0, 5));
    expect(reads).toEqual(['start']);
  });

  it('rests from one reading at the head to the next, and gives all who wait what came meanwhile', async () => {
    const rests: (() => void)[] = [];
    const { shared, append, reads, own } = sharing(() => new Promise((resolve) => rests.push(resolve)));
    const { to: start } = await shared.read('start', 10);
    await append('order-1', 1);
    const first = await shared.read(start, 10);
    const waiting = [shared.read(first.to, 10), shared.read(first.to, 10)];
    await append('order-1', 2);
    expect(reads).toEqual(['start', start]);
    rests[0]?.();
    const news = (await all(own)).slice(1);
    expect((await Promise.all(waiting)).map(idsOf)).toEqual([news, news]);
    expect(reads).toEqual(['start', start, first.to]);
  });

  it('does not rest while there is more than a page to come', async () => {
    const { shared, append, reads } = sharing(() => new Promise(() => undefined));
    let { to, atHead } = await shared.read('start', 1);
    for (let page = 0; page < 3; page += 1) await append(`order-${String(page)}`, 1_000);
    while (!atHead || reads.length === 1) ({ to, atHead } = await shared.read(to, 1_000));
    expect(reads).toHaveLength(4);
  });

  it('fails for all who wait while the store is out, and goes on afterwards', async () => {
    const { shared, append, out, own } = sharing();
    const { to } = await shared.read('start', 10);
    await append('order-1', 1);
    out(true);
    const both = await Promise.allSettled([shared.read(to, 10), shared.read(to, 10)]);
    expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    out(false);
    expect(idsOf(await shared.read(to, 10))).toEqual(await all(own));
  });

  it('shows every reader all events once and in order, whatever they do in between', async () => {
    const step = fc.oneof(
      fc.record({ append: fc.integer({ min: 1, max: 5 }), to: fc.constantFrom('order-1', 'order-2', 'catalog-pt') }),
      fc.record({ reader: fc.nat(3), max: fc.integer({ min: 1, max: 4 }) }),
      fc.record({ tell: fc.integer({ min: 1, max: 9 }) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        const { shared, append, own, tell } = sharing();
        const readers = Array.from({ length: 4 }, (): Reader => ({ at: 'start', seen: [] }));
        const readOn = async (reader: Reader, max: number): Promise<boolean> => {
          const batch = await shared.read(reader.at, max);
          reader.seen.push(...idsOf(batch));
          reader.at = batch.to;
          return batch.events.length > 0;
        };
        const busy = new Map<number, Promise<unknown>>();
        for (const one of steps) {
          if ('append' in one) await append(one.to, one.append);
          else if ('tell' in one) await tell(one.tell);
          else {
            const reader = readers.at(one.reader);
            if (reader === undefined) continue;
            const before = busy.get(one.reader) ?? Promise.resolve();
            busy.set(
              one.reader,
              before.then(() => readOn(reader, one.max)),
            );
          }
        }
        await Promise.all(busy.values());
        for (const reader of readers) while (await readOn(reader, 3));
        const wanted = await all(own);
        expect(readers.map(({ seen }) => seen)).toEqual([wanted, wanted, wanted, wanted]);
      }),
    );
  });
});

describe('a codec that decodes once', () => {
  it('gives all readers of one event the same, and asks again for what could not be read', async () => {
    const { append, own } = sharing();
    await append('order-1', 1);
    const [event] = (await own.read('start', 1)).events;
    if (event === undefined) throw new Error('nothing was appended');
    const codec = decodingOnce(createCodec());
    expect(codec.decode(event)).toBe(codec.decode(event));
    const unknown = { ...event, type: 'OrderGiftWrapped' };
    expect(() => codec.decode(unknown)).toThrow(Undecodable);
    expect(() => codec.decode(unknown)).toThrow(Undecodable);
  });
});
