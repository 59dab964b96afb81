import type { Feed, Recorded, StoreId } from '../../application/ports/event-store.ts';
import { openSqlite, orUnavailable } from '../sqlite/sqlite.ts';
import { numberOf, positionOf, recordedBy } from './numbered-feed.ts';
import { COLUMNS, numbered, PAGE, PART, prepareHead, prepareRows } from './sqlite-rows.ts';

/** One of so many parts, from 0 on: every stream is in one of them. */
export interface PartOf {
  readonly n: number;
  readonly of: number;
}

/** Where a part begins among the names of streams: ids of orders are as good as random, and other streams are few. */
const beginOf = ({ n, of }: PartOf): string => {
  if (n === 0) return '';
  const digits = Math.round((n / of) * 0x10000).toString(16);
  return n < of ? `order-${digits.padStart(4, '0')}` : '\u{10ffff}';
};

/**
 * Reads the events of some streams alone; others are passed over in the file. A batch ends `max` events of all further on,
 * however large they are, so that parts of one feed stand at the same positions.
 */
export const openSqlitePart = (file: string, storeId: StoreId, { n, of }: PartOf): Pick<Feed, 'read'> => {
  const db = openSqlite(file, '');
  const page = prepareRows(
    db,
    `SELECT ${COLUMNS} FROM events WHERE position > ? AND position <= ? AND stream >= ? AND stream < ?
     ORDER BY position LIMIT ?`,
  );
  const [begin, end] = [beginOf({ n, of }), beginOf({ n: n + 1, of })];
  const head = prepareHead(db);
  const within = (after: number, until: number): readonly Recorded[] => {
    const events: Recorded[] = [];
    for (let last = after; ;) {
      const rows = page(last, until, begin, end, PAGE);
      for (const row of rows) events.push(recordedBy(storeId, numbered(row)));
      if (rows.length < PAGE) return events;
      last = rows.at(-1)?.[0] ?? until;
    }
  };
  return {
    read: async (after, max) =>
      orUnavailable(PART, () => {
        const newest = head();
        const from = numberOf(storeId, after, newest);
        const until = Math.min(from + max, newest);
        return {
          events: within(from, until),
          to: until === 0 ? 'start' : positionOf(storeId, until),
          atHead: until === newest,
        };
      }),
  };
};
