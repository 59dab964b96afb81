import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { StreamId } from '../../src/application/ports/event-store.ts';
import { noProgress } from '../../src/application/ports/consumers.ts';
import type { Owner } from '../../src/application/ports/consumers.ts';
import { A, B, all, consuming, five, reasonsConsumer } from './consumers.ts';

/** Consumes what happened, to the end. */
const consumed = async (happened: readonly (readonly [StreamId, string])[], batch = 500) => {
  const w = await consuming();
  for (const [stream, reason] of happened) await w.happen(stream, reason);
  const running = w.start({ batch });
  await w.clock.advance(0);
  w.stop.abort();
  await running.done;
  return { kept: await w.kept(), status: running.status(), logged: w.logged };
};

describe('an event of another category', () => {
  it('is ignored without being decoded, so that none of them can park', async () => {
    const w = await consuming();
    const C = 'catalog-pt-PT' as StreamId;
    for (const stream of [C, A, C]) await w.happen(stream, stream === C ? 'undecodable' : '1');
    const running = w.start({ consumer: { ...reasonsConsumer, category: 'order' } });
    await w.clock.advance(0);
    expect(await w.kept()).toEqual({ [A]: ['1'] });
    expect(running.status().progress).toMatchObject({
      parked: {},
      counts: { read: 3, applied: 1, ignored: 2, parked: 0 },
    });
    w.stop.abort();
    await running.done;
  });
});

describe('an event that cannot be applied', () => {
  for (const [poison, reason] of [
    ['undecodable', 'cannot read order-a version 2 (OrderGiftWrapped, schema 1): no such type is known'],
    ['poison', 'more than it can take'],
  ] as const) {
    it(`parks its own stream (${poison}): later events of it wait, all others flow`, async () => {
      const { kept, status, logged } = await consumed([
        [A, '1'],
        [B, '1'],
        [A, poison],
        [A, '3'],
        [B, '2'],
      ]);
      expect(kept).toEqual({ [A]: ['1'], [B]: ['1', '2'] });
      expect(status.progress).toMatchObject({
        parked: { [A]: { version: 2, reason, last: 3 } },
        counts: { read: 5, applied: 3, ignored: 0, parked: 2 },
      });
      expect(logged).toMatchObject([{ level: 'error', fields: { consumer: 'reasons', stream: A, version: 2 } }]);
    });
  }

  it('keeps the stream parked over batches and restarts, at its first such event', async () => {
    const w = await consuming();
    for (const reason of ['1', 'poison', '3', 'poison', '5']) await w.happen(A, reason);
    const first = w.start({ batch: 1 });
    await w.clock.advance(0);
    w.stop.abort();
    await first.done;
    await w.happen(A, '6');
    await w.happen(B, '1');
    const stop = new AbortController();
    const second = w.start({}, stop);
    await w.clock.advance(0);
    expect(second.status().progress).toMatchObject({
      parked: { [A]: { version: 2, reason: 'more than it can take', last: 6 } },
      counts: { read: 7, applied: 2, ignored: 0, parked: 5 },
    });
    expect(await w.kept()).toEqual({ [A]: ['1'], [B]: ['1'] });
    stop.abort();
    await second.done;
  });

  it('is not hidden by events that do not concern the consumer', async () => {
    const { status } = await consumed([
      [A, 'ignore me'],
      [A, 'poison'],
      [A, 'ignore me'],
      [B, 'ignore me'],
    ]);
    expect(status.progress?.counts).toEqual({ read: 4, applied: 0, ignored: 2, parked: 2 });
  });

  it('stops the consumer where more than 10 000 streams are parked: that is no accident of one order', async () => {
    const w = await consuming();
    const hold = await w.sink.hold('one' as Parameters<typeof w.sink.hold>[0]);
    if (hold === 'held') throw new TypeError('nobody else is there');
    const parkedStreams = (many: number) =>
      Object.fromEntries(
        Array.from({ length: many }, (_, n) => [`order-${String(n)}`, { version: 1, reason: 'r', last: 1 }]),
      );
    await w.sink.keep(hold, { ...noProgress, parked: parkedStreams(9_999) }, []);
    await w.happen(A, 'poison');
    const running = w.start();
    await w.clock.advance(0);
    expect(running.status().state).toBe('running');
    await w.happen(B, 'poison');
    await running.done;
    expect(running.status()).toMatchObject({
      state: 'stopped',
      error: 'reasons has parked more than 10000 streams',
    });
  });
});

