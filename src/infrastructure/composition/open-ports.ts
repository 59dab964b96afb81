import { existsSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import type { Logger } from 'pino';
import type { Mode } from '../../domain/order/values.ts';
import { bindStore } from '../../application/bind-store.ts';
import type { Clock } from '../../application/ports/clock.ts';
import type { EventCodec } from '../../application/ports/codec.ts';
import type { ConsumerRecords } from '../../application/ports/consumer-records.ts';
import type { Owner } from '../../application/ports/consumers.ts';
import type { DataKeys } from '../../application/ports/data-keys.ts';
import type { OpenDueOrders } from '../../application/ports/due-orders.ts';
import type { Encryption } from '../../application/ports/encryption.ts';
import type { EventStore, Feed } from '../../application/ports/event-store.ts';
import type { Identifiers } from '../../application/ports/identifiers.ts';
import { aloneLease } from '../../application/ports/lease.ts';
import type { Lease } from '../../application/ports/lease.ts';
import type { ReadModels } from '../../application/ports/read-models.ts';
import { createAmilonClient } from '../amilon/client/client.ts';
import type { AmilonClient } from '../amilon/client/client.ts';
import { sandboxAccess, startSandbox } from '../amilon/sandbox/start.ts';
import { createSystemClock } from '../clock/system.ts';
import { createCodec } from '../codec/codec.ts';
import { ConfigurationError } from '../config/config.ts';
import type { AmilonAccess, Config } from '../config/config.ts';
import { createEncryption } from '../encryption/encryption.ts';
import { createKeyring, loadKeyring } from '../encryption/keyring.ts';
import { createSystemIdentifiers } from '../ids/system.ts';
import { dataFolder, lockDataFolder } from './data-folder.ts';
import type { DataFolder } from './data-folder.ts';
import { openRelay, withRelay } from './open-relay.ts';
import type { Relay } from './open-relay.ts';
import { openDocuments, openEventStore } from './open-stores.ts';
import { createWatch } from './watch.ts';
import type { Watch } from './watch.ts';

/** Every port with the adapter that the configuration chose (design 1): the only place that chooses. */
export interface OpenPorts {
  readonly config: Config;
  readonly mode: Mode;
  readonly owner: Owner;
  readonly log: Logger;
  readonly clock: Clock;
  readonly identifiers: Identifiers;
  readonly codec: EventCodec;
  readonly store: EventStore;
  readonly feed: Feed;
  readonly encryption: Encryption;
  readonly amilon: AmilonClient;
  readonly watch: Watch;
  /** Of who may sync catalogue and contract now. */
  readonly syncLease: Lease;
  readonly readModels: ReadModels;
  readonly due: OpenDueOrders;
  readonly records: ConsumerRecords;
  /** Absent without Kafka. */
  readonly relay?: Relay;
  /** What each port uses, for the banner. */
  readonly uses: { readonly [port: string]: string };
  close(): Promise<void>;
}

/**
 * Opens all ports and binds the store to them (design 2).
 * @throws ConfigurationError with a sentence; what was opened until then is closed.
 */
export const openPorts = async (config: Config, log: Logger): Promise<OpenPorts> => {
  const opened = new AsyncDisposableStack();
  try {
    const ports = await open(config, log, opened);
    return { ...ports, close: () => opened.disposeAsync() };
  } catch (error) {
    await opened.disposeAsync();
    throw error;
  }
};

const open = async (config: Config, log: Logger, opened: AsyncDisposableStack): Promise<Omit<OpenPorts, 'close'>> => {
  // A folder that holds a port has one writer; with real servers for everything, instances share them instead.
  if (isEmbedded(config)) opened.defer(lockDataFolder(config.dataDir));
  const files = dataFolder(config.dataDir);
  const clock = createSystemClock();
  const identifiers = createSystemIdentifiers();
  const codec = createCodec();
  const watch = createWatch(clock);
  watch.metrics.addProcess();
  const mode: Mode = config.amilon === undefined ? 'sandbox' : 'live';

  const { dataKeys, leaseFor, uses, ...documents } = await openDocuments(config, files, opened, log);
  const encryption = await openEncryption(config, files, dataKeys);
  const { eventStore, use } = await openEventStore(config, files, opened, log);
  const store = eventStore.events;
  const upstream = await openAmilon(config, files.sandbox, opened, { ...watch, clock, log });

  const bound = await bindStore(
    { store, codec, clock, identifiers, mode },
    {
      upstream: upstream.name,
      prefix: config.EXTERNAL_ID_PREFIX,
      dataKeysId: dataKeys.storeId,
      keyringCheck: encryption.checkValue,
    },
  );
  if (!bound.bound) throw new ConfigurationError(bindingSentence[bound.refusal.field](bound.refusal.bound));
  const { storeId } = bound;
  const relay = await openRelay(config, { storeId, leaseFor, log }, opened);
  return {
    config,
    mode,
    owner: identifiers.unique() as Owner,
    log,
    clock,
    identifiers,
    codec,
    store,
    feed: eventStore.feed(storeId),
    encryption,
    amilon: upstream.amilon,
    watch,
    readModels: documents.readModels,
    due: documents.due,
    records: withRelay(documents.records, relay),
    syncLease: leaseFor?.('syncs') ?? aloneLease,
    ...(relay === undefined ? {} : { relay }),
    uses: {
      events: use,
      ...uses,
      notifications:
        config.KAFKA_BROKERS === undefined ? 'GET /v1/events (no Kafka)' : `Kafka, ${config.KAFKA_BROKERS.join(', ')}`,
      amilon: upstream.use,
    },
  };
};

const isEmbedded = (config: Config): boolean =>
  config.EVENTSTORE_URL === undefined || config.MONGODB_URI === undefined || runsOwnSandbox(config);

const runsOwnSandbox = (config: Config): boolean => config.amilon === undefined && config.AMILON_BASE_URL === undefined;

const openEncryption = async (config: Config, files: DataFolder, dataKeys: DataKeys): Promise<Encryption> => {
  const file = config.KEYRING_FILE ?? files.keyring;
  // Only a new embedded store makes its own: a keyring that is missing later is a loss to hear of.
  const makesOwn = config.KEYRING_FILE === undefined && !existsSync(files.events) && !existsSync(file);
  const keyring = makesOwn ? await createKeyring(file) : await loadKeyring(file);
  return createEncryption(keyring, dataKeys);
};

/** Amilon, and how it is called in the banner and in the store's binding. */
const openAmilon = async (
  config: Config,
  sandboxFile: string,
  opened: AsyncDisposableStack,
  tools: { readonly clock: Clock; readonly log: Logger } & Pick<Watch, 'onCall' | 'onDrift'>,
): Promise<{ readonly amilon: AmilonClient; readonly name: string; readonly use: string }> => {
  const clientOf = (access: AmilonAccess): AmilonClient =>
    createAmilonClient({
      ...access,
      ...tools,
      monotonic: () => performance.now(),
      limits: { create: config.AMILON_CREATES_PER_SECOND, read: config.AMILON_READS_PER_SECOND },
      deadlines: { create: config.AMILON_CREATE_DEADLINE_MS },
    });
  if (config.amilon !== undefined) {
    const { host } = new URL(config.amilon.baseUrl);
    return { amilon: clientOf(config.amilon), name: host, use: `live, ${host}` };
  }
  const url = config.AMILON_BASE_URL ?? (await startOwnSandbox(config, sandboxFile, opened));
  const use = `SANDBOX at ${url} (nothing is bought)`;
  return { amilon: clientOf(sandboxAccess(url)), name: 'sandbox', use };
};

/** In this process, but spoken to by HTTP through the same adapter as the real one. */
const startOwnSandbox = async (config: Config, file: string, opened: AsyncDisposableStack): Promise<string> => {
  const started = await startSandbox({
    file,
    seed: config.SANDBOX_SEED,
    products: config.SANDBOX_PRODUCTS,
    deliveryDelayMs: config.SANDBOX_DELIVERY_MS,
    wire: config.SANDBOX_WIRE,
    host: '127.0.0.1',
    port: config.SANDBOX_PORT,
  });
  opened.defer(() => started.close());
  return started.url;
};

const bindingSentence = {
  upstream: (bound: string) =>
    `This store took its orders for ${bound === 'sandbox' ? 'the sandbox' : `Amilon at ${bound}`}; it is never opened with another upstream. Give the other upstream a store of its own.`,
  prefix: (bound: string) => `This store's external order ids begin with ${bound}: set EXTERNAL_ID_PREFIX=${bound}.`,
  dataKeysId: () =>
    'The data keys do not belong to this store: its vouchers would stay unreadable. Restore both together.',
  keyringCheck: () => 'The keyring is not the one this store was made with: set KEYRING_FILE to that one.',
};
