import { type Family, type Started } from './choose.ts';
import {
  eventStoreDbContainer,
  kafkaContainer,
  mongoDbNodeContainer,
  mongoDbReplicaSetContainer,
} from './containers.ts';
import { startKafka } from './programs/kafka.ts';
import { startMongo } from './programs/mongodb.ts';

export const mongoDbReplicaSet: Family = {
  name: 'MongoDB (replica set)',
  variable: 'TEST_MONGODB_URI',
  container: mongoDbReplicaSetContainer,
  program: async () => {
    const { uri, stop } = await startMongo({ replicaSet: true });
    return { url: uri, what: `a mongod of this machine, one member, at ${uri}`, stop };
  },
};

export const mongoDbStandalone: Family = {
  name: 'MongoDB (standalone)',
  variable: 'TEST_MONGODB_STANDALONE_URI',
  container: mongoDbNodeContainer,
  program: async () => {
    const { uri, stop } = await startMongo({ replicaSet: false });
    return { url: uri, what: `a mongod of this machine at ${uri}`, stop };
  },
};

export const kafka: Family = {
  name: 'Kafka',
  variable: 'TEST_KAFKA_BROKERS',
  container: kafkaContainer,
  program: async () => {
    const { brokers, stop } = await startKafka();
    return { url: brokers.join(','), what: `a broker of this machine at ${brokers.join(',')}`, stop };
  },
};

/** No registry has EventStoreDB as a program: where neither URL nor engine is, the double stands in for it. */
export const eventStoreDb = (startDouble: () => Promise<Started>): Family => ({
  name: 'EventStoreDB',
  variable: 'TEST_EVENTSTOREDB_URL',
  container: eventStoreDbContainer,
  program: startDouble,
});
