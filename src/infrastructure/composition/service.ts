import type { Logger } from 'pino';
import { SECOND } from '../../domain/shared/instant.ts';
import type { Ms } from '../../domain/shared/instant.ts';
import { applyRules } from '../../application/catalog/small-syncs.ts';
import { runFulfilmentWorker } from '../../application/fulfilment-worker.ts';
import { createSharedFeed, decodingOnce } from '../../application/shared-feed.ts';
import { startTail } from '../../application/tail.ts';
import { ConfigurationError } from '../config/config.ts';
import type { Config } from '../config/config.ts';
import { createContainer } from './container.ts';
import { openConsumers } from './consumers.ts';
import { dataFolder } from './data-folder.ts';
import { provideDevApiKey } from './dev-api-key.ts';
import { serveHttp } from './http.ts';
import { openPorts } from './open-ports.ts';
import { assertSameHistory } from './same-history.ts';
import { tokens as t } from './tokens.ts';

export interface RunningService {
  /** Where it listens, as a client writes it. */
  readonly url: string;
  /** What each port uses. */
  readonly uses: { readonly [port: string]: string };
  /** Whether the key for trying things out exists. */
  readonly devApiKey: boolean;
  /** Refuses new work, finishes what is in hand, closes everything. */
  stop(): Promise<void>;
}

/** How long an order waits when its worker dies. A step that takes longer costs a repeated read, never money. */
const LEASE = 15 * SECOND;

/**
 * From one reading of the feed to the next. Each one costs every consumer a batch, with as many round trips or flushes
 * whatever its size; and small transactions are dear for Kafka (kafka.md 15).
 */
export const BETWEEN_READINGS: Ms = 13;

/**
 * Starts the whole service: ports, consumers, fulfilment, syncs, HTTP.
 * @throws ConfigurationError, and what a part throws that cannot be opened; then nothing is left running.
 */
export const startService = async (config: Config, log: Logger): Promise<RunningService> => {
  const stopping = new AbortController();
  const stop = stopping.signal;
  const opened = new AsyncDisposableStack();
  try {
    const ports = await openPorts(config, log);
    opened.defer(() => ports.close());
    const container = createContainer(ports, stop);
    // Consumers and waiting requests read the feed together: one reading of an event serves all of them.
    const feed = createSharedFeed(ports.feed, () => ports.clock.sleep(BETWEEN_READINGS));
    const reading = { ...ports, feed, codec: decodingOnce(ports.codec) };
    const consumers = await openConsumers(reading, container.get(t.policy));
    await assertSameHistory(ports);
    await applyRules(ports)({
      countries: config.ORDERABLE_COUNTRIES,
      faceValues: config.ORDERABLE_FACE_VALUES,
      excludedMerchants: config.EXCLUDED_MERCHANTS,
    });
    const apiKeysFile = config.API_KEYS_FILE ?? dataFolder(config.dataDir).apiKeys;
    const devApiKey = await provideDevApiKey(config, apiKeysFile, ports.clock.now()).catch(nameApiKeysFile);

    const tail = startTail({ ...reading, from: await ports.feed.head() }, stop);
    opened.defer(() => tail.done);
    const running = consumers.start(stop);
    opened.defer(() => Promise.all(running.map(({ done }) => done)).then(() => undefined));
    const worker = runFulfilmentWorker(
      {
        ...ports,
        dueOrders: ports.due.dueOrders,
        fulfil: container.get(t.fulfil),
        concurrency: config.FULFILMENT_CONCURRENCY,
        lease: LEASE,
      },
      stop,
    );
    opened.defer(() => worker);
    const syncs = container.get(t.schedule).run();
    opened.defer(() => syncs);
    const http = await serveHttp({ ports, container, models: consumers.models, running, tail, apiKeysFile }).catch(
      nameApiKeysFile,
    );
    opened.defer(() => http.stop());
    return { url: http.url, uses: ports.uses, devApiKey, stop: () => stopAll(stopping, opened) };
  } catch (error) {
    await stopAll(stopping, opened);
    throw error;
  }
};

/** A keys file that is none stops the start with a sentence. */
const nameApiKeysFile = (error: unknown): never => {
  throw error instanceof SyntaxError ? new ConfigurationError(`API_KEYS_FILE: ${error.message}.`) : error;
};

/** Ends every wait, then closes in the reverse order of opening: requests first, stores last. */
const stopAll = async (stopping: AbortController, opened: AsyncDisposableStack): Promise<void> => {
  stopping.abort();
  await opened.disposeAsync();
};
