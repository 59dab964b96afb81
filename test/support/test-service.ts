import { pino } from 'pino';
import { applyRules } from '../../src/application/catalog/small-syncs.ts';
import { runFulfilmentWorker } from '../../src/application/fulfilment-worker.ts';
import type { Owner } from '../../src/application/ports/consumers.ts';
import { aloneLease } from '../../src/application/ports/lease.ts';
import { Unavailable } from '../../src/application/ports/errors.ts';
import type { EventStore, Recorded, StoreId } from '../../src/application/ports/event-store.ts';
import { startTail } from '../../src/application/tail.ts';
import { TenantId } from '../../src/domain/shared/ids.ts';
import { instant } from '../../src/domain/shared/instant.ts';
import { createMemoryAmilon } from '../../src/infrastructure/amilon/memory.ts';
import type { MemoryAmilon } from '../../src/infrastructure/amilon/memory.ts';
import { soleHolder } from '../../src/infrastructure/checkpoints/checkpoint.ts';
import { createMemoryRecords } from '../../src/infrastructure/checkpoints/memory-records.ts';
import type { MemoryProgress } from '../../src/infrastructure/checkpoints/memory.ts';
import { createVirtualClock } from '../../src/infrastructure/clock/virtual.ts';
import type { VirtualClock } from '../../src/infrastructure/clock/virtual.ts';
import { createCodec } from '../../src/infrastructure/codec/codec.ts';
import { createContainer } from '../../src/infrastructure/composition/container.ts';
import { openConsumers } from '../../src/infrastructure/composition/consumers.ts';
import { serveHttp } from '../../src/infrastructure/composition/http.ts';
import type { OpenPorts } from '../../src/infrastructure/composition/open-ports.ts';
import { tokens as t } from '../../src/infrastructure/composition/tokens.ts';
import { createWatch } from '../../src/infrastructure/composition/watch.ts';
import { readConfig } from '../../src/infrastructure/config/config.ts';
import { createMemoryDataKeys } from '../../src/infrastructure/data-keys/memory.ts';
import { createMemoryDueOrders } from '../../src/infrastructure/due-orders/memory.ts';
import { createEncryption } from '../../src/infrastructure/encryption/encryption.ts';
import { createKeyring } from '../../src/infrastructure/encryption/keyring.ts';
import { createMemoryEventStore } from '../../src/infrastructure/event-store/memory.ts';
import { createApiKey } from '../../src/infrastructure/http/api-keys.ts';
import type { NewApiKey } from '../../src/infrastructure/http/api-keys.ts';
import { scopes } from '../../src/infrastructure/http/scopes.ts';
import { createSeededIdentifiers } from '../../src/infrastructure/ids/seeded.ts';
import { createMemoryReadModels } from '../../src/infrastructure/read-models/memory.ts';

/** Today, for every test. */
export const start = instant('2026-03-01T10:00:00.000Z');

export interface TestService {
  readonly url: string;
  readonly clock: VirtualClock;
  readonly ports: OpenPorts;
  readonly upstream: MemoryAmilon;
  /** A key of a tenant with some scopes, all by default. */
  key(wanted?: Partial<NewApiKey>): Promise<string>;
  /** Moves time on until the promise is settled: for requests that wait. */
  passing<T>(waiting: Promise<T>): Promise<T>;
  /** Everything in the store, in order. */
  events(): Promise<readonly Recorded[]>;
  /** What was logged, as text. */
  logged(): string;
  /** Moves time on until every read model has seen everything. */
  settled(): Promise<void>;
  /** From now on reads of the store fail, or what is appended is written without an answer; or all is well again. */
  fail(what: Failing): void;
  stop(): Promise<void>;
}

type Failing = 'read' | 'answer' | 'nothing';

export interface TestOptions {
  /** A fresh path for a file; the folder is the caller's to remove. */
  readonly files: (name: string) => string;
  /** Whether the catalogue and the contract were synced: yes by default. */
  readonly synced?: boolean;
  readonly env?: Readonly<Record<string, string>>;
}

