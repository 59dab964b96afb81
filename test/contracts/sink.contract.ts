import { afterEach, describe, expect, it } from '@jest/globals';
import { noProgress } from '../../src/application/ports/consumers.ts';
import type { Hold, Owner, Progress, Sink } from '../../src/application/ports/consumers.ts';
import type { Position, StreamId } from '../../src/application/ports/event-store.ts';

/** What one result is about, whatever it looks like: an order, and the version of its stream. */
export interface Result {
  readonly order: string;
  readonly version: number;
}

/** A consumer's sink, and how a test makes its results and reads them back. */
interface SinkSubject<Doc, Out> {
  readonly sink: Sink<Doc, Out>;
  readonly makeOut: (result: Result) => Out;
  /** What a reader sees, each order's results in the order they came; a sink of documents shows the newest only. */
  observe(): Promise<readonly Result[]>;
}

/** A store of sinks; the same name is the same consumer. */
export interface SinkStore<Doc, Out> {
  consumer(name: string): Promise<SinkSubject<Doc, Out>>;
  /** As after a restart of the process: what was acknowledged is there. */
  reopen(): Promise<SinkStore<Doc, Out>>;
  close(): Promise<void>;
}

export interface SinkFactory<Doc, Out> {
  /** A new, empty store whose holders keep a consumer for `leaseMs` of real time without renewing. */
  readonly open: (leaseMs: number) => Promise<SinkStore<Doc, Out>>;
}

const A = 'owner-a' as Owner;
const B = 'owner-b' as Owner;
const LONG = 600_000;
const ONE = '00000000-0000-5000-8000-000000000001';
const TWO = '00000000-0000-5000-8000-000000000002';

const progressAt = (n: number): Progress => ({
  at: `position-${String(n)}` as Position,
  parked: {},
  counts: { read: n, applied: n, ignored: 0, parked: 0 },
});

const sorted = (results: readonly Result[]): readonly Result[] =>
  results.toSorted((a, b) => (a.order === b.order ? a.version - b.version : a.order < b.order ? -1 : 1));

