import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { DataKeys, WrappedKey } from '../../src/application/ports/data-keys.ts';
import { OrderId } from '../../src/domain/shared/ids.ts';

export interface DataKeysSubject {
  readonly subject: DataKeys;
  /** The same store, as after a restart of the process. */
  reopen(): Promise<DataKeys>;
  close(): Promise<void>;
}

const orderId = (n: number) => OrderId(`00000000-0000-5000-8000-${String(n).padStart(12, '0')}`);
const [ONE, TWO, THREE] = [orderId(1), orderId(2), orderId(3)];
const key = (box: string, kekId = 'kek-1'): WrappedKey => ({ kekId, box });

/** Every rule of the store of wrapped data keys. */
export const dataKeysContract = (open: () => Promise<DataKeysSubject>): void => {
  describe('data keys', () => {
    let opened: DataKeysSubject;
    let keys: DataKeys;
    beforeEach(async () => {
      opened = await open();
      keys = opened.subject;
    });
    afterEach(() => opened.close());

    it('have an id of their store, the same after a restart and another in every store', async () => {
      const again = await opened.reopen();
      const other = await open();
      expect(again.storeId).toBe(keys.storeId);
      expect(other.subject.storeId).not.toBe(keys.storeId);
      await other.close();
      await again.close();
    });

    it('are created once: the second caller gets the first key', async () => {
      expect(await keys.createOnce(ONE, key('first'))).toEqual(key('first'));
      expect(await keys.createOnce(ONE, key('second', 'kek-2'))).toEqual(key('first'));
    });

    it('are the same for all of many callers at once', async () => {
      const boxes = Array.from({ length: 20 }, (_, n) => `box-${String(n)}`);
      const answers = await Promise.all(boxes.map((box) => keys.createOnce(ONE, key(box))));
      expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
      expect(await keys.get([ONE])).toEqual(new Map([[ONE, answers[0]]]));
    });

    it('are given for each order that has one, and no other', async () => {
      await keys.createOnce(ONE, key('one'));
      await keys.createOnce(TWO, key('two', 'kek-2'));
      await keys.destroy(TWO);
      expect(await keys.get([ONE, TWO, THREE])).toEqual(
        new Map<OrderId, WrappedKey | 'destroyed'>([
          [ONE, key('one')],
          [TWO, 'destroyed'],
        ]),
      );
      expect(await keys.get([])).toEqual(new Map());
    });

    it('are there after a restart, the destroyed ones destroyed', async () => {
      await keys.createOnce(ONE, key('one'));
      await keys.createOnce(TWO, key('two'));
      await keys.destroy(TWO);
      const again = await opened.reopen();
      expect([...(await again.get([ONE, TWO])).values()]).toEqual([key('one'), 'destroyed']);
      await again.close();
    });

    it('stay destroyed, also for a later create', async () => {
      await keys.createOnce(ONE, key('one'));
      await keys.destroy(ONE);
      expect(await keys.createOnce(ONE, key('new'))).toBe('destroyed');
      expect(await keys.get([ONE])).toEqual(new Map([[ONE, 'destroyed']]));
    });

    it('can be destroyed before they exist, and twice', async () => {
      await keys.destroy(ONE);
      await keys.destroy(ONE);
      expect(await keys.createOnce(ONE, key('late'))).toBe('destroyed');
    });

    it('are rewrapped by compare-and-set', async () => {
      await keys.createOnce(ONE, key('old'));
      expect(await keys.rewrap(ONE, key('old'), key('new', 'kek-2'))).toBe(true);
      expect(await keys.rewrap(ONE, key('old'), key('newer', 'kek-3'))).toBe(false);
      expect(await keys.rewrap(ONE, key('new', 'kek-1'), key('newer', 'kek-3'))).toBe(false);
      expect(await keys.get([ONE])).toEqual(new Map([[ONE, key('new', 'kek-2')]]));
    });

    it('are not rewrapped where there is none, or it is destroyed', async () => {
      expect(await keys.rewrap(ONE, key('old'), key('new'))).toBe(false);
      await keys.createOnce(ONE, key('old'));
      await keys.destroy(ONE);
      expect(await keys.rewrap(ONE, key('old'), key('new'))).toBe(false);
      expect(await keys.get([ONE, TWO])).toEqual(new Map([[ONE, 'destroyed']]));
    });
  });
};