/** The whole application over HTTP on loopback: memory adapters, the sandbox in memory, and a clock that is told. */
export const startTestService = async ({ files, synced = true, env = {} }: TestOptions): Promise<TestService> => {
  const lines: string[] = [];
  const log = pino({ level: 'debug' }, { write: (line: string) => lines.push(line) });
  const clock = createVirtualClock(start);
  const watch = createWatch(clock);
  const upstream = createMemoryAmilon({ ...watch, clock, log, deliveryDelayMs: 0 });
  const memory = createMemoryEventStore();
  const progress: MemoryProgress = new Map();
  const broken = breakable(memory.events);
  const config = readConfig({ PORT: '0', AMILON_CULTURES: 'pt-PT,fr-FR', ...env });
  const ports: OpenPorts = {
    config,
    mode: 'sandbox',
    owner: 'test' as Owner,
    log,
    clock,
    identifiers: createSeededIdentifiers(1),
    codec: createCodec(),
    store: broken.store,
    feed: memory.feed('store-1' as StoreId),
    encryption: createEncryption(await createKeyring(files('keyring.json')), createMemoryDataKeys()),
    amilon: upstream.amilon,
    syncLease: aloneLease,
    watch,
    readModels: createMemoryReadModels(soleHolder, progress),
    due: createMemoryDueOrders(soleHolder, progress),
    records: createMemoryRecords(progress),
    uses: {},
    close: async () => {
      await memory.close();
      await upstream.close();
    },
  };
  const stopping = new AbortController();
  const container = createContainer(ports, stopping.signal);
  const consumers = await openConsumers(ports, container.get(t.policy));
  await applyRules(ports)({
    countries: config.ORDERABLE_COUNTRIES,
    faceValues: config.ORDERABLE_FACE_VALUES,
    excludedMerchants: config.EXCLUDED_MERCHANTS,
  });
  const tail = startTail({ ...ports, from: await ports.feed.head() }, stopping.signal);
  const running = consumers.start(stopping.signal);
  const worker = runFulfilmentWorker(
    { ...ports, dueOrders: ports.due.dueOrders, fulfil: container.get(t.fulfil), concurrency: 8, lease: 120_000 },
    stopping.signal,
  );
  const syncs = synced ? container.get(t.schedule).run() : Promise.resolve();
  const apiKeysFile = files('api-keys.json');
  const http = await serveHttp({ ports, container, models: consumers.models, running, tail, apiKeysFile });

  const until = async (holds: () => Promise<boolean>): Promise<void> => {
    while (!(await holds())) await clock.advance(100);
  };
  const passing = async <T>(waiting: Promise<T>): Promise<T> => {
    let settled = false;
    const end = (): void => {
      settled = true;
    };
    waiting.then(end, end);
    await until(async () => settled);
    return waiting;
  };
  const events = async (): Promise<readonly Recorded[]> => (await ports.feed.read('start', 100_000)).events;
  const settled = (): Promise<void> =>
    until(async () => {
      const head = await ports.feed.head();
      return running.every((consumer) => consumer.status().progress?.at === head);
    });
  if (synced) {
    await until(async () => (await events()).filter(({ type }) => type === 'CatalogSyncCompleted').length === 2);
    await settled();
  }
  return {
    url: http.url,
    clock,
    ports,
    upstream,
    key: async (wanted) =>
      (await createApiKey(apiKeysFile, { tenant: TenantId('acme'), scopes, ...wanted }, clock.now())).key,
    passing,
    settled,
    events,
    logged: () => lines.join(''),
    fail: broken.fail,
    stop: async () => {
      broken.fail('nothing');
      // Time stands still meanwhile: whatever waits must end by itself.
      await http.stop();
      stopping.abort();
      await Promise.all([...running.map(({ done }) => done), worker, syncs, tail.done]);
      await ports.close();
    },
  };
};

const breakable = (store: EventStore): { readonly store: EventStore; readonly fail: (what: Failing) => void } => {
  let failing: Failing = 'nothing';
  return {
    fail: (what) => {
      failing = what;
    },
    store: {
      read: async function* (stream, after, until) {
        if (failing === 'read') throw new Unavailable('event store');
        yield* store.read(stream, after, until);
      },
      append: async (stream, at, events) => {
        const appended = await store.append(stream, at, events);
        if (failing === 'answer') throw new Unavailable('event store');
        return appended;
      },
    },
  };
};
