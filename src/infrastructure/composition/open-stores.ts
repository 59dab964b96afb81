import type { Logger } from 'pino';
import type { ConsumerRecords } from '../../application/ports/consumer-records.ts';
import type { DataKeys } from '../../application/ports/data-keys.ts';
import type { OpenDueOrders } from '../../application/ports/due-orders.ts';
import type { Lease } from '../../application/ports/lease.ts';
import type { ReadModels } from '../../application/ports/read-models.ts';
import { openMongo } from '../checkpoints/mongodb-connection.ts';
import type { Mongo } from '../checkpoints/mongodb-connection.ts';
import { createMongoLease } from '../checkpoints/mongodb-lease.ts';
import { createMongoRecords } from '../checkpoints/mongodb-records.ts';
import { openSqliteRecords } from '../checkpoints/sqlite-records.ts';
import type { Config } from '../config/config.ts';
import { openMongoDataKeys } from '../data-keys/mongodb.ts';
import { openSqliteDataKeys } from '../data-keys/sqlite.ts';
import { openMongoDueOrders } from '../due-orders/mongodb.ts';
import { openSqliteDueOrders } from '../due-orders/sqlite.ts';
import { openEventStoreDb } from '../event-store/eventstoredb/open.ts';
import type { OpenEventStore } from '../event-store/open-event-store.ts';
import { openSqliteEventStore } from '../event-store/sqlite.ts';
import { openMongoReadModels } from '../read-models/mongodb.ts';
import { openSqliteReadModels } from '../read-models/sqlite.ts';
import { startWalCheckpoints } from '../sqlite/wal-checkpoints.ts';
import type { DataFolder } from './data-folder.ts';

/** Closes what was opened, in the reverse order. */
export const closing = <T extends { close(): Promise<void> }>(opened: AsyncDisposableStack, part: T): T => {
  opened.defer(() => part.close());
  return part;
};

/** The store that EVENTSTORE_URL names, else a file. */
export const openEventStore = async (
  config: Config,
  files: DataFolder,
  opened: AsyncDisposableStack,
  log: Logger,
): Promise<{ readonly eventStore: OpenEventStore; readonly use: string }> => {
  const url = config.EVENTSTORE_URL;
  if (url === undefined) {
    return { eventStore: closing(opened, openSqliteEventStore(files.events)), use: `SQLite, ${files.events}` };
  }
  return { eventStore: closing(opened, await openEventStoreDb(url, { log })), use: `EventStoreDB, ${hostsOf(url)}` };
};

export interface Documents {
  readonly readModels: ReadModels;
  readonly due: OpenDueOrders;
  readonly dataKeys: DataKeys;
  readonly records: ConsumerRecords;
  /** For what only one instance may do; absent where there is only one. */
  readonly leaseFor?: (name: string) => Lease;
  readonly uses: { readonly 'read models': string; readonly 'data keys': string };
}

/** Documents and data keys in the database that MONGODB_URI names, else in files. */
export const openDocuments = async (
  config: Config,
  files: DataFolder,
  opened: AsyncDisposableStack,
  log: Logger,
): Promise<Documents> => {
  const uri = config.MONGODB_URI;
  return uri === undefined
    ? openFiles(files, opened, log)
    : openDatabase(closing(opened, await openMongo(uri)), uri, opened);
};

const openFiles = (files: DataFolder, opened: AsyncDisposableStack, log: Logger): Documents => {
  const readModels = closing(opened, openSqliteReadModels(files.readModels));
  closing(opened, startWalCheckpoints(files.readModels, log));
  return {
    readModels,
    due: closing(opened, openSqliteDueOrders(files.readModels)),
    dataKeys: closing(opened, openSqliteDataKeys(files.dataKeys)),
    records: closing(opened, openSqliteRecords(files.readModels)),
    uses: { 'read models': `SQLite, ${files.readModels}`, 'data keys': `SQLite, ${files.dataKeys}` },
  };
};

const openDatabase = async (mongo: Mongo, uri: string, opened: AsyncDisposableStack): Promise<Documents> => {
  const use = `MongoDB, ${hostsOf(uri)}, database ${mongo.db.databaseName}`;
  return {
    readModels: closing(opened, openMongoReadModels(mongo)),
    due: closing(opened, await openMongoDueOrders(mongo)),
    dataKeys: closing(opened, await openMongoDataKeys(mongo)),
    records: createMongoRecords(mongo),
    leaseFor: (name) => createMongoLease(mongo, name),
    uses: { 'read models': use, 'data keys': use },
  };
};

/** The hosts of a connection string, without user and password. */
const hostsOf = (url: string): string => /^[^:]+:\/\/(?:[^@/]*@)?([^/?]+)/.exec(url)?.[1] ?? 'host unknown';
