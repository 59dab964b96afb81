import { describe, expect, it } from '@jest/globals';
import type { Looked } from '../../src/application/fulfilment-context.ts';
import { runFulfilmentWorker } from '../../src/application/fulfilment-worker.ts';
import { noProgress } from '../../src/application/ports/consumers.ts';
import type { Owner } from '../../src/application/ports/consumers.ts';
import type { DueOrders } from '../../src/application/ports/due-orders.ts';
import { Unavailable, Undecodable } from '../../src/application/ports/errors.ts';
import { noOrder } from '../../src/domain/order/state.ts';
import { OrderId } from '../../src/domain/shared/ids.ts';
import { HOUR, MINUTE, SECOND, elapsed, plus } from '../../src/domain/shared/instant.ts';
import type { Instant } from '../../src/domain/shared/instant.ts';
import { createVirtualClock } from '../../src/infrastructure/clock/virtual.ts';
import { createMemoryDueOrders } from '../../src/infrastructure/due-orders/memory.ts';
import { createSeededIdentifiers } from '../../src/infrastructure/ids/seeded.ts';
import { logInto, today } from './world.ts';
import type { LogLine } from './world.ts';

const LEASE = 2 * MINUTE;
const idOf = (n: number): OrderId => OrderId(`00000000-0000-5000-8000-${String(n).padStart(12, '0')}`);

/** Orders that are due now, and a worker that is told what each step comes to. */
const world = async (orders: number) => {
  const clock = createVirtualClock(today);
  const due = createMemoryDueOrders();
  const hold = await due.sink.hold('sink' as Owner);
  if (hold === 'held') throw new TypeError('nobody else is there');
  const ids = Array.from({ length: orders }, (_, n) => idOf(n));
  const doc = { order: noOrder, nextAt: today };
  await due.sink.keep(
    hold,
    noProgress,
    ids.map((key) => ({ key, version: 1, doc })),
  );
  const logged: LogLine[] = [];
  const begun: { readonly id: OrderId; readonly at: Instant; end(looked: Looked | Error): Promise<void> }[] = [];
  const stop = new AbortController();
  const fulfil = (id: OrderId): Promise<Looked> =>
    new Promise((resolve, reject) => {
      begun.push({
        id,
        at: clock.now(),
        end: async (looked) => {
          if (looked instanceof Error) reject(looked);
          else resolve(looked);
          await clock.advance(0);
          await clock.advance(0);
        },
      });
    });
  const start = (dueOrders: DueOrders = due.dueOrders, concurrency = 2, owner = 'worker'): Promise<void> =>
    runFulfilmentWorker(
      {
        dueOrders,
        fulfil,
        clock,
        identifiers: createSeededIdentifiers(1),
        owner: owner as Owner,
        log: logInto(logged),
        concurrency,
        lease: LEASE,
      },
      stop.signal,
    );
  /** The order has a projected event that makes it due then. */
  const project = (n: number, nextAt: Instant | 'never', version = 2): Promise<unknown> =>
    due.sink.keep(hold, noProgress, [{ key: idOf(n), version, doc: { ...doc, nextAt } }]);
  const secondsOf = (id: OrderId): readonly number[] =>
    begun.filter((step) => step.id === id).map(({ at }) => elapsed(today, at) / SECOND);
  return { clock, due, ids, logged, begun, stop, start, project, secondsOf };
};

