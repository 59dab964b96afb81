import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { MongoClient } from 'mongodb';
import { openMongo } from '../src/infrastructure/checkpoints/mongodb-connection.ts';
import { given } from './servers/given.ts';
import { startMongo } from './servers/programs/mongodb.ts';
import type { MongoServer } from './servers/programs/mongodb.ts';
import { freePort } from './servers/programs/ports.ts';

const PASSWORD = 'never-in-a-sentence';

/** What a start with this URI says; fails where it succeeds. */
const sentenceOf = async (uri: string): Promise<string> => {
  const mongo = await openMongo(uri).catch((error: unknown) => error);
  if (mongo instanceof Error) {
    expect(mongo.name).toBe('ConfigurationError');
    return mongo.message;
  }
  throw new Error('it opened');
};

const withUser = (uri: string, user: string): string => uri.replace('mongodb://', `mongodb://${user}:${PASSWORD}@`);

describe('a start with a wrong MONGODB_URI says in one sentence', () => {
  let guarded: MongoServer;
  beforeAll(async () => {
    guarded = await startMongo({ replicaSet: false, more: ['--auth'] });
    const client = new MongoClient(guarded.uri);
    const admin = client.db('admin');
    await admin.command({ createUser: 'root', pwd: PASSWORD, roles: ['root'] });
    await client.close();
    const root = new MongoClient(withUser(guarded.uri, 'root'));
    await root
      .db('admin')
      .command({ createUser: 'reader', pwd: PASSWORD, roles: [{ role: 'read', db: 'voucher_orders' }] });
    await root.db('admin').command({
      createUser: 'writer',
      pwd: PASSWORD,
      roles: [{ role: 'readWrite', db: 'voucher_orders' }],
    });
    await root.close();
  });
  afterAll(() => guarded.stop());

  it('that the scheme is another', async () => {
    expect(await sentenceOf('http://127.0.0.1:27017/')).toBe(
      'MONGODB_URI must begin with mongodb:// or mongodb+srv://.',
    );
  });

  it('that it is no connection string, without repeating it', async () => {
    expect(await sentenceOf(`mongodb://user:${PASSWORD}@/voucher_orders`)).toBe(
      'MONGODB_URI is not a connection string that MongoDB understands.',
    );
  });

  it('that nobody answers there', async () => {
    const host = `127.0.0.1:${String(await freePort())}`;
    expect(await sentenceOf(`mongodb://${host}/`)).toBe(
      `No MongoDB that takes writes answers at ${host} (MONGODB_URI).`,
    );
  });

  it('that the user or the password is refused', async () => {
    const { host } = new URL(guarded.uri);
    expect(await sentenceOf(withUser(guarded.uri, 'stranger'))).toBe(
      `MongoDB at ${host} refuses the user or the password of MONGODB_URI.`,
    );
  });

  it.each([
    ['no user', (uri: string) => uri],
    ['a user who may only read', (uri: string) => withUser(uri, 'reader')],
  ])('that %s may not do what is needed', async (_who, uriOf) => {
    const { host } = new URL(guarded.uri);
    expect(await sentenceOf(uriOf(guarded.uri))).toBe(
      `MongoDB at ${host} does not permit the user of MONGODB_URI to read and write in the database voucher_orders, collections and indexes included.`,
    );
  });

  it('nothing where the user may read and write in the one database', async () => {
    const mongo = await openMongo(withUser(guarded.uri, 'writer'));
    expect(await mongo.db.listCollections({}, { nameOnly: true }).toArray()).toEqual([]);
    await mongo.close();
  });
});

describe('the database', () => {
  const nameOf = async (uri: string, options: { readonly database?: string } = {}) => {
    const mongo = await openMongo(uri, options);
    await mongo.close();
    return mongo.db.databaseName;
  };
  const withPath = (name: string): string => {
    const uri = new URL(given('TEST_MONGODB_STANDALONE_URI'));
    uri.pathname = name;
    return uri.href;
  };

  it('is the one asked for, else the one of the URI, else voucher_orders', async () => {
    expect(await nameOf(withPath('/named'), { database: 'asked_for' })).toBe('asked_for');
    expect(await nameOf(withPath('/named'))).toBe('named');
    expect(await nameOf(withPath('/'))).toBe('voucher_orders');
  });
});
