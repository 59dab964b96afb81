import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Hold, Owner } from '../../src/application/ports/consumers.ts';
import { Unavailable } from '../../src/application/ports/errors.ts';
import type { Feed, StreamId } from '../../src/application/ports/event-store.ts';
import type { Shadow, Write } from '../../src/application/ports/read-models.ts';
import { createPart } from '../../src/application/rebuild/parts.ts';
import type { Parts } from '../../src/application/rebuild/parts.ts';
import { rebuild } from '../../src/application/rebuild/rebuild.ts';
import type { RebuildDeps } from '../../src/application/rebuild/rebuild.ts';
import { createCodec } from '../../src/infrastructure/codec/codec.ts';
import { fingerprint } from '../../src/infrastructure/composition/fingerprint.ts';
import { A, consuming, reasonsConsumer, reasonsDefinition } from './consumers.ts';
import type { Consuming, Reasons } from './consumers.ts';
import { logInto } from './world.ts';
import type { LogLine } from './world.ts';

const streams = Array.from({ length: 7 }, (_, n) => `order-${String(n)}` as StreamId);

/** The events of every `of`-th stream. */
const partOf = (feed: Feed, n: number, of: number): Pick<Feed, 'read'> => ({
  read: async (after, max) => {
    const batch = await feed.read(after, max);
    const mine = batch.events.filter(({ stream }) => Number(stream.at(-1)) % of === n);
    return { ...batch, events: mine };
  },
});

interface Folding {
  readonly of: number;
  readonly stretch: number;
  /** Turns of the event loop until what is kept can be loaded. */
  readonly slow: number;
  readonly batch?: number;
}

type MemoryParts = Parts<readonly Write<Reasons>[]>;

const codec = createCodec();

const openParts = (
  w: Consuming,
  shadow: Shadow<Reasons>,
  { of, stretch, slow, batch = 3 }: Folding,
  hold: Hold,
): MemoryParts => ({
  each: Array.from({ length: of }, (_, n) =>
    createPart({
      ...{ feed: partOf(w.feed, n, of), codec, log: logInto([]), consumer: reasonsConsumer },
      ...{ sink: shadow.sink, hold, fingerprint, batch },
    }),
  ),
  stretch,
  room: 1_000_000,
  keep: async (by, next, documents) => {
    for (let turn = 0; turn < slow; turn += 1) await setImmediate();
    return shadow.sink.keep(by, next, documents.flat());
  },
  close: async () => undefined,
});

interface Told {
  readonly parts: (shadow: Shadow<Reasons>, hold: Hold, events: number) => Parts<unknown>;
  readonly logged: LogLine[];
  readonly over: Partial<RebuildDeps<Reasons>>;
}

const rebuilding = async (w: Consuming, { parts, logged = [], over = {} }: Partial<Told> = {}) => {
  const shadow = await w.models.shadow(reasonsDefinition);
  return rebuild<Reasons>({
    ...{ feed: w.feed, codec, log: logInto(logged), consumer: reasonsConsumer, records: w.records },
    ...{ owner: 'rebuild' as Owner, live: w.model, shadow, fingerprint, batch: 3 },
    told: async () => setImmediate(),
    pause: async () => undefined,
    began: () => undefined,
    stop: new AbortController().signal,
    ...(parts !== undefined && { openParts: (hold, events) => parts(shadow, hold, events) }),
    ...over,
  });
};

type Happened = readonly (readonly [stream: number, reason: string])[];

const happened = async (events: Happened): Promise<Consuming> => {
  const w = await consuming();
  for (const [stream, reason] of events) await w.happen(streams[stream] ?? A, reason);
  const running = w.start();
  await w.clock.advance(0);
  w.stop.abort();
  await running.done;
  return w;
};

const history = fc.array(
  fc.tuple(fc.nat(streams.length - 1), fc.constantFrom('1', '2', '3', '4', 'ignore me', 'poison', 'undecodable')),
  { minLength: 1, maxLength: 60 },
);
const folding = fc.record({
  of: fc.integer({ min: 1, max: 3 }),
  stretch: fc.integer({ min: 1, max: 9 }),
  slow: fc.nat(4),
});

/** Fifty events of all streams, so many parts and stretches of ten. */
const fifty: Happened = Array.from({ length: 50 }, (_, n) => [n % streams.length, String(n)]);
const inTwo: Folding = { of: 2, stretch: 10, slow: 1 };

