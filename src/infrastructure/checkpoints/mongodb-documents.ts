import { MongoBulkWriteError } from 'mongodb';
import type { AnyBulkWriteOperation, Collection } from 'mongodb';
import { Unavailable } from '../../application/ports/errors.ts';

/** A document that an older version never overwrites. */
export interface Guarded {
  readonly _id: string;
  readonly version: number;
}

/**
 * Writes documents, one for each key, where nothing newer is there (mongodb.md 2).
 * @param known keys that were found before; a wrong guess costs time only.
 * @throws Unavailable when it is not known what was written, or a known document is gone.
 */
export const writeGuarded = async <D extends Guarded>(
  collection: Collection<D>,
  documents: readonly D[],
  known: { has(key: string): boolean },
): Promise<void> => {
  const found = documents.filter(({ _id }) => known.has(_id));
  const fresh = documents.filter(({ _id }) => !known.has(_id));
  const [inTheWay] = await Promise.all([
    Promise.all(halves(fresh).map((half) => insertNew(collection, half))),
    Promise.all(halves(found).map((half) => replaceOlder(collection, half))),
  ]);
  await replaceOlder(collection, inTheWay.flat());
};

/** The server writes one half while the driver still prepares the other. */
const halves = <D>(documents: readonly D[]): readonly (readonly D[])[] => {
  const middle = Math.ceil(documents.length / 2);
  return documents.length < 2 * WORTH_A_CALL ? [documents] : [documents.slice(0, middle), documents.slice(middle)];
};

const WORTH_A_CALL = 50;

/** @returns the documents whose keys were there already. */
const insertNew = async <D extends Guarded>(
  collection: Collection<D>,
  documents: readonly D[],
): Promise<readonly D[]> => {
  if (documents.length === 0) return [];
  const inserts = documents.map((document) => ({ insertOne: { document } }) as AnyBulkWriteOperation<D>);
  try {
    await collection.bulkWrite(inserts, { ordered: false });
    return [];
  } catch (error) {
    return duplicatesOf(error).map((index) => documents[index] as D);
  }
};

/** @throws what it is given, unless all that went wrong is that documents were there. */
const duplicatesOf = (error: unknown): readonly number[] => {
  // Without write errors this wraps a lost connection: nobody knows what was written (mongodb.md 9).
  if (!(error instanceof MongoBulkWriteError)) throw error;
  const errors = [error.writeErrors].flat();
  const others = errors.some(({ code }) => code !== 11_000);
  if (errors.length === 0 || others || error.result.getWriteConcernError() !== undefined) throw error;
  return errors.map(({ index }) => index);
};

const replaceOlder = async <D extends Guarded>(collection: Collection<D>, documents: readonly D[]): Promise<void> => {
  if (documents.length === 0) return;
  const updates = documents.map((document) => {
    const newer = { $cond: [{ $lt: ['$version', document.version] }, { $literal: document }, '$$ROOT'] };
    // A filter of the key alone is the fast path: the guard stands in the update.
    return { updateOne: { filter: { _id: document._id }, update: [{ $replaceWith: newer }] } };
  });
  const { matchedCount } = await collection.bulkWrite(updates as unknown as AnyBulkWriteOperation<D>[], {
    ordered: false,
  });
  if (matchedCount !== documents.length) {
    throw new Unavailable('documents', { detail: `${String(documents.length - matchedCount)} known ones are gone` });
  }
};
