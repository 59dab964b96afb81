import { createSecretKey, randomBytes } from 'node:crypto';
import type { CommandHandlingDeps, Provenance } from '../../src/application/command-handling.ts';
import { createOrders, orderStream } from '../../src/application/orders.ts';
import type { Orders } from '../../src/application/orders.ts';
import { createPlaceOrder } from '../../src/application/place-order.ts';
import type { Placed, PlaceOrder, PlaceOrderDeps, Quoted } from '../../src/application/place-order.ts';
import type { Decoded } from '../../src/application/ports/codec.ts';
import type {
  EventStore,
  Feed,
  NewEvent,
  NonEmpty,
  StoreId,
  StreamId,
} from '../../src/application/ports/event-store.ts';
import type { Log } from '../../src/application/ports/log.ts';
import type { OrderEvent } from '../../src/domain/order/events.ts';
import { Culture, MerchantId, ProductCode, TenantId } from '../../src/domain/shared/ids.ts';
import type { OrderId } from '../../src/domain/shared/ids.ts';
import { instant } from '../../src/domain/shared/instant.ts';
import type { Instant } from '../../src/domain/shared/instant.ts';
import { Currency, money } from '../../src/domain/shared/money.ts';
import { createVirtualClock } from '../../src/infrastructure/clock/virtual.ts';
import type { VirtualClock } from '../../src/infrastructure/clock/virtual.ts';
import { createCodec } from '../../src/infrastructure/codec/codec.ts';
import { createMemoryDataKeys } from '../../src/infrastructure/data-keys/memory.ts';
import { createEncryption } from '../../src/infrastructure/encryption/encryption.ts';
import type { Keyring } from '../../src/infrastructure/encryption/keyring.ts';
import { createMemoryEventStore } from '../../src/infrastructure/event-store/memory.ts';
import { createSeededIdentifiers } from '../../src/infrastructure/ids/seeded.ts';

/** When every test begins. */
export const today = instant('2026-03-01T10:00:00.000Z');
export const acme = TenantId('acme');
export const ptPT = Culture('pt-PT');
export const coffee = ProductCode('COFFEE-10');
export const eur = (minor: number) => money(minor, Currency('EUR'));

export const client: Provenance = {
  actor: { type: 'client', id: 'key-1' },
  tenant: acme,
  correlation: 'request-1',
  causation: 'request-1',
};

/** What every request is quoted: two coffees at 10.00. */
export const quoted: Quoted = {
  is: 'quoted',
  lines: [
    {
      productCode: coffee,
      productName: 'Coffee',
      merchantId: MerchantId('m-1'),
      quantity: 2,
      unitPrice: eur(1000),
    },
  ],
  total: eur(2000),
  catalog: 7,
  contract: 3,
};

type Append = () => Promise<'appended' | 'conflict'>;
/** Stands between the application and the store; `really` does what was asked for. */
type Interference = (really: Append, events: NonEmpty<NewEvent>) => Promise<'appended' | 'conflict'>;

export interface LogLine {
  readonly level: keyof Log;
  readonly fields: object;
  readonly message: string;
}

export interface World {
  readonly deps: CommandHandlingDeps;
  readonly clock: VirtualClock;
  readonly feed: Feed;
  readonly orders: Orders;
  readonly dataKeys: ReturnType<typeof createMemoryDataKeys>;
  readonly encryption: ReturnType<typeof createEncryption>;
  readonly placing: PlaceOrderDeps;
  readonly log: Log;
  readonly logged: readonly LogLine[];
  /** From now on every append goes through this. */
  readonly interfere: (how: Interference) => void;
  readonly placeOrder: (over?: Partial<PlaceOrder>) => Promise<Placed>;
  /** Places an order that must be taken. */
  readonly placed: (key?: string) => Promise<OrderId>;
  readonly recorded: (stream: StreamId) => Promise<readonly Decoded[]>;
  readonly history: (id: OrderId) => Promise<readonly OrderEvent[]>;
  readonly types: (id: OrderId) => Promise<readonly string[]>;
}

