import type { Collection, ObjectId } from 'mongodb';
import type { ConsumerRecords } from '../../application/ports/consumer-records.ts';
import type { Progress } from '../../application/ports/consumers.ts';
import type { StreamId } from '../../application/ports/event-store.ts';
import { createReach } from './mongodb-connection.ts';
import type { Mongo } from './mongodb-connection.ts';
import { consumersOf, generationKey } from './mongodb-generations.ts';

interface Request {
  readonly _id: ObjectId;
  readonly consumer: string;
  readonly stream: StreamId;
}

/** The records of the consumers whose documents are in a database, for all instances. */
export const createMongoRecords = (mongo: Mongo): ConsumerRecords => {
  const consumers = consumersOf(mongo);
  const requests: Collection<Request> = mongo.db.collection(`${mongo.prefix}retries`);
  const reach = createReach('consumer records');
  return {
    progress: (consumer) =>
      reach(async () => {
        const found = await consumers.findOne({ _id: consumer });
        const progress = found?.generations[generationKey(found.generation)]?.progress;
        return progress === undefined ? undefined : (JSON.parse(progress) as Progress);
      }),
    askRetry: (consumer, stream) =>
      reach(async () => {
        await requests.updateOne({ consumer, stream }, { $setOnInsert: { consumer, stream } }, { upsert: true });
      }),
    askedRetries: (consumer) =>
      reach(async () => {
        const asked = await requests.find({ consumer }).sort({ _id: 1 }).toArray();
        return [...new Set(asked.map(({ stream }) => stream))];
      }),
    retried: (consumer, stream) =>
      reach(async () => {
        await requests.deleteMany({ consumer, stream });
      }),
  };
};