/** Every rule of a sink (read models, due orders, Kafka), whatever it keeps. */
export const sinkContract = <Doc, Out>({ open }: SinkFactory<Doc, Out>): void => {
  describe('a sink', () => {
    const stores: SinkStore<Doc, Out>[] = [];
    const opened = async (leaseMs = LONG): Promise<SinkStore<Doc, Out>> => {
      const store = await open(leaseMs);
      stores.push(store);
      return store;
    };
    const reopened = async (store: SinkStore<Doc, Out>): Promise<SinkStore<Doc, Out>> => {
      const again = await store.reopen();
      stores.push(again);
      return again;
    };
    afterEach(async () => {
      for (const store of stores.splice(0)) await store.close();
    });

    const held = async ({ sink }: SinkSubject<Doc, Out>, owner = A): Promise<Hold> => {
      const hold = await sink.hold(owner);
      if (hold === 'held') throw new Error('another owner has the consumer');
      return hold;
    };
    const keep = (subject: SinkSubject<Doc, Out>, hold: Hold, n: number, results: readonly Result[]) =>
      subject.sink.keep(hold, progressAt(n), results.map(subject.makeOut));

    it('begins a new consumer without progress', async () => {
      const subject = await (await opened()).consumer('orders');
      expect((await held(subject)).progress).toEqual(noProgress);
      expect(await subject.observe()).toEqual([]);
    });

    it('keeps a batch and its position together, over a restart', async () => {
      const store = await opened();
      const subject = await store.consumer('orders');
      const results = [
        { order: ONE, version: 1 },
        { order: TWO, version: 1 },
      ];
      expect(await keep(subject, await held(subject), 2, results)).toBe('kept');
      expect(sorted(await subject.observe())).toEqual(results);
      const again = await (await reopened(store)).consumer('orders');
      expect((await held(again)).progress).toEqual(progressAt(2));
      expect(sorted(await again.observe())).toEqual(results);
    });

    it('brings again what was not acknowledged', async () => {
      const store = await opened();
      const subject = await store.consumer('orders');
      await keep(subject, await held(subject), 1, [{ order: ONE, version: 1 }]);
      await held(subject);
      const again = await (await reopened(store)).consumer('orders');
      expect((await held(again)).progress).toEqual(progressAt(1));
    });

    it('keeps parked streams and counts over a restart', async () => {
      const store = await opened();
      const subject = await store.consumer('orders');
      const progress: Progress = {
        at: 'position-9' as Position,
        parked: { ['order-x' as StreamId]: { version: 3, reason: 'cannot be decoded', last: 4 } },
        counts: { read: 9, applied: 5, ignored: 2, parked: 2 },
      };
      await subject.sink.keep(await held(subject), progress, [subject.makeOut({ order: ONE, version: 1 })]);
      const again = await (await reopened(store)).consumer('orders');
      expect((await held(again)).progress).toEqual(progress);
    });

    it('keeps what a parked stream comes to, in its order, and the position stays where it was', async () => {
      const store = await opened();
      const subject = await store.consumer('orders');
      const healed = progressAt(9);
      const waiting: Progress = {
        ...healed,
        parked: { [`order-${ONE}` as StreamId]: { version: 2, reason: 'not yet', last: 3 } },
        counts: { read: 9, applied: 7, ignored: 0, parked: 2 },
      };
      const first = await held(subject);
      const results = [1, 2, 3].map((version) => subject.makeOut({ order: ONE, version }));
      await subject.sink.keep(first, waiting, results.slice(0, 1));
      const second = await held(subject);
      expect(await subject.sink.keep(first, healed, results.slice(1))).toBe('fenced');
      expect(await subject.sink.keep(second, healed, results.slice(1))).toBe('kept');
      const versions = (await subject.observe()).map(({ version }) => version);
      expect([versions, versions.at(-1)]).toEqual([versions.toSorted(), 3]);
      const again = await (await reopened(store)).consumer('orders');
      expect((await held(again)).progress).toEqual(healed);
    });

    it('keeps progress without results', async () => {
      const subject = await (await opened()).consumer('orders');
      expect(await keep(subject, await held(subject), 7, [])).toBe('kept');
      expect((await held(subject)).progress).toEqual(progressAt(7));
      expect(await subject.observe()).toEqual([]);
    });

    it('makes the same of the same batch twice', async () => {
      const subject = await (await opened()).consumer('orders');
      const hold = await held(subject);
      const results = [
        { order: ONE, version: 1 },
        { order: TWO, version: 1 },
      ];
      await keep(subject, hold, 2, results);
      expect(await keep(subject, hold, 2, results)).toBe('kept');
      expect(sorted(await subject.observe())).toEqual(results);
      expect((await held(subject)).progress).toEqual(progressAt(2));
    });

    it('keeps the order of the results of one order', async () => {
      const subject = await (await opened()).consumer('orders');
      const hold = await held(subject);
      await keep(subject, hold, 2, [
        { order: ONE, version: 1 },
        { order: ONE, version: 2 },
      ]);
      await keep(subject, hold, 3, [{ order: ONE, version: 3 }]);
      const versions = (await subject.observe()).map(({ version }) => version);
      expect(versions).toEqual(versions.toSorted());
      expect(versions.at(-1)).toBe(3);
    });

    it('refuses a fenced-off holder and changes nothing', async () => {
      const subject = await (await opened(0)).consumer('orders');
      const first = await held(subject, A);
      await keep(subject, first, 1, [{ order: ONE, version: 1 }]);
      const second = await held(subject, B);
      expect(await keep(subject, first, 2, [{ order: TWO, version: 1 }])).toBe('fenced');
      expect(await keep(subject, first, 3, [])).toBe('fenced');
      expect(await subject.observe()).toEqual([{ order: ONE, version: 1 }]);
      expect(await keep(subject, second, 1, [])).toBe('kept');
      expect((await held(subject, B)).progress).toEqual(progressAt(1));
    });

    it('fences off an owner by its own later hold, with a higher epoch', async () => {
      const subject = await (await opened()).consumer('orders');
      const first = await held(subject);
      const second = await held(subject);
      expect(second.epoch).toBeGreaterThan(first.epoch);
      expect(await keep(subject, first, 1, [{ order: ONE, version: 1 }])).toBe('fenced');
      expect(await keep(subject, second, 1, [{ order: ONE, version: 1 }])).toBe('kept');
    });

    it('is held against other owners while the lease lasts', async () => {
      const subject = await (await opened(LONG)).consumer('orders');
      const hold = await held(subject, A);
      expect(await subject.sink.hold(B)).toBe('held');
      expect(await keep(subject, hold, 1, [{ order: ONE, version: 1 }])).toBe('kept');
      expect(await subject.sink.hold(B)).toBe('held');
    });

    it('is free at once after a release', async () => {
      const subject = await (await opened(LONG)).consumer('orders');
      await subject.sink.release(await held(subject, A));
      expect(await subject.sink.hold(B)).not.toBe('held');
    });

    it('is not released by who was fenced off', async () => {
      const subject = await (await opened(LONG)).consumer('orders');
      const first = await held(subject, A);
      await held(subject, A);
      await subject.sink.release(first);
      expect(await subject.sink.hold(B)).toBe('held');
    });

    it('does not mix two consumers', async () => {
      const store = await opened();
      const orders = await store.consumer('orders');
      const vouchers = await store.consumer('vouchers');
      const hold = await held(orders, A);
      await keep(vouchers, await held(vouchers, B), 5, [{ order: TWO, version: 1 }]);
      expect(await keep(orders, hold, 1, [{ order: ONE, version: 1 }])).toBe('kept');
      expect(await orders.observe()).toEqual([{ order: ONE, version: 1 }]);
      expect(await vouchers.observe()).toEqual([{ order: TWO, version: 1 }]);
      expect((await held(vouchers, B)).progress).toEqual(progressAt(5));
      expect((await held(orders, A)).progress).toEqual(progressAt(1));
    });

    it('tells its caller that its machine fails, and that the same call may succeed later', async () => {
      const store = await opened();
      const subject = await store.consumer('orders');
      const hold = await held(subject);
      await store.close();
      await expect(keep(subject, hold, 1, [])).rejects.toMatchObject({ name: 'Unavailable', retryable: true });
      await expect(subject.sink.hold(A)).rejects.toMatchObject({ name: 'Unavailable', retryable: true });
    });
  });
};
