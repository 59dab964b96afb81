import { existsSync } from 'node:fs';
import type { Logger } from 'pino';
import { readBinding } from '../../application/bind-store.ts';
import type { EventCodec } from '../../application/ports/codec.ts';
import type { ConsumerRecords } from '../../application/ports/consumer-records.ts';
import type { EventStore, Feed } from '../../application/ports/event-store.ts';
import type { ReadModels } from '../../application/ports/read-models.ts';
import { openMongo } from '../checkpoints/mongodb-connection.ts';
import { createMongoRecords } from '../checkpoints/mongodb-records.ts';
import { openSqliteRecords } from '../checkpoints/sqlite-records.ts';
import { createCodec } from '../codec/codec.ts';
import { ConfigurationError } from '../config/config.ts';
import type { Config } from '../config/config.ts';
import { openMongoReadModels } from '../read-models/mongodb.ts';
import { openSqliteReadModels } from '../read-models/sqlite.ts';
import type { SqliteReadModels } from '../read-models/sqlite.ts';
import { dataFolder } from './data-folder.ts';
import type { DataFolder } from './data-folder.ts';
import { openRelay, withRelay } from './open-relay.ts';
import { closing, openEventStore } from './open-stores.ts';

/** What a command works on while a service has the folder, or several have the servers: it appends nothing. */
export interface Beside {
  readonly codec: EventCodec;
  readonly store: EventStore;
  readonly feed: Feed;
  readonly readModels: ReadModels;
  readonly records: ConsumerRecords;
  /** Where events and documents both lie in files. */
  readonly embedded?: {
    readonly files: Pick<DataFolder, 'events' | 'readModels'>;
    readonly readModels: SqliteReadModels;
  };
}

export const noStoreIn = (dataDir: string): ConfigurationError =>
  new ConfigurationError(
    `DATA_DIR: there is no store in ${dataDir}, or its read models are not filled yet: start the service once.`,
  );

/** @throws ConfigurationError where there is nothing yet that a service has made. */
export const openBeside = async (config: Config, log: Logger, opened: AsyncDisposableStack): Promise<Beside> => {
  const files = dataFolder(config.dataDir);
  const absent =
    (config.EVENTSTORE_URL === undefined && !existsSync(files.events)) ||
    (config.MONGODB_URI === undefined && !existsSync(files.readModels));
  if (absent) throw noStoreIn(config.dataDir);
  const { sqlite, ...documents } = await openDocumentsBeside(config.MONGODB_URI, files.readModels, opened);
  const { eventStore } = await openEventStore(config, files, opened, log);
  const codec = createCodec();
  const store = eventStore.events;
  const binding = await readBinding({ store, codec });
  if (binding === undefined) throw new ConfigurationError('The store is empty: nothing was ever written to it.');
  const beside = { codec, store, feed: eventStore.feed(binding.storeId), ...documents };
  if (config.EVENTSTORE_URL !== undefined || sqlite === undefined) return beside;
  return { ...beside, embedded: { files, readModels: sqlite } };
};

const openDocumentsBeside = async (
  uri: string | undefined,
  file: string,
  opened: AsyncDisposableStack,
): Promise<Pick<Beside, 'readModels' | 'records'> & { readonly sqlite?: SqliteReadModels }> => {
  if (uri === undefined) {
    const sqlite = closing(opened, openSqliteReadModels(file));
    return { readModels: sqlite, sqlite, records: closing(opened, openSqliteRecords(file)) };
  }
  const mongo = closing(opened, await openMongo(uri));
  return { readModels: closing(opened, openMongoReadModels(mongo)), records: createMongoRecords(mongo) };
};

/** With the relay's progress too, where there is a relay. */
export const withRelayBeside = async (
  config: Config,
  { feed, records }: Beside,
  context: { readonly log: Logger; readonly opened: AsyncDisposableStack },
): Promise<ConsumerRecords> => {
  const { log, opened } = context;
  return withRelay(records, await openRelay(config, { storeId: feed.storeId, leaseFor: undefined, log }, opened));
};
