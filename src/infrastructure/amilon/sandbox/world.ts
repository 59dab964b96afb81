import type { Ms } from '../../../domain/shared/instant.ts';
import { type SandboxAccess, createDoor, openAccess } from './access.ts';
import {
  type DelayedReply,
  type Reply,
  type SandboxCall,
  type SandboxEndpoint,
  type WireForm,
  json,
  problem,
} from './calls.ts';
import { categoriesJson, merchantsJson, productsJson } from './catalogue-wire.ts';
import { createCatalogue } from './catalogue.ts';
import { contractJson } from './contract.ts';
import { markets } from './cultures.ts';
import { errorIn } from './error-wire.ts';
import { type Faults, createFaults } from './faults.ts';
import { createOrders } from './orders.ts';
import { type PurchaseSummary, summaries } from './purchases.ts';
import { type CallRecord, type SandboxStore, openSandboxStore } from './store.ts';

export interface SandboxOptions {
  /** Of its SQLite database; `:memory:` (the default) forgets everything at the end. */
  readonly file?: string;
  /** Codes and faults follow from it; 1 by default. A database keeps the seed it was made with. */
  readonly seed?: number;
  /** So many generated products besides the ordinary ones. */
  readonly products?: number;
  /** Until the vouchers of an ordinary order come; 2 500 ms by default. */
  readonly deliveryDelayMs?: Ms;
  /** How it writes its answers: as the report by default. */
  readonly wire?: WireForm;
  /** Milliseconds since 1970; the machine's time by default. */
  readonly now?: () => number;
  readonly access?: SandboxAccess;
}

/** The stand-in for Amilon, without any transport: one reply for one call. */
export interface SandboxWorld {
  readonly access: SandboxAccess;
  reply(call: SandboxCall): DelayedReply;
  purchases(): readonly PurchaseSummary[];
  calls(): readonly CallRecord[];
  /** Not kept over a restart: that is the way out of all trouble. */
  readonly faults: Pick<Faults, 'add' | 'clear' | 'list'>;
  /** Moves the sandbox's own time on; kept over a restart. */
  advance(ms: Ms): void;
  now(): number;
  close(): void;
}

const defaults = {
  file: ':memory:',
  seed: 1,
  products: 0,
  deliveryDelayMs: 2_500,
  wire: 'report' as WireForm,
  now: Date.now,
  access: openAccess,
};

/** @throws RangeError when the database was made with another seed. */
export const createSandboxWorld = (options: SandboxOptions = {}): SandboxWorld => {
  const { file, seed, access, wire, ...settings } = { ...defaults, ...options };
  const store = openSandboxStore(file);
  bindSeed(store, String(seed));
  let ahead = Number(store.meta('clock_ahead') ?? 0);
  const now = (): number => settings.now() + ahead;

  const catalogue = createCatalogue(settings.products);
  const door = createDoor(String(seed), access);
  const faults = createFaults(seed);
  const orders = createOrders({
    store,
    catalogue,
    seed: String(seed),
    contractId: access.contractId,
    deliveryDelay: settings.deliveryDelayMs,
    wire,
  });
  const answers: { readonly [E in SandboxEndpoint]: (call: SandboxCall) => Reply } = {
    token: (call) => door.grant(call, now()),
    contract: (call) => underContract(access, call, () => contractJson(access.contractId, now(), wire)),
    products: (call) => underContract(access, call, ({ culture }) => productsJson(catalogue, culture, wire)),
    merchants: (call) => underContract(access, call, ({ culture }) => merchantsJson(catalogue, culture, wire)),
    categories: () => json(200, categoriesJson(wire)),
    create: (call) => orders.create(call, now()),
    read: (call) => orders.read(call, now()),
  };
  const admitted = (call: SandboxCall): Reply =>
    call.endpoint === 'token'
      ? answers.token(call)
      : errorIn(wire, door.refusal(call, now()) ?? answers[call.endpoint](call));

  return {
    access,
    now,
    reply: (call) =>
      store.whole(() => {
        const named = { endpoint: call.endpoint, ...namedIn(call) };
        const reply = faults.around(named, () => admitted(call));
        store.record({ at: now(), ...named, answer: reply.is === 'answer' ? String(reply.status) : reply.is });
        return reply;
      }),
    purchases: () => summaries(store.purchases()),
    calls: () => store.calls(),
    faults,
    advance: (ms) => {
      ahead += ms;
      store.setMeta('clock_ahead', String(ahead));
    },
    close: () => store.close(),
  };
};

// With another seed the vouchers that were shown before would be other ones now.
const bindSeed = (store: SandboxStore, seed: string): void => {
  const kept = store.meta('seed');
  if (kept === undefined) store.setMeta('seed', seed);
  else if (kept !== seed) {
    store.close();
    throw new RangeError(`the sandbox's database was made with seed ${kept}, not ${seed}`);
  }
};

const underContract = (
  { contractId }: SandboxAccess,
  { params }: SandboxCall,
  body: (params: SandboxCall['params']) => unknown,
): Reply => {
  if (params.contractId !== contractId) return problem(404, 'Not Found', 'Contract not found');
  const known = params.culture === '' || markets.some(({ culture }) => culture === params.culture);
  return known ? json(200, body(params)) : problem(404, 'Not Found', 'Culture not found');
};

const namedIn = ({ endpoint, params, body }: SandboxCall): { readonly externalOrderId?: string } => {
  const id =
    endpoint === 'create' ? /"externalOrderId"\s*:\s*"([\w-]{1,100})"/.exec(body)?.[1] : params.externalOrderId;
  return id === undefined || id === '' ? {} : { externalOrderId: id };
};
