import { randomInt, randomUUID } from 'node:crypto';
import type { Collection, IndexDescription } from 'mongodb';
import type { DueOrder, DueOrders, OpenDueOrders } from '../../application/ports/due-orders.ts';
import type { Write } from '../../application/ports/read-models.ts';
import type { OrderId } from '../../domain/shared/ids.ts';
import type { Instant } from '../../domain/shared/instant.ts';
import { createReach } from '../checkpoints/mongodb-connection.ts';
import type { Mongo, Reach } from '../checkpoints/mongodb-connection.ts';
import { documentsName, openMongoGeneration } from '../checkpoints/mongodb-generations.ts';
import { createMongoSink } from '../checkpoints/mongodb-sink.ts';
import type { Stored } from '../checkpoints/mongodb-sink.ts';
import { createMongoCheckpoint, serverLease } from '../checkpoints/mongodb.ts';
import type { ServerLease } from '../checkpoints/mongodb.ts';

/** What was kept, and `nextAt` (absent: never), which moves on its own: a claim puts it at the end of its lease. */
interface Queued extends Stored<DueOrder> {
  readonly _id: OrderId;
  readonly nextAt?: Instant;
  readonly owner?: string;
  /** One claim, among all that the owner makes. */
  readonly claim?: string;
}

const NAME = 'due-orders';

/**
 * The due orders in a MongoDB; the connection stays its opener's. Claims of a process that died end with their lease.
 * @param options.schema of the kept documents; another one than before starts anew.
 */
export const openMongoDueOrders = async (
  mongo: Mongo,
  { schema = 2, lease = serverLease }: { readonly schema?: number; readonly lease?: ServerLease } = {},
): Promise<OpenDueOrders> => {
  const reach = createReach('due orders');
  const wanted = { name: NAME, schema: String(schema), indexes: [queueIndex] };
  const generation = await reach(() => openMongoGeneration(mongo, wanted));
  const collection = mongo.db.collection<Queued>(documentsName(mongo, NAME, generation));
  const checkpoint = createMongoCheckpoint(mongo, { name: NAME, generation }, lease);
  return {
    dueOrders: queueOf(reach, collection),
    sink: createMongoSink({ reach, collection, checkpoint, storedOf }),
    close: () => reach.close(),
  };
};

const queueIndex: IndexDescription = {
  key: { nextAt: 1, _id: 1 },
  partialFilterExpression: { nextAt: { $exists: true } },
};

const storedOf = (writes: readonly Write<DueOrder>[]): readonly Queued[] => {
  const newest = new Map<string, Queued>();
  for (const { key, version, doc } of writes) {
    if ((newest.get(key)?.version ?? -1) >= version) continue;
    const time = doc.nextAt === 'never' ? {} : { nextAt: doc.nextAt };
    newest.set(key, { _id: key as OrderId, version, ...time, doc });
  }
  return [...newest.values()];
};

const FREE = { owner: '', claim: '' } as const;

/** Sets when to look again, and ends any claim. */
const lookAgain = (at: Instant | 'never') =>
  at === 'never' ? { $unset: { ...FREE, nextAt: '' as const } } : { $set: { nextAt: at }, $unset: FREE };

const queueOf = (reach: Reach, collection: Collection<Queued>): DueOrders => ({
  claim: (max, now, until, owner) =>
    reach(async () => {
      for (let among = max; ; among = Math.max(max, CROWD)) {
        const due = await dueAt(collection, now, among);
        if (due.length === 0) return [];
        const taken = await take(collection, some(due, max), { now, until, owner });
        if (taken.length > 0) return taken;
      }
    }),
  postpone: (id, owner, to) =>
    reach(async () => {
      await collection.updateOne({ _id: id, owner }, lookAgain(to));
    }),
  wake: (id, now) =>
    reach(async () => {
      await collection.updateOne({ _id: id }, lookAgain(now));
    }),
  earliest: () =>
    reach(async () => {
      const first = await collection.findOne({ nextAt: { $gt: '' as Instant } }, { sort: IN_ORDER, projection: TIME });
      return first?.nextAt;
    }),
});

const IN_ORDER = { nextAt: 1, _id: 1 } as const;
const TIME = { nextAt: 1 } as const;

/** Workers that met at the earliest orders spread over this many. */
const CROWD = 400;

const dueAt = async (collection: Collection<Queued>, now: Instant, limit: number): Promise<readonly OrderId[]> => {
  const due = await collection.find({ nextAt: { $lte: now } }, { projection: TIME, sort: IN_ORDER, limit }).toArray();
  return due.map(({ _id }) => _id);
};

/** All of them, in their order, or `max` at random. */
const some = (ids: readonly OrderId[], max: number): readonly OrderId[] => {
  const left = [...ids];
  while (left.length > max) left.splice(randomInt(left.length), 1);
  return left;
};

interface Claim {
  readonly now: Instant;
  readonly until: Instant;
  readonly owner: string;
}

/** @returns those of `ids` that nobody else took meanwhile. */
const take = async (
  collection: Collection<Queued>,
  ids: readonly OrderId[],
  { now, until, owner }: Claim,
): Promise<readonly OrderId[]> => {
  const claim = randomUUID();
  const free = { _id: { $in: ids }, nextAt: { $lte: now } };
  const { modifiedCount } = await collection.updateMany(free, { $set: { nextAt: until, owner, claim } });
  if (modifiedCount === 0) return [];
  if (modifiedCount === ids.length) return ids;
  const mine = await collection.find({ _id: { $in: ids }, claim }, { projection: { _id: 1 } }).toArray();
  const taken = new Set(mine.map(({ _id }) => _id));
  return ids.filter((id) => taken.has(id));
};