describe('the fulfilment worker', () => {
  it('has never more orders in hand than it may, and takes the next when one is done', async () => {
    const w = await world(5);
    const worker = w.start();
    await w.clock.advance(SECOND);
    expect(w.begun.map(({ id }) => id)).toEqual(w.ids.slice(0, 2));
    await w.begun[1]?.end('never');
    expect(w.begun.map(({ id }) => id)).toEqual(w.ids.slice(0, 3));
    for (let n = 0; n < 5; n += 1) {
      await w.begun[n]?.end('never');
      await w.clock.advance(SECOND);
    }
    expect(w.begun.map(({ id }) => id)).toEqual(w.ids);
    w.stop.abort();
    await worker;
  });

  it('looks at an order again when the step said so', async () => {
    const w = await world(1);
    const worker = w.start();
    await w.clock.advance(0);
    await w.begun[0]?.end(plus(today, 30 * SECOND));
    await w.clock.advance(31 * SECOND);
    expect(w.secondsOf(idOf(0))).toEqual([0, 30]);
    await w.begun[1]?.end('never');
    await w.clock.advance(HOUR);
    expect(w.begun).toHaveLength(2);
    w.stop.abort();
    await worker;
  });

  it('does not move an order away whose newer event was projected meanwhile', async () => {
    const w = await world(1);
    const worker = w.start();
    await w.clock.advance(0);
    await w.project(0, plus(today, 10 * SECOND));
    await w.begun[0]?.end('never');
    await w.clock.advance(11 * SECOND);
    expect(w.secondsOf(idOf(0))).toEqual([0, 10]);
    w.stop.abort();
    await w.begun[1]?.end('never');
    await worker;
  });

  it('does not move an order away that was claimed again while an older step of its own ended', async () => {
    const w = await world(1);
    const worker = w.start();
    await w.clock.advance(0);
    await w.project(0, plus(today, SECOND));
    await w.clock.advance(SECOND);
    await w.begun[0]?.end('never');
    await w.begun[1]?.end(plus(today, 10 * SECOND));
    await w.clock.advance(11 * SECOND);
    expect(w.secondsOf(idOf(0))).toEqual([0, 1, 10]);
    w.stop.abort();
    await w.begun[2]?.end('never');
    await worker;
  });

  it('tries a failed step again some seconds later, and logs it as a warning', async () => {
    const w = await world(1);
    const worker = w.start();
    await w.clock.advance(0);
    await w.begun[0]?.end(new Unavailable('event store'));
    await w.clock.advance(8 * SECOND);
    const [, second] = w.secondsOf(idOf(0));
    expect([Number(second) >= 2.5, Number(second) <= 7.75]).toEqual([true, true]);
    expect(w.logged).toMatchObject([{ level: 'warn', fields: { orderId: idOf(0) } }]);
    w.stop.abort();
    await w.begun[1]?.end('never');
    await worker;
  });

  it('looks hourly at an order that cannot be read, and logs it as an error', async () => {
    const w = await world(1);
    const worker = w.start();
    await w.clock.advance(0);
    await w.begun[0]?.end(new Undecodable('told by the test'));
    await w.clock.advance(HOUR + SECOND);
    expect(w.secondsOf(idOf(0)).map(Math.floor)).toEqual([0, 3600]);
    expect(w.logged).toMatchObject([{ level: 'error', fields: { orderId: idOf(0) } }]);
    w.stop.abort();
    await w.begun[1]?.end('never');
    await worker;
  });

  it('gets an order back at the end of its lease where the queue did not keep the postponement', async () => {
    const w = await world(1);
    const postpone = async (): Promise<never> => Promise.reject(new Unavailable('due orders'));
    const worker = w.start({ ...w.due.dueOrders, postpone });
    await w.clock.advance(0);
    await w.begun[0]?.end('never');
    await w.clock.advance(LEASE + SECOND);
    expect(w.secondsOf(idOf(0)).map(Math.floor)).toEqual([0, 120]);
    w.stop.abort();
    await w.begun[1]?.end('never');
    await worker;
  });

  it('goes on when the queue is there again, and tells of the outage once', async () => {
    const w = await world(1);
    let out = true;
    const unlessOut = async <T>(ask: () => Promise<T>): Promise<T> => {
      if (out) throw new Unavailable('due orders');
      return ask();
    };
    const { dueOrders } = w.due;
    const worker = w.start({
      ...dueOrders,
      claim: (...asked) => unlessOut(() => dueOrders.claim(...asked)),
      earliest: () => unlessOut(() => dueOrders.earliest()),
    });
    await w.clock.advance(5 * SECOND);
    expect(w.begun).toEqual([]);
    out = false;
    await w.clock.advance(SECOND);
    expect(w.begun.map(({ id }) => id)).toEqual(w.ids);
    expect(w.logged).toMatchObject([{ level: 'warn' }, { level: 'info' }]);
    w.stop.abort();
    await w.begun[0]?.end('never');
    await worker;
  });

  it('finds an order that becomes due while it idles', async () => {
    const w = await world(1);
    await w.project(0, 'never');
    const worker = w.start();
    await w.clock.advance(MINUTE);
    await w.due.dueOrders.wake(idOf(0), w.clock.now());
    await w.clock.advance(SECOND);
    expect(w.begun).toHaveLength(1);
    w.stop.abort();
    await w.begun[0]?.end('never');
    await worker;
  });

  it('trap 18: shares the orders with another worker: each order is in one hand', async () => {
    const w = await world(6);
    const workers = [w.start(undefined, 3, 'one'), w.start(undefined, 3, 'two')];
    await w.clock.advance(SECOND);
    expect(w.begun.map(({ id }) => id).toSorted()).toEqual(w.ids);
    w.stop.abort();
    for (const step of w.begun) await step.end('never');
    await Promise.all(workers);
  });

  it('finishes what is in hand when it is stopped, and takes nothing more', async () => {
    const w = await world(3);
    let ended = false;
    const worker = w.start().then(() => (ended = true));
    await w.clock.advance(0);
    w.stop.abort();
    await w.begun[0]?.end(plus(today, HOUR));
    expect([w.begun.length, ended]).toEqual([2, false]);
    await w.begun[1]?.end('never');
    await worker;
    expect([w.begun.length, await w.due.dueOrders.earliest()]).toEqual([2, today]);
  });

  it('ends at once when it is stopped while it idles', async () => {
    const w = await world(0);
    const worker = w.start();
    await w.clock.advance(0);
    w.stop.abort();
    await worker;
    expect(w.begun).toEqual([]);
  });
});
