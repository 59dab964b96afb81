// Syncs of ten cultures from a sandbox of its own process, into the embedded event store: the first one, one where
// nothing changed, and one where one product of one culture did. Held against reading the same lists and no more.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCatalogue } from '../../src/application/catalog/catalogue.ts';
import { syncCatalogue } from '../../src/application/catalog/sync-catalogue.ts';
import type { SyncDeps } from '../../src/application/catalog/sync-catalogue.ts';
import type { Amilon } from '../../src/application/ports/amilon.ts';
import type { Recorded, StoreId } from '../../src/application/ports/event-store.ts';
import { Culture } from '../../src/domain/shared/ids.ts';
import { money } from '../../src/domain/shared/money.ts';
import { createAmilonClient } from '../../src/infrastructure/amilon/client/client.ts';
import { sandboxAccess } from '../../src/infrastructure/amilon/sandbox/start.ts';
import { createSystemClock } from '../../src/infrastructure/clock/system.ts';
import { createCodec } from '../../src/infrastructure/codec/codec.ts';
import { openSqliteEventStore } from '../../src/infrastructure/event-store/sqlite.ts';
import { createSystemIdentifiers } from '../../src/infrastructure/ids/system.ts';
import { endAll, run } from '../end-to-end/process.ts';
import { noLog } from '../support/no-log.ts';
import { reportFigures, secondsOf, sizes } from './report.ts';

const { products } = sizes({ products: 5_000 });
const cultures = ['pt-PT', 'it-IT', 'da-DK', 'en-GB', 'fr-FR', 'es-ES', 'de-DE', 'nl-NL', 'nn-NO', 'pl-PL'].map(
  Culture,
);
const MIB = 1024 * 1024;

const startSandbox = async (): Promise<string> => {
  const child = run(['sandbox', '--port', '0', '--products', String(products * cultures.length)], {});
  return new Promise((resolve, reject) => {
    child.stdout?.on('data', () => {
      const url = /http:\/\/[\d.]+:\d+/.exec(child.text())?.[0];
      if (url !== undefined) resolve(url);
    });
    child.once('close', () => reject(new Error(`the sandbox ended: ${child.text()}`)));
  });
};

const folder = mkdtempSync(join(tmpdir(), 'voucher-orders-bench-'));
const opened = openSqliteEventStore(join(folder, 'events.sqlite'));
const store = opened.events;
const feed = opened.feed('bench' as StoreId);

/** One product of one culture at another price. */
const withOneChanged = (amilon: Amilon): Amilon => ({
  ...amilon,
  products: async (culture) => {
    const listed = await amilon.products(culture);
    if (listed.is === 'failed' || culture !== cultures[0]) return listed;
    const [first, ...others] = listed.value;
    return first === undefined ? listed : { ...listed, value: [{ ...first, price: money(first.price.minor + 1, first.price.currency) }, ...others] };
  },
}); // prettier-ignore

/** The work, and the most memory this process took during it. */
const measured = async (work: () => Promise<unknown>): Promise<{ readonly seconds: number; readonly peak: number }> => {
  let peak = process.memoryUsage().rss;
  const watch = setInterval(() => (peak = Math.max(peak, process.memoryUsage().rss)), 5);
  const seconds = await secondsOf(work);
  clearInterval(watch);
  return { seconds, peak };
};

let at: Awaited<ReturnType<typeof feed.read>>['to'] = 'start';
const written = async (): Promise<readonly Recorded[]> => {
  const found: Recorded[] = [];
  for (;;) {
    const { events, to, atHead } = await feed.read(at, 1_000);
    found.push(...events);
    at = to;
    if (atHead) return found;
  }
};
const bytesOf = (event: Recorded): number => Buffer.byteLength(JSON.stringify(event));

try {
  const amilon = createAmilonClient({
    ...sandboxAccess(await startSandbox()),
    clock: createSystemClock(),
    log: noLog,
    monotonic: () => performance.now(),
    limits: { create: 5, read: 10 },
  });
  const codec = createCodec();
  const deps = (upstream: Amilon): SyncDeps => ({
    store,
    codec,
    clock: createSystemClock(),
    identifiers: createSystemIdentifiers(),
    mode: 'sandbox',
    log: noLog,
    stop: new AbortController().signal,
    catalogue,
    amilon: upstream,
  });
  const catalogue = createCatalogue({ store, codec, cultures });
  const syncAll = async (upstream: Amilon): Promise<void> => {
    for (const culture of cultures) {
      const { is } = await syncCatalogue(deps(upstream))(culture, 'daily');
      if (is !== 'completed') throw new Error(`${culture}: ${is}`);
    }
  };
  const lists = await secondsOf(async () => {
    for (const culture of cultures) await Promise.all([amilon.merchants(culture), amilon.products(culture)]);
  });
  const phase = async (
    what: string,
    expectation: string,
    upstream: Amilon,
    expected: (events: readonly Recorded[]) => boolean,
  ) => {
    const { seconds, peak } = await measured(() => syncAll(upstream));
    const events = await written();
    const largest = Math.max(...events.map(bytesOf));
    reportFigures({
      what: `${what}, 10 cultures × ${products.toLocaleString('en')} products / reading the lists`,
      ours: `${seconds.toFixed(1)} s, peak ${(peak / MIB).toFixed(0)} MiB, ${String(events.length)} events, largest ${(largest / 1024).toFixed(1)} KiB`,
      baseline: `${lists.toFixed(1)} s`,
      ratio: `${((100 * seconds) / lists).toFixed(0)} %`,
      aim: expectation,
      met: expected(events) && largest <= 256 * 1024,
    });
  };
  const typesOf = (events: readonly Recorded[]): string => events.map(({ type }) => type).join();
  const unchanged = cultures.map(() => 'CatalogSyncCompleted');
  await phase('first sync', 'events ≤ 256 KiB', amilon, (events) => typesOf(events).includes('ProductsListed'));
  await phase('unchanged sync', 'one event per culture', amilon, (events) => typesOf(events) === unchanged.join());
  await phase('one product changed', 'one difference', withOneChanged(amilon), (events) => {
    return typesOf(events) === ['CatalogSyncRequested', 'ProductsListed', ...unchanged].join();
  });
} finally {
  endAll();
  await opened.close();
  rmSync(folder, { recursive: true });
}
