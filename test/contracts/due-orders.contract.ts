import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { noProgress } from '../../src/application/ports/consumers.ts';
import type { Owner } from '../../src/application/ports/consumers.ts';
import type { DueOrder, OpenDueOrders } from '../../src/application/ports/due-orders.ts';
import type { Write } from '../../src/application/ports/read-models.ts';
import { noOrder } from '../../src/domain/order/state.ts';
import { OrderId } from '../../src/domain/shared/ids.ts';
import { instant } from '../../src/domain/shared/instant.ts';
import type { Instant } from '../../src/domain/shared/instant.ts';

export interface DueOrdersSubject {
  readonly subject: OpenDueOrders;
  /** Another connection to the same queue, as another worker has it. */
  another(): Promise<OpenDueOrders>;
  close(): Promise<void>;
}

const orderId = (n: number) => OrderId(`00000000-0000-5000-8000-${String(n).padStart(12, '0')}`);
const minute = (n: number): Instant => instant(`2026-03-01T10:${String(n).padStart(2, '0')}:00.000Z`);
const A = 'worker-a' as Owner;
const B = 'worker-b' as Owner;
const LATE = minute(50);

const due = (n: number, nextAt: DueOrder['nextAt'], version = 1): Write<DueOrder> => ({
  key: orderId(n),
  version,
  doc: { order: noOrder, nextAt },
});

/** Every rule of the queue of due orders; its sink obeys the contract of sinks besides. */
export const dueOrdersContract = (open: () => Promise<DueOrdersSubject>): void => {
  describe('due orders', () => {
    let opened: DueOrdersSubject;
    beforeEach(async () => {
      opened = await open();
    });
    afterEach(() => opened.close());

    const project = async (...writes: readonly Write<DueOrder>[]): Promise<void> => {
      const { sink } = opened.subject;
      const hold = await sink.hold('projector' as Owner);
      if (hold === 'held') throw new Error('another owner has the consumer');
      await sink.keep(hold, noProgress, writes);
    };
    const claim = (now: Instant, owner = A, max = 10, until = LATE) =>
      opened.subject.dueOrders.claim(max, now, until, owner);

    it('claims what is due, the earliest first, and no more than asked', async () => {
      await project(due(1, minute(3)), due(2, minute(1)), due(3, minute(2)), due(4, minute(9)), due(5, 'never'));
      expect(await claim(minute(3), A, 2)).toEqual([orderId(2), orderId(3)]);
      expect(await claim(minute(3), B)).toEqual([orderId(1)]);
      expect(await claim(minute(3), B)).toEqual([]);
    });

    it('gives an order to one worker only, however many ask', async () => {
      const all = Array.from({ length: 40 }, (_, n) => n);
      await project(...all.map((n) => due(n, minute(1))));
      const other = await opened.another();
      const claims = await Promise.all(
        all.map((n) =>
          (n % 2 === 0 ? opened.subject : other).dueOrders.claim(3, minute(1), LATE, `worker-${String(n)}` as Owner),
        ),
      );
      expect(claims.flat().toSorted()).toEqual(all.map(orderId));
      await other.close();
    });

    it('gives a claimed order again when the lease is over', async () => {
      await project(due(1, minute(1)));
      await claim(minute(1), A, 10, minute(5));
      expect(await claim(minute(4), B)).toEqual([]);
      expect(await claim(minute(5), B)).toEqual([orderId(1)]);
    });

    it('looks again when the worker that has it says so', async () => {
      await project(due(1, minute(1)), due(2, minute(1)));
      await claim(minute(1));
      await opened.subject.dueOrders.postpone(orderId(1), A, minute(7));
      await opened.subject.dueOrders.postpone(orderId(2), A, 'never');
      expect(await claim(minute(6), B)).toEqual([]);
      expect(await claim(minute(59), B)).toEqual([orderId(1)]);
    });

    it('ignores a worker whose claim another has taken over', async () => {
      await project(due(1, minute(1)));
      await claim(minute(1), A, 10, minute(2));
      await claim(minute(2), B, 10, minute(8));
      await opened.subject.dueOrders.postpone(orderId(1), A, 'never');
      expect(await opened.subject.dueOrders.earliest()).toBe(minute(8));
    });

    it('ignores a second word of the same worker on one claim', async () => {
      await project(due(1, minute(1)));
      await claim(minute(1));
      await opened.subject.dueOrders.postpone(orderId(1), A, minute(4));
      await opened.subject.dueOrders.postpone(orderId(1), A, 'never');
      expect(await opened.subject.dueOrders.earliest()).toBe(minute(4));
    });

    it('ends a claim by a newer document, whose time counts', async () => {
      await project(due(1, minute(1), 1));
      await claim(minute(1));
      await project(due(1, minute(6), 2));
      await opened.subject.dueOrders.postpone(orderId(1), A, 'never');
      expect(await claim(minute(6), B)).toEqual([orderId(1)]);
    });

    it('leaves a claim alone when an old document comes again', async () => {
      await project(due(1, minute(1), 2));
      await claim(minute(1));
      await project(due(1, minute(1), 1), due(1, minute(1), 2));
      expect(await claim(minute(2), B)).toEqual([]);
      await opened.subject.dueOrders.postpone(orderId(1), A, minute(3));
      expect(await opened.subject.dueOrders.earliest()).toBe(minute(3));
    });

    it('ends a claim by never, when nothing is left to do', async () => {
      await project(due(1, minute(1), 1));
      await claim(minute(1));
      await project(due(1, 'never', 2));
      expect(await claim(minute(59), B)).toEqual([]);
    });

    it('wakes an order, whoever has it, and loses the wake to no one', async () => {
      await project(due(1, minute(1)), due(2, 'never'));
      await claim(minute(1));
      await opened.subject.dueOrders.wake(orderId(1), minute(3));
      await opened.subject.dueOrders.wake(orderId(2), minute(2));
      await opened.subject.dueOrders.postpone(orderId(1), A, 'never');
      expect(await claim(minute(3), B)).toEqual([orderId(2), orderId(1)]);
    });

    it('ignores a wake and a postponement of an order that it does not know', async () => {
      await opened.subject.dueOrders.wake(orderId(1), minute(1));
      await opened.subject.dueOrders.postpone(orderId(1), A, minute(1));
      expect(await claim(minute(59))).toEqual([]);
    });

    it('tells the earliest time, and nothing where nothing is ever due', async () => {
      expect(await opened.subject.dueOrders.earliest()).toBeUndefined();
      await project(due(1, 'never'));
      expect(await opened.subject.dueOrders.earliest()).toBeUndefined();
      await project(due(2, minute(9)), due(3, minute(4)));
      expect(await opened.subject.dueOrders.earliest()).toBe(minute(4));
      await claim(minute(4));
      expect(await opened.subject.dueOrders.earliest()).toBe(minute(9));
    });

    it('loads documents as they were kept, whatever a claim did since', async () => {
      await project(due(1, minute(1), 3));
      await claim(minute(1));
      const loaded = await opened.subject.sink.load({ consumer: 'due-orders', epoch: 0, progress: noProgress }, [
        orderId(1),
        orderId(2),
      ]);
      expect(loaded).toEqual(new Map([[orderId(1), { version: 3, doc: due(1, minute(1)).doc }]]));
    });
  });
};
