import { createServer } from 'node:http';
import { createFulfilment } from '../../src/application/fulfilment.ts';
import { fetchWithRetries } from '../../src/application/catalog/fetching.ts';
import { createPlaceOrder } from '../../src/application/place-order.ts';
import type { Amilon, Fetched } from '../../src/application/ports/amilon.ts';
import { attentionOf } from '../../src/domain/order/attention.ts';
import { defaultPolicy } from '../../src/domain/order/policy.ts';
import { ProductCode } from '../../src/domain/shared/ids.ts';
import { SECOND, plus, toEpochMs } from '../../src/domain/shared/instant.ts';
import type { Instant, Ms } from '../../src/domain/shared/instant.ts';
import type { CallNote } from '../../src/application/ports/amilon-watch.ts';
import { createAmilonClient } from '../../src/infrastructure/amilon/client/client.ts';
import { defaultDeadlines } from '../../src/infrastructure/amilon/client/deadlines.ts';
import { createMemoryAmilon } from '../../src/infrastructure/amilon/memory.ts';
import { createSandboxApp } from '../../src/infrastructure/amilon/sandbox/app.ts';
import { sandboxAccess } from '../../src/infrastructure/amilon/sandbox/start.ts';
import { createSandboxWorld } from '../../src/infrastructure/amilon/sandbox/world.ts';
import type { SandboxWorld } from '../../src/infrastructure/amilon/sandbox/world.ts';
import { listening } from '../amilon/listening.ts';
import { line } from '../amilon/support.ts';
import { advanceTo, createWorld, placement, quoted, today } from './world.ts';

export interface OverHttpOptions {
  /** The product that is ordered, twice; SIM_OK by default. */
  readonly product?: string;
  /** Until the vouchers are there; at once by default. */
  readonly deliveryDelayMs?: Ms;
  /** Of calls that hang on purpose: in real time, while the virtual clock stands still. */
  readonly patience?: Ms;
  /** Where the API is, instead of at the sandbox. */
  readonly baseUrl?: string;
  /** Amilon without sockets, for what HTTP on loopback cannot do. */
  readonly inMemory?: boolean;
}

/** One order, and the real adapter against the sandbox over loopback HTTP; all on one virtual clock, no jitter. */
export const overHttp = async (options: OverHttpOptions = {}) => {
  const world = createWorld();
  const { clock, log } = world;
  const now = (): number => toEpochMs(clock.now());
  const seconds = (at: number): number => (at - toEpochMs(today)) / SECOND;
  const notes: string[] = [];
  const onCall = ({ endpoint, outcome }: CallNote): void => {
    notes.push(`${endpoint} ${outcome} @${String(seconds(now()))}`);
  };
  const { sandbox, amilon, cut } = await (options.inMemory === true ? inMemory : connected)({
    ...options,
    clock,
    log,
    now,
    onCall,
  });
  const identifiers = { ...world.deps.identifiers, random: () => 0.5 };
  const fulfil = createFulfilment({
    ...world,
    ...world.deps,
    identifiers,
    amilon,
    policy: defaultPolicy,
    overpriced: async () => [],
    resync: () => undefined,
  });
  const ordered = line(options.product ?? 'SIM_OK', 2);
  const lines = [{ ...ordered, productName: 'Simulated', productCode: ProductCode(ordered.productCode) }];
  const placed = await createPlaceOrder({ ...world.placing, quote: async () => ({ ...quoted, lines }) })(placement);
  if (placed.is !== 'placed') throw new TypeError(`not placed: ${placed.is}`);
  const { orderId } = placed;
  let next: Instant | 'never' = today;
  return {
    sandbox,
    amilon,
    /** From now on nobody listens. */
    cut,
    /** What the adapter did, with the second. */
    notes,
    /** Looks at the order whenever that is due, for so long. */
    runFor: async (ms: Ms): Promise<void> => {
      const end = plus(clock.now(), ms);
      while (next !== 'never' && next <= end) {
        await advanceTo(clock, next);
        next = await fulfil(orderId);
      }
      await advanceTo(clock, end);
    },
    /** Asks something that buys nothing, as syncs do. */
    fetch: (ask: (amilon: Amilon) => Promise<Fetched<unknown>>): Promise<Fetched<unknown>> => {
      const pausing = { now: () => clock.now(), sleep: (ms: Ms) => clock.advance(ms) };
      const stop = new AbortController().signal;
      return fetchWithRetries({ clock: pausing, identifiers, log, stop }, 'test', () => ask(amilon));
    },
    calls: (): readonly string[] =>
      told(sandbox.calls().map(({ endpoint, answer, at }) => ({ what: `${endpoint} ${answer}`, at: seconds(at) }))),
    bought: (): number => sandbox.purchases().reduce((sum, { bought }) => sum + bought, 0),
    events: async (): Promise<readonly string[]> => (await world.history(orderId)).slice(1).map(inBrief),
    attention: async (): Promise<readonly string[]> => {
      const { state } = await world.orders.load(orderId);
      return state.status === 'none' ? [] : attentionOf(state);
    },
  };
};

