import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { ConsumerRecords } from '../../src/application/ports/consumer-records.ts';
import type { Owner, Progress } from '../../src/application/ports/consumers.ts';
import type { Position, StreamId } from '../../src/application/ports/event-store.ts';
import type { ReadModels } from '../../src/application/ports/read-models.ts';

export interface RecordsSubject {
  readonly subject: ConsumerRecords;
  /** Read models whose consumers are on record there. */
  readonly readModels: ReadModels;
  /** The records as another process sees them. */
  readonly another: () => Promise<ConsumerRecords>;
  close(): Promise<void>;
}

const A = 'order-a' as StreamId;
const B = 'order-b' as StreamId;

/** Every rule of what is told of consumers to those who do not hold them. */
export const consumerRecordsContract = (open: () => Promise<RecordsSubject>): void => {
  describe('consumer records', () => {
    let opened: RecordsSubject;
    beforeEach(async () => {
      opened = await open();
    });
    afterEach(() => opened.close());

    it('tells the progress that was kept last, while another holds the consumer', async () => {
      const definition = {
        name: 'recorded',
        schema: 1,
        fields: { at: () => 1 },
        sort: { field: 'at', direction: 'asc' },
      } as const;
      const { sink } = await opened.readModels.open(definition);
      const hold = await sink.hold('owner' as Owner);
      if (hold === 'held') throw new Error('another owner has the consumer');
      const progress: Progress = {
        at: 'position-3' as Position,
        parked: { [A]: { version: 2, reason: 'r', last: 3 } },
        counts: { read: 3, applied: 1, ignored: 0, parked: 2 },
      };
      await sink.keep(hold, progress, []);
      expect(await (await opened.another()).progress('recorded')).toEqual(progress);
      expect(await sink.keep(hold, progress, [])).toBe('kept');
    });

    it('knows nothing of a consumer that never was', async () => {
      expect(await opened.subject.progress('nobody')).toBeUndefined();
      expect(await opened.subject.askedRetries('nobody')).toEqual([]);
    });

    it('keeps what was asked for, the first first, once each, until it was done', async () => {
      const other = await opened.another();
      await other.askRetry('orders', B);
      await other.askRetry('orders', A);
      await other.askRetry('orders', B);
      expect(await opened.subject.askedRetries('orders')).toEqual([B, A]);
      await opened.subject.retried('orders', B);
      expect(await other.askedRetries('orders')).toEqual([A]);
      await opened.subject.retried('orders', B);
      await opened.subject.retried('orders', A);
      expect(await other.askedRetries('orders')).toEqual([]);
    });

    it('does not mix two consumers', async () => {
      await opened.subject.askRetry('orders', A);
      await opened.subject.askRetry('vouchers', B);
      await opened.subject.retried('vouchers', A);
      expect(await opened.subject.askedRetries('orders')).toEqual([A]);
      expect(await opened.subject.askedRetries('vouchers')).toEqual([B]);
    });
  });
};
