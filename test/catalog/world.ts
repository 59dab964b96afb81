import { createCatalogue } from '../../src/application/catalog/catalogue.ts';
import type { SyncDeps } from '../../src/application/catalog/sync-catalogue.ts';
import type { LeaseDeps } from '../../src/application/catalog/under-lease.ts';
import type { Amilon, Fetched, UpstreamContract } from '../../src/application/ports/amilon.ts';
import type { Decoded, DomainEvent } from '../../src/application/ports/codec.ts';
import type { Owner } from '../../src/application/ports/consumers.ts';
import { aloneLease } from '../../src/application/ports/lease.ts';
import type { EventStore, StreamId } from '../../src/application/ports/event-store.ts';
import type { Log } from '../../src/application/ports/log.ts';
import type { Category, Merchant, Product } from '../../src/domain/catalog-snapshot/events.ts';
import type { Culture } from '../../src/domain/shared/ids.ts';
import { createVirtualClock } from '../../src/infrastructure/clock/virtual.ts';
import type { VirtualClock } from '../../src/infrastructure/clock/virtual.ts';
import { createCodec } from '../../src/infrastructure/codec/codec.ts';
import { createMemoryEventStore } from '../../src/infrastructure/event-store/memory.ts';
import { createSeededIdentifiers } from '../../src/infrastructure/ids/seeded.ts';
import { at, frFR, product, ptPT, shop, terms } from './fixtures.ts';

/** What Amilon would answer; a test changes it. */
interface Upstream {
  contract: Fetched<UpstreamContract>;
  categories: Fetched<readonly Category[]>;
  products: (culture: Culture) => Fetched<readonly Product[]>;
  merchants: (culture: Culture) => Fetched<readonly Merchant[]>;
  /** Every question, in its order. */
  readonly asked: string[];
}

export const ok = <T>(value: T): Fetched<T> => ({ is: 'ok', value, quarantined: [] });
export const failed = (why: Extract<Fetched<never>, { is: 'failed' }>['why']): Fetched<never> => ({
  is: 'failed',
  why,
  detail: 'told by the test',
});

interface LogLine {
  readonly level: keyof Log;
  readonly fields: object;
  readonly message: string;
}

export interface World {
  readonly deps: SyncDeps & LeaseDeps;
  readonly upstream: Upstream;
  readonly clock: VirtualClock;
  readonly log: readonly LogLine[];
  readonly stop: AbortController;
  events(stream: string): Promise<readonly DomainEvent[]>;
  decoded(stream: string): Promise<readonly Decoded[]>;
}

const notAsked = async (): Promise<never> => {
  throw new Error('a sync buys nothing');
};

/** A service's catalogue over an event store; `instances` of it may share the store. */
export const world = (store: EventStore = createMemoryEventStore().events, seed = 1): World => {
  const upstream: Upstream = {
    contract: ok(terms),
    categories: ok([]),
    products: () => ok([product(1)]),
    merchants: () => ok([shop]),
    asked: [],
  };
  const amilon: Amilon = {
    ready: notAsked,
    create: notAsked,
    read: notAsked,
    contract: async () => asking(upstream, 'contract', upstream.contract),
    categories: async () => asking(upstream, 'categories', upstream.categories),
    products: async (culture) => asking(upstream, `products ${culture}`, upstream.products(culture)),
    merchants: async (culture) => asking(upstream, `merchants ${culture}`, upstream.merchants(culture)),
  };
  const codec = createCodec();
  const clock = createVirtualClock(at);
  const stop = new AbortController();
  const log: LogLine[] = [];
  const cultures = [ptPT, frFR];
  const deps: SyncDeps & LeaseDeps = {
    owner: `instance ${String(seed)}` as Owner,
    syncLease: aloneLease,
    store,
    codec,
    clock,
    amilon,
    mode: 'sandbox',
    identifiers: createSeededIdentifiers(seed),
    catalogue: createCatalogue({ store, codec, cultures }),
    log: logInto(log),
    stop: stop.signal,
  };
  const decoded = async (stream: string): Promise<readonly Decoded[]> => {
    const events: Decoded[] = [];
    for await (const recorded of store.read(stream as StreamId, 0)) events.push(codec.decode(recorded));
    return events;
  };
  return {
    deps,
    upstream,
    clock,
    log,
    stop,
    decoded,
    events: async (stream) => (await decoded(stream)).map(({ event }) => event),
  };
};

const asking = <T>(upstream: Upstream, what: string, answer: T): T => {
  upstream.asked.push(what);
  return answer;
};

const logInto = (lines: LogLine[]): Log => {
  const write =
    (level: keyof Log) =>
    (fields: object, message: string): void => {
      lines.push({ level, fields, message });
    };
  return { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') };
};

export const typesOf = async (of: World, stream = 'catalog-pt-PT'): Promise<readonly string[]> =>
  (await of.events(stream)).map((event) => event.type);

export const current = async ({ deps }: World, culture = ptPT) => {
  const view = await deps.catalogue.current(culture);
  if (view === 'unknown_culture') throw new Error(view);
  return view;
};
