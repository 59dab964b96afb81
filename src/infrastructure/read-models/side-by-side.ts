import type { Compared, Stored } from '../../application/ports/read-models.ts';
import { compareValues } from './documents.ts';

/** The documents of two scans, in the order of their keys. */
export const sideBySide = async function* (
  live: AsyncIterable<Stored>,
  shadow: AsyncIterable<Stored>,
): AsyncIterable<Compared> {
  const [left, right] = [await peeking(live), await peeking(shadow)];
  for (let key = first(left.key(), right.key()); key !== undefined; key = first(left.key(), right.key())) {
    const [is, filled] = [await left.take(key), await right.take(key)];
    yield { key, shadow: filled, live: isSame(is, filled) ? 'same' : is };
  }
};

const isSame = (a: Stored | undefined, b: Stored | undefined): boolean =>
  a !== undefined && a.json === b?.json && a.version === b.version;

const first = (a: string | undefined, b: string | undefined): string | undefined => {
  if (a === undefined || b === undefined) return a ?? b;
  return compareValues(a, b) <= 0 ? a : b;
};

/** Documents in order, the next one known before it is taken. */
const peeking = async (documents: AsyncIterable<Stored>) => {
  const iterator = documents[Symbol.asyncIterator]();
  let next = await iterator.next();
  return {
    key: (): string | undefined => (next.done === true ? undefined : next.value.key),
    take: async (key: string): Promise<Stored | undefined> => {
      if (next.done === true || next.value.key !== key) return undefined;
      const { value } = next;
      next = await iterator.next();
      return value;
    },
  };
};
