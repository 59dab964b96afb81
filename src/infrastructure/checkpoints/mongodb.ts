import type { Document } from 'mongodb';
import type { Hold, Owner, Progress } from '../../application/ports/consumers.ts';
import type { Lease } from './checkpoint.ts';
import { consumersOf, generationKey } from './mongodb-generations.ts';
import type { Mongo } from './mongodb-connection.ts';

/** How long a holder keeps a consumer without renewing; the clock is the server's, one for all instances. */
export type ServerLease = Pick<Lease, 'leaseMs'>;

export const serverLease: ServerLease = { leaseMs: 10_000 };

/** Who holds a consumer and how far it is. What it keeps lies elsewhere: `holds`, then write, then `advance`. */
export interface MongoCheckpoint {
  hold(owner: Owner): Promise<Hold | 'held'>;
  /** Whether nobody took over yet. */
  holds(hold: Hold): Promise<boolean>;
  advance(hold: Hold, next: Progress): Promise<'kept' | 'fenced'>;
  release(hold: Hold): Promise<void>;
}

interface Holdable {
  readonly name: string;
  readonly generation: number;
  /** Where in the consumer's document the lease is: the shadow has one of its own. */
  readonly lease?: '' | 'shadow.';
}

/**
 * The checkpoint of a generation that `openMongoGeneration` has opened (mongodb.md 6). Once the pointer has moved on,
 * its holder is fenced off and nobody can hold it again.
 */
export const createMongoCheckpoint = (
  mongo: Mongo,
  { name, generation, lease = '' }: Holdable,
  { leaseMs }: ServerLease,
): MongoCheckpoint => {
  const consumers = consumersOf(mongo);
  const key = generationKey(generation);
  const place = { _id: name, [`${lease}generation`]: generation };
  const heldBy = ({ epoch }: Hold) => ({ ...place, [`${lease}epoch`]: epoch });
  const leaseEnd: Document = { $add: ['$$NOW', leaseMs] };
  const reached = new WeakMap<Hold, string>();
  return {
    hold: async (owner) => {
      const free = { $or: [{ [`${lease}owner`]: owner }, { $expr: { $lte: [`$${lease}until`, '$$NOW'] } }] };
      const take = {
        [`${lease}owner`]: { $literal: owner },
        [`${lease}epoch`]: { $add: [`$${lease}epoch`, 1] },
        [`${lease}until`]: leaseEnd,
      };
      const taken = await consumers.findOneAndUpdate({ ...place, ...free }, [{ $set: take }], {
        returnDocument: 'after',
      });
      const progress = taken?.generations[key]?.progress;
      const held = lease === '' ? taken : taken?.shadow;
      if (held === null || held === undefined || progress === undefined) return 'held';
      return { consumer: name, epoch: held.epoch, progress: JSON.parse(progress) as Progress };
    },
    holds: async (hold) => (await consumers.findOne(heldBy(hold), { projection: { _id: 1 } })) !== null,
    advance: async (hold, next) => {
      const path = `generations.${key}`;
      const from = reached.get(hold) ?? hold.progress.at;
      const to = { [`${path}.at`]: { $literal: next.at }, [`${path}.progress`]: { $literal: JSON.stringify(next) } };
      const moved = await consumers.updateOne({ ...heldBy(hold), [`${path}.at`]: from }, [
        { $set: { ...to, [`${lease}until`]: leaseEnd } },
      ]);
      if (moved.matchedCount !== 1) {
        // Our own advance whose answer was lost has matched before; anybody else's has another epoch.
        const now = await consumers.findOne(heldBy(hold));
        if (now?.generations[key]?.at !== next.at) return 'fenced';
      }
      reached.set(hold, next.at);
      return 'kept';
    },
    release: async (hold) => {
      await consumers.updateOne(heldBy(hold), { $set: { [`${lease}until`]: new Date(0) } });
    },
  };
};