describe('an event that creates its document', () => {
  /** As a projection does it: what was seen changes nothing. */
  const creating: typeof reasonsConsumer = {
    ...reasonsConsumer,
    creates: ({ recorded }) => recorded.version === 1,
    apply: (docs, event, keys) =>
      (docs.get(event.recorded.stream)?.version ?? 0) < event.recorded.version
        ? reasonsConsumer.apply(docs, event, keys)
        : [],
  };

  it('is not looked for, and neither is what follows it in its batch', async () => {
    const w = await consuming();
    const looked: string[] = [];
    const load: typeof w.sink.load = (hold, keys) => {
      looked.push(...keys);
      return w.sink.load(hold, keys);
    };
    for (const stream of [A, A, B, A]) await w.happen(stream, 'fine');
    const running = w.start({ consumer: creating, sink: { ...w.sink, load }, batch: 3 });
    await w.clock.advance(0);
    expect([await w.kept(), looked]).toEqual([{ [A]: ['fine', 'fine', 'fine'], [B]: ['fine'] }, [A]]);
    w.stop.abort();
    await running.done;
  });

  for (const batch of [1, 2, 10]) {
    it(`may come again after a crash, ${String(batch)} at a time: the newer document stays all along`, async () => {
      const w = await consuming();
      await five(w);
      const first = w.start({ consumer: creating });
      await w.clock.advance(0);
      w.stop.abort();
      await first.done;
      const hold = await w.sink.hold('another' as Owner);
      if (hold === 'held') throw new TypeError('nobody else is there');
      await w.sink.keep(hold, noProgress, []);
      await w.sink.release(hold);
      const stop = new AbortController();
      const seen: unknown[] = [];
      const keep: typeof w.sink.keep = async (...kept) => {
        const result = await w.sink.keep(...kept);
        seen.push(await w.kept());
        return result;
      };
      const again = w.start({ consumer: creating, sink: { ...w.sink, keep }, batch }, stop);
      await w.clock.advance(0);
      expect(again.status().progress?.counts.read).toBe(5);
      expect([seen.length > 0, ...seen]).toEqual([true, ...seen.map(() => all)]);
      stop.abort();
      await again.done;
    });
  }
});

describe('the counts', () => {
  it('add up: read = applied + ignored + parked, whatever happened and however it was batched', async () => {
    const streams = ['order-a', 'order-b', 'order-c'] as StreamId[];
    const event = fc.tuple(
      fc.constantFrom(...streams),
      fc.constantFrom('fine', 'fine', 'fine', 'ignore me', 'poison', 'undecodable'),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(event, { maxLength: 20 }), fc.integer({ min: 1, max: 7 }), async (happened, batch) => {
        const { status, kept } = await consumed(happened, batch);
        const counts = status.progress?.counts ?? noProgress.counts;
        expect(counts.read).toBe(happened.length);
        expect(counts.applied + counts.ignored + counts.parked).toBe(counts.read);
        expect(Object.values(kept).flat()).toHaveLength(counts.applied);
        // A stream is parked from its first bad event on; before that, and elsewhere, everything was applied.
        for (const stream of streams) {
          const own = happened.filter(([of]) => of === stream).map(([, reason]) => reason);
          const bad = own.findIndex((reason) => reason === 'poison' || reason === 'undecodable');
          const before = (bad < 0 ? own : own.slice(0, bad)).filter((reason) => reason !== 'ignore me');
          expect(kept[stream] ?? []).toEqual(before);
        }
      }),
      { numRuns: 60 },
    );
  });
});