interface Parts extends OverHttpOptions {
  readonly clock: ReturnType<typeof createWorld>['clock'];
  readonly log: ReturnType<typeof createWorld>['log'];
  readonly now: () => number;
  readonly onCall: (note: CallNote) => void;
}

interface Upstream {
  readonly sandbox: SandboxWorld;
  readonly amilon: Amilon;
  readonly cut: () => Promise<void>;
}

const connected = async ({ deliveryDelayMs = 0, patience, baseUrl, ...parts }: Parts): Promise<Upstream> => {
  const sandbox = createSandboxWorld({ now: parts.now, deliveryDelayMs });
  const { url, stop } = await listening(createServer(createSandboxApp(sandbox)));
  stops.push(stop);
  const access = sandboxAccess(url);
  const waits = Object.fromEntries(Object.keys(defaultDeadlines).map((endpoint) => [endpoint, patience]));
  const amilon = createAmilonClient({
    ...parts,
    ...access,
    baseUrl: baseUrl ?? access.baseUrl,
    monotonic: parts.now,
    ...(patience === undefined ? {} : { deadlines: waits }),
  });
  return { sandbox, amilon, cut: stop };
};

const inMemory = async ({ deliveryDelayMs = 0, ...parts }: Parts): Promise<Upstream> => {
  const memory = createMemoryAmilon({ ...parts, deliveryDelayMs });
  return { sandbox: memory.world, amilon: memory.amilon, cut: async () => memory.cut() };
};

const stops: (() => Promise<void>)[] = [];

export const stopAll = async (): Promise<void> => {
  await Promise.all(stops.splice(0).map((stop) => stop()));
};

type Call = { readonly what: string; readonly at: number };

/** Calls in order: `read 404 @2..132/10,135`; tokens are left out but where they are all there is. */
const told = (calls: readonly Call[]): readonly string[] => {
  const groups: { what: string; times: number[] }[] = [];
  for (const { what, at } of calls.filter((call) => call.what !== 'token 200')) {
    const last = groups.at(-1);
    if (last?.what === what) last.times.push(at);
    else groups.push({ what, times: [at] });
  }
  return groups.map(({ what, times }) => `${what} @${inRuns(times).join()}`);
};

const inRuns = (times: readonly number[]): readonly string[] => {
  const [first, second, third] = times;
  if (first === undefined) return [];
  const step = (second ?? first) - first;
  if (third === undefined || second === undefined || step <= 0 || third - second !== step) {
    return [String(first), ...inRuns(times.slice(1))];
  }
  const end = times.findIndex((time, index) => time !== first + index * step);
  const run = end === -1 ? times : times.slice(0, end);
  return [`${String(first)}..${String(run.at(-1))}/${String(step)}`, ...inRuns(times.slice(run.length))];
};

const inBrief = (event: { readonly type: string }): string =>
  ['attempt', 'reason', 'cause', 'code', 'progress']
    .flatMap((field) => (field in event ? [event[field as keyof typeof event]] : []))
    .reduce((text, value) => `${text} ${value}`, event.type);
