import { randomUUID } from 'node:crypto';
import type { Collection } from 'mongodb';
import type { DataKeys, WrappedKey } from '../../application/ports/data-keys.ts';
import type { OrderId } from '../../domain/shared/ids.ts';
import { createReach, isDuplicate } from '../checkpoints/mongodb-connection.ts';
import type { Mongo, Reach } from '../checkpoints/mongodb-connection.ts';

type Kept = { readonly _id: OrderId } & (WrappedKey | { readonly destroyed: true });

/** The id of the store, in a collection of its own: no order can have its name. */
interface Store {
  readonly _id: 'store';
  readonly id: string;
}

/**
 * The data keys in a collection of a MongoDB; the connection stays its opener's. What is destroyed is gone from the
 * collection at once; from MongoDB's journal, oplog and backups only as they are overwritten or deleted.
 */
export const openMongoDataKeys = async (mongo: Mongo): Promise<DataKeys> => {
  const reach = createReach('data keys');
  const storeId = await reach(() => storeIdOf(mongo.db.collection<Store>(`${mongo.prefix}data_key_store`)));
  return { storeId, ...keysOf(reach, mongo.db.collection<Kept>(`${mongo.prefix}data_keys`)) };
};

const storeIdOf = async (stores: Collection<Store>): Promise<string> => {
  const id = randomUUID();
  const made = await insertedOnce(stores, { _id: 'store', id });
  return made === 'new' ? id : made.id;
};

/** @returns `new`, or the document that is there already, whoever made it. */
const insertedOnce = async <D extends { readonly _id: string }>(
  collection: Collection<D>,
  document: D,
): Promise<'new' | D> => {
  try {
    await collection.insertOne(document as Parameters<typeof collection.insertOne>[0]);
    return 'new';
  } catch (error) {
    if (!isDuplicate(error)) throw error;
    // What has been made is never deleted.
    return (await collection.findOne({ _id: document._id } as Parameters<typeof collection.findOne>[0])) as D;
  }
};

const keyOf = (kept: Kept): WrappedKey | 'destroyed' =>
  'destroyed' in kept ? 'destroyed' : { kekId: kept.kekId, box: kept.box };

const keysOf = (reach: Reach, collection: Collection<Kept>): Omit<DataKeys, 'storeId'> => ({
  createOnce: (order, key) =>
    reach(async () => {
      const made = await insertedOnce(collection, { _id: order, kekId: key.kekId, box: key.box });
      return made === 'new' ? key : keyOf(made);
    }),
  get: (orders) =>
    reach(async () => {
      const found = await collection.find({ _id: { $in: orders } }).toArray();
      return new Map(found.map((kept) => [kept._id, keyOf(kept)]));
    }),
  rewrap: (order, from, to) =>
    reach(async () => {
      const { kekId, box } = to;
      const filter = { _id: order, kekId: from.kekId, box: from.box };
      return (await collection.updateOne(filter, { $set: { kekId, box } })).matchedCount === 1;
    }),
  destroy: (order) =>
    reach(async () => {
      const made = await insertedOnce(collection, { _id: order, destroyed: true });
      if (made !== 'new') await collection.replaceOne({ _id: order }, { destroyed: true });
    }),
  close: () => reach.close(),
});
