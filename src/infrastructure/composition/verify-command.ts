import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DatabaseSync, backup } from 'node:sqlite';
import { isDeepStrictEqual } from 'node:util';
import { Command } from 'commander';
import { NoSuchModel } from '../../application/ports/errors.ts';
import { verify } from '../../application/verify.ts';
import type { Verifiable, Verified } from '../../application/verify.ts';
import type { Projection } from '../../projections/projection.ts';
import { readConfig } from '../config/config.ts';
import type { Config } from '../config/config.ts';
import { createLogger } from '../logging/logger.ts';
import { allProjections } from './projections.ts';
import { dataFolder } from './data-folder.ts';
import { noStoreIn, openBeside } from './open-beside.ts';
import type { Beside } from './open-beside.ts';

/** Proves the history and the read models; changes nothing, also beside running services. */
export const verifyCommand = (): Command =>
  new Command('verify')
    .description('checks every hash chain, and every read model against the events; read-only')
    .action(async () => {
      const config = readConfig(process.env);
      const log = createLogger(config.LOG_LEVEL);
      const folder = await mkdtemp(path.join(tmpdir(), 'voucher-orders-verify-'));
      try {
        const dataDir = await frozen(config, folder);
        await using opened = new AsyncDisposableStack();
        report(await verifyModels(await openBeside({ ...config, dataDir }, log, opened)));
      } finally {
        await rm(folder, { recursive: true });
      }
    });

/**
 * What is in files, as it was at one moment; the read models first: events that come meanwhile make them lag. Beside
 * read models that go on, events are read as they go on too. @returns the folder to read
 */
const frozen = async ({ dataDir, EVENTSTORE_URL, MONGODB_URI }: Config, folder: string): Promise<string> => {
  if (MONGODB_URI !== undefined) return dataDir;
  const { events, readModels } = dataFolder(dataDir);
  const wanted = [readModels, ...(EVENTSTORE_URL === undefined ? [events] : [])];
  if (!wanted.every((file) => existsSync(file))) throw noStoreIn(dataDir);
  for (const file of wanted) await copyOf(file, folder);
  return folder;
};

/** As it is at one moment, whoever writes on. */
const copyOf = async (file: string, folder: string): Promise<void> => {
  const source = new DatabaseSync(file, { readOnly: true });
  try {
    await backup(source, path.join(folder, path.basename(file)));
  } finally {
    source.close();
  }
};

const verifyModels = async (beside: Beside): Promise<Verified> => {
  const models = await Promise.all(allProjections.map((projection) => verifiable(beside, projection)));
  return verify({ ...beside, models, same: isDeepStrictEqual, progress: showProgress });
};

/** @throws NoSuchModel */
const verifiable = async ({ readModels, records }: Beside, projection: Projection<unknown>): Promise<Verifiable> => {
  const { name } = projection.definition;
  const model = await readModels.existing(projection.definition);
  if (model === undefined) throw new NoSuchModel(name);
  return {
    name,
    model,
    at: (await records.progress(name))?.at ?? 'start',
    keys: (event) => projection.keys(event),
    evolve: (doc, event, key) => projection.evolve(doc, event, key),
  };
};

const showProgress = (events: number): void => {
  if (process.stderr.isTTY) process.stderr.write(`\r${String(events)} events`);
};

const report = ({ events, streams, documents, lagging, faults }: Verified): void => {
  const counted = `${String(events)} events in ${String(streams)} streams, ${String(documents)} documents`;
  const waiting = lagging === 0 ? '' : `, ${String(lagging)} documents lag behind`;
  if (faults.length === 0) process.stdout.write(`verified: ${counted}${waiting}; no fault\n`);
  else {
    process.stdout.write(`${faults.map((fault) => `FAULT: ${fault}`).join('\n')}\n`);
    process.stdout.write(`${String(faults.length)} faults in ${counted}${waiting}\n`);
    process.exitCode = 1;
  }
};