describe('a rebuild whose streams are folded in parts', () => {
  it('comes to the same documents, sum, counts and parked streams as one that folds them all', async () => {
    await fc.assert(
      fc.asyncProperty(history, folding, async (events, how) => {
        const inOne = await rebuilding(await happened(events));
        const w = await happened(events);
        const before = await w.kept();
        const inParts = await rebuilding(w, { parts: (shadow, hold) => openParts(w, shadow, how, hold) });
        expect(inParts).toEqual(inOne);
        expect(inParts).toMatchObject({ is: 'served', found: { many: 0 } });
        expect(await w.kept()).toEqual(before);
      }),
      { numRuns: 60 },
    );
  });

  it('goes on where it was interrupted, whatever was folded ahead, and comes to the same', async () => {
    await fc.assert(
      fc.asyncProperty(history, folding, fc.nat(20), async (events, how, at) => {
        const inOne = await rebuilding(await happened(events));
        const w = await happened(events);
        const stop = new AbortController();
        let stretches = 0;
        const told = async () => {
          await setImmediate();
          if ((stretches += 1) > at) stop.abort();
        };
        const parts: Told['parts'] = (shadow, hold) => openParts(w, shadow, how, hold);
        const first = await rebuilding(w, { parts, over: { told, stop: stop.signal } });
        if (first.is === 'served') return;
        expect(first).toEqual({ is: 'interrupted' });
        expect(await rebuilding(w, { parts })).toEqual(inOne);
      }),
      { numRuns: 60 },
    );
  });

  it('keeps a stretch when all parts have folded it, at one position, and tells of it', async () => {
    const w = await happened(fifty);
    const kept: number[] = [];
    const parts: Told['parts'] = (shadow, hold) => {
      const opened = openParts(w, shadow, inTwo, hold);
      const keep: MemoryParts['keep'] = (by, next, documents) => {
        kept.push(next.counts.read);
        return opened.keep(by, next, documents);
      };
      return { ...opened, keep };
    };
    const told: number[] = [];
    const tell = async ({ counts }: { readonly counts: { readonly read: number } }) => void told.push(counts.read);
    expect(await rebuilding(w, { parts, over: { told: tell } })).toMatchObject({ is: 'served' });
    expect(kept).toEqual([10, 20, 30, 40, 50]);
    expect(told.slice(0, 5)).toEqual(kept);
  });

  it('takes fewer events at a time where their documents are large', async () => {
    const w = await happened(fifty.map(([stream, reason], n) => [stream, n < 20 ? reason : reason.repeat(100)]));
    const asked: number[] = [];
    const parts: Told['parts'] = (shadow, hold) => {
      const opened = openParts(w, shadow, inTwo, hold);
      const each = opened.each.map(({ fold }, n) => ({
        fold: (events: number) => {
          if (n === 0) asked.push(events);
          return fold(events);
        },
      }));
      return { ...opened, each, stretch: 5, room: 500 };
    };
    expect(await rebuilding(w, { parts })).toEqual(await rebuilding(w));
    expect(Math.max(...asked.slice(0, 5))).toBe(5);
    expect(Math.max(...asked.slice(7))).toBeLessThan(5);
    expect(asked.reduce((sum, events) => sum + events, 0)).toBe(50);
  });

  it('is told how many events are to come, and folds by itself where no parts are worth it', async () => {
    const w = await happened(fifty);
    const asked: number[] = [];
    const none = (_hold: Hold, events: number) => void asked.push(events);
    expect(await rebuilding(w, { over: { openParts: none } })).toMatchObject({ is: 'served', documents: 7 });
    expect(asked).toEqual([50]);
  });

  it('folds the rest by itself where a part fails, and says so; the parts are closed', async () => {
    const w = await happened(fifty);
    const logged: LogLine[] = [];
    let closed = 0;
    const parts: Told['parts'] = (shadow, hold) => {
      const opened = openParts(w, shadow, inTwo, hold);
      const [first, second] = opened.each;
      let folds = 0;
      const failing = async (events: number) => {
        if ((folds += 1) === 3) throw new Unavailable('a thread that folds');
        return second?.fold(events);
      };
      return { ...opened, each: [first, { fold: failing }] as never, close: async () => void (closed += 1) };
    };
    const rebuilt = await rebuilding(w, { parts, logged });
    expect(rebuilt).toEqual(await rebuilding(await happened(fifty)));
    expect(logged.map(({ level, message }) => [level, message])).toEqual([
      ['warn', 'a part of a rebuild failed: the rest is folded in one, which takes longer'],
    ]);
    expect(closed).toBe(1);
  });

  it('does not keep what parks too many streams in all parts together, so that a later version can go on', async () => {
    const poison = Array.from({ length: 10_050 }, (_, n) => `order-${String(n)}` as StreamId);
    const w = await consuming();
    for (const stream of poison) await w.happen(stream, 'poison');
    const wide: Folding = { of: 2, stretch: 20_000, slow: 0, batch: 5_000 };
    const parts: Told['parts'] = (shadow, hold) => openParts(w, shadow, wide, hold);
    const over = { batch: 5_000 };
    await expect(rebuilding(w, { parts, over })).rejects.toMatchObject({ name: 'TooManyParked' });
    const mended = {
      ...reasonsConsumer,
      apply: ((docs, event) => {
        const { stream: key, version } = event.recorded;
        docs.set(key, { version, doc: { reasons: [] } });
        return [{ key, version, doc: { reasons: [] } }];
      }) as (typeof reasonsConsumer)['apply'],
    };
    expect(await rebuilding(w, { over: { ...over, consumer: mended } })).toMatchObject({ is: 'served' });
  });

  it('gives way to a newer rebuild of the same model, and closes its parts', async () => {
    const w = await happened(fifty);
    let closed = 0;
    const parts: Told['parts'] = (shadow, hold) => ({
      ...openParts(w, shadow, inTwo, hold),
      close: async () => void (closed += 1),
    });
    const told = async () => {
      await (await w.models.shadow(reasonsDefinition)).sink.hold('a newer one' as Owner);
    };
    expect(await rebuilding(w, { parts, over: { told } })).toEqual({ is: 'fenced' });
    expect(closed).toBe(1);
  });

  it('tells that the store is out, and goes on with the next run', async () => {
    const w = await happened(fifty);
    let closed = 0;
    const out: Told['parts'] = (shadow, hold) => ({
      ...openParts(w, shadow, inTwo, hold),
      keep: async () => Promise.reject(new Unavailable('read models')),
      close: async () => void (closed += 1),
    });
    await expect(rebuilding(w, { parts: out })).rejects.toThrow(Unavailable);
    expect(closed).toBe(1);
    const parts: Told['parts'] = (shadow, hold) => openParts(w, shadow, inTwo, hold);
    expect(await rebuilding(w, { parts })).toEqual(await rebuilding(await happened(fifty)));
  });
});
