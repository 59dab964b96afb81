import type { Collection } from 'mongodb';
import type { Owner } from '../../application/ports/consumers.ts';
import type { Lease } from '../../application/ports/lease.ts';
import { createReach, isDuplicate } from './mongodb-connection.ts';
import type { Mongo } from './mongodb-connection.ts';
import { serverLease } from './mongodb.ts';
import type { ServerLease } from './mongodb.ts';

interface Held {
  readonly _id: string;
  readonly owner: Owner;
  readonly until: Date;
}

/** A lease by name and the server's clock, for what keeps its progress elsewhere (the Kafka relay, syncs). */
export const createMongoLease = (mongo: Mongo, name: string, { leaseMs }: ServerLease = serverLease): Lease => {
  const leases: Collection<Held> = mongo.db.collection(`${mongo.prefix}leases`);
  const reach = createReach('lease');
  const until = { $add: ['$$NOW', leaseMs] };
  return {
    acquire: (owner) =>
      reach(async () => {
        // A lease that nobody has ever had is one that ran out long ago; an upsert cannot ask the server's clock.
        await leases.insertOne({ _id: name, owner, until: new Date(0) }).catch(unlessThere);
        const free = { _id: name, $or: [{ owner }, { $expr: { $lte: ['$until', '$$NOW'] } }] };
        return (await leases.updateOne(free, [{ $set: { owner, until } }])).matchedCount === 1;
      }),
    renew: (owner) =>
      reach(async () => (await leases.updateOne({ _id: name, owner }, [{ $set: { until } }])).matchedCount === 1),
    release: (owner) =>
      reach(async () => {
        await leases.deleteOne({ _id: name, owner });
      }),
  };
};

const unlessThere = (error: unknown): void => {
  if (!isDuplicate(error)) throw error;
};