const fresh = (id: string) => ({ id, key: createSecretKey(randomBytes(32)) });

export const freshKeyring = (): Keyring => {
  const kek = fresh('kek-1');
  const bodyMacKey = fresh('mac-1');
  return { keks: [kek], activeKek: kek, bodyMacKeys: [bodyMacKey], activeBodyMacKey: bodyMacKey };
};

/** The same keys, and a newer one for the bodies that come from now on. */
export const rotated = (keyring: Keyring): Keyring => {
  const newer = fresh('mac-2');
  return { ...keyring, bodyMacKeys: [...keyring.bodyMacKeys, newer], activeBodyMacKey: newer };
};

/** The application's orders on memory adapters, with a clock that is told. */
export const createWorld = (keyring: Keyring = freshKeyring()): World => {
  const memory = createMemoryEventStore();
  const clock = createVirtualClock(today);
  const identifiers = createSeededIdentifiers(1);
  const codec = createCodec();
  let interference: Interference = (really) => really();
  const store: EventStore = {
    read: (stream, after, until) => memory.events.read(stream, after, until),
    append: (stream, at, events) => interference(() => memory.events.append(stream, at, events), events),
  };
  const deps: CommandHandlingDeps = { store, codec, clock, identifiers, mode: 'sandbox' };
  const orders = createOrders(deps);
  const dataKeys = createMemoryDataKeys('keys-1');
  const encryption = createEncryption(keyring, dataKeys);
  const placing = { ...deps, orders, encryption, quote: async () => quoted, prefix: 'ENGAGE' };
  const placeOrder = (over: Partial<PlaceOrder> = {}): Promise<Placed> =>
    createPlaceOrder(placing)({ ...placement, ...over });
  const recorded = async (stream: StreamId): Promise<readonly Decoded[]> => {
    const events: Decoded[] = [];
    for await (const each of memory.events.read(stream, 0)) events.push(codec.decode(each));
    return events;
  };
  const history = async (id: OrderId): Promise<readonly OrderEvent[]> =>
    (await recorded(orderStream(id))).map(({ event }) => event as OrderEvent);
  const logged: LogLine[] = [];
  return {
    deps,
    clock,
    feed: memory.feed('store-1' as StoreId),
    orders,
    dataKeys,
    encryption,
    placing,
    log: logInto(logged),
    logged,
    interfere: (how) => (interference = how),
    placeOrder,
    placed: async (idempotencyKey = 'key') => {
      const placed = await placeOrder({ idempotencyKey });
      if (placed.is !== 'placed') throw new TypeError(`not placed: ${placed.is}`);
      return placed.orderId;
    },
    recorded,
    history,
    types: async (id) => (await history(id)).map(({ type }) => type),
  };
};

/** A request whose body parses to two coffees. */
export const placement: PlaceOrder = {
  tenant: acme,
  idempotencyKey: 'key',
  body: { lines: [{ productCode: coffee, quantity: 2 }] },
  parse: () => ({ culture: ptPT, lines: [{ productCode: coffee, quantity: 2 }] }),
  provenance: client,
};

export const logInto = (lines: LogLine[]): Log => {
  const write =
    (level: keyof Log) =>
    (fields: object, message: string): void => {
      lines.push({ level, fields, message });
    };
  return { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') };
};

/** Moves time on until the promise is settled: for calls that pause. */
export const passing = async <T>(clock: VirtualClock, waiting: Promise<T>): Promise<T> => {
  const state = { settled: false };
  const end = (): void => {
    state.settled = true;
  };
  waiting.then(end, end);
  while (!state.settled) await clock.advance(1);
  return waiting;
};

/** Moves time on to a later moment. */
export const advanceTo = (clock: VirtualClock, to: Instant): Promise<void> =>
  clock.advance(Math.max(0, Date.parse(to) - Date.parse(clock.now())));
