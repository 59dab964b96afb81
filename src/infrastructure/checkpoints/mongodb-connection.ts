import { randomUUID } from 'node:crypto';
import { MongoClient, MongoNetworkError, MongoServerError, MongoServerSelectionError, ReadConcern } from 'mongodb';
import type { Db } from 'mongodb';
import { MachineryError, Unavailable } from '../../application/ports/errors.ts';
import { ConfigurationError } from '../config/config.ts';

/** A database in reach, shared by every port that keeps something there. */
export interface Mongo {
  /** Reads what a majority has, from the primary; writes are acknowledged by a majority (mongodb.md 4). */
  readonly db: Db;
  /** Begins the name of every collection. */
  readonly prefix: string;
  close(): Promise<void>;
}

/** How long a start or a call looks for a server that takes writes, in milliseconds. */
const SELECTION_MS = 3_000;
/** A connection that is silent this long in a call is given up, in milliseconds: else a frozen server is waited for. */
const SILENCE_MS = 30_000;
const MAJORITY_MS = 10_000;

/**
 * Connects, and tries whether the user may do what the service will do.
 * @param options.database else the one in the URI's path, else `voucher_orders`.
 * @throws ConfigurationError with one sentence, without user name or password.
 */
export const openMongo = async (
  uri: string,
  options: { readonly database?: string; readonly prefix?: string } = {},
): Promise<Mongo> => {
  const client = clientOf(uri);
  const database = options.database ?? databaseIn(uri);
  try {
    await client.connect();
    const mongo: Mongo = {
      db: client.db(database, {
        readPreference: 'primary',
        readConcern: new ReadConcern('majority'),
        writeConcern: { w: 'majority', wtimeoutMS: MAJORITY_MS },
      }),
      prefix: options.prefix ?? '',
      close: () => client.close(),
    };
    await tryOut(mongo);
    return mongo;
  } catch (cause) {
    await client.close();
    throw new ConfigurationError(sentenceOf(cause, placeOf(client), database), { cause });
  }
};

const clientOf = (uri: string): MongoClient => {
  if (!/^mongodb(?:\+srv)?:\/\//.test(uri)) {
    throw new ConfigurationError('MONGODB_URI must begin with mongodb:// or mongodb+srv://.');
  }
  try {
    return new MongoClient(uri, {
      appName: 'voucher-orders',
      serverSelectionTimeoutMS: SELECTION_MS,
      connectTimeoutMS: SELECTION_MS,
      socketTimeoutMS: SILENCE_MS,
      ignoreUndefined: true,
    });
  } catch {
    // The driver's own message may repeat the URI, password and all.
    throw new ConfigurationError('MONGODB_URI is not a connection string that MongoDB understands.');
  }
};

const databaseIn = (uri: string): string => {
  const path = /^[^/]+:\/\/[^/]+\/([^?]+)/.exec(uri)?.[1];
  return path === undefined ? 'voucher_orders' : decodeURIComponent(path);
};

const placeOf = ({ options }: MongoClient): string => options.srvHost ?? options.hosts.map(String).join(', ');

/** Does once what ports do all the time. The name is new, so that instances that start together do not meet. */
const tryOut = async ({ db, prefix }: Mongo): Promise<void> => {
  const scratch = db.collection<{ _id: string; at?: string }>(`${prefix}try_out_${randomUUID()}`);
  await scratch.createIndex({ at: 1 });
  await scratch.insertOne({ _id: 'one' });
  await scratch.updateOne({ _id: 'one' }, { $set: { at: 'now' } });
  await scratch.findOne({ _id: 'one' });
  await scratch.drop();
};

const AUTHENTICATION_FAILED = 18;
const UNAUTHORIZED = 13;

const sentenceOf = (error: unknown, place: string, database: string): string => {
  if (error instanceof MongoServerError && error.code === AUTHENTICATION_FAILED) {
    return `MongoDB at ${place} refuses the user or the password of MONGODB_URI.`;
  }
  if (error instanceof MongoServerError && error.code === UNAUTHORIZED) {
    return `MongoDB at ${place} does not permit the user of MONGODB_URI to read and write in the database ${database}, collections and indexes included.`;
  }
  if (error instanceof MongoServerSelectionError || error instanceof MongoNetworkError) {
    return `No MongoDB that takes writes answers at ${place} (MONGODB_URI).`;
  }
  return `MongoDB at ${place} cannot be used: ${error instanceof Error ? error.message : String(error)}`;
};

/** One port's way to the database: until closed, and with every failure as Unavailable(`part`). */
export interface Reach {
  <T>(work: () => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

export const createReach = (part: string): Reach => {
  let closed = false;
  const reach = async <T>(work: () => Promise<T>): Promise<T> => {
    if (closed) throw new Unavailable(part, { detail: 'closed' });
    try {
      return await work();
    } catch (cause) {
      throw cause instanceof MachineryError ? cause : new Unavailable(part, { cause });
    }
  };
  return Object.assign(reach, {
    close: async () => {
      closed = true;
    },
  });
};

const DUPLICATE_KEY = 11_000;

/** Whether the document was there already; no index but that of `_id` is unique in our collections. */
export const isDuplicate = (error: unknown): boolean =>
  error instanceof MongoServerError && error.code === DUPLICATE_KEY;
