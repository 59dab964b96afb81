import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DatabaseSync, backup } from 'node:sqlite';
import { isDeepStrictEqual } from 'node:util';
import { Command } from 'commander';
import { readBinding } from '../../application/bind-store.ts';
import type { Owner } from '../../application/ports/consumers.ts';
import type { ReadModels } from '../../application/ports/read-models.ts';
import { verify } from '../../application/verify.ts';
import type { Verifiable, Verified } from '../../application/verify.ts';
import type { Projection } from '../../projections/projection.ts';
import { createCodec } from '../codec/codec.ts';
import { ConfigurationError, readConfig } from '../config/config.ts';
import { openSqliteEventStore } from '../event-store/sqlite.ts';
import { openSqliteReadModels } from '../read-models/sqlite.ts';
import { projections } from './consumers.ts';
import { dataFolder } from './data-folder.ts';

/** Proves the history and the read models; changes nothing, also beside a running service. */
export const verifyCommand = (): Command =>
  new Command('verify')
    .description('checks every hash chain, and every read model against the events; read-only')
    .action(async () => {
      const { dataDir, EVENTSTORE_URL, MONGODB_URI } = readConfig(process.env);
      if (EVENTSTORE_URL !== undefined || MONGODB_URI !== undefined) {
        throw new ConfigurationError('verify reads the embedded stores only: unset EVENTSTORE_URL and MONGODB_URI.');
      }
      const files = dataFolder(dataDir);
      if (!existsSync(files.events) || !existsSync(files.readModels))
        throw new ConfigurationError(
          `DATA_DIR: there is no store in ${dataDir}, or its read models are not filled yet: start the service once.`,
        );
      const folder = await mkdtemp(path.join(tmpdir(), 'voucher-orders-verify-'));
      try {
        // The read models first: events that come meanwhile make them lag, which is no fault.
        const readModels = await copyOf(files.readModels, folder);
        const events = await copyOf(files.events, folder);
        report(await verifyCopies(events, readModels));
      } finally {
        await rm(folder, { recursive: true });
      }
    });

/** As it is at one moment, whoever writes on. */
const copyOf = async (file: string, folder: string): Promise<string> => {
  const copy = path.join(folder, path.basename(file));
  const source = new DatabaseSync(file, { readOnly: true });
  try {
    await backup(source, copy);
  } finally {
    source.close();
  }
  return copy;
};

const verifyCopies = async (eventsFile: string, readModelsFile: string): Promise<Verified> => {
  await using opened = new AsyncDisposableStack();
  const eventStore = openSqliteEventStore(eventsFile);
  opened.defer(() => eventStore.close());
  const store = eventStore.events;
  const readModels = openSqliteReadModels(readModelsFile);
  opened.defer(() => readModels.close());
  const codec = createCodec();
  const binding = await readBinding({ store, codec });
  if (binding === undefined) throw new ConfigurationError('The store is empty: nothing was ever written to it.');
  const models = await Promise.all([
    verifiable(readModels, projections.orders),
    verifiable(readModels, projections.vouchers),
    verifiable(readModels, projections.products),
    verifiable(readModels, projections.merchants),
    verifiable(readModels, projections.categories),
    verifiable(readModels, projections.contract),
  ]);
  const feed = eventStore.feed(binding.storeId);
  return await verify({ feed, store, codec, models, same: isDeepStrictEqual, progress: showProgress });
};

const verifiable = async <Doc>(readModels: ReadModels, projection: Projection<Doc>): Promise<Verifiable> => {
  const { model, sink } = await readModels.open(projection.definition);
  const hold = await sink.hold('verify' as Owner);
  if (hold === 'held') throw new ConfigurationError(`${projection.definition.name} is held by another process.`);
  return {
    name: projection.definition.name,
    model,
    at: hold.progress.at,
    keys: (event) => projection.keys(event),
    evolve: (doc, event, key) => projection.evolve(doc as Doc | undefined, event, key),
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
