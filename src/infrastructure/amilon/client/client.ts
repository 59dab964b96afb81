import type { Amilon, Readiness } from '../../../application/ports/amilon.ts';
import type { CallNote, Drift } from '../../../application/ports/amilon-watch.ts';
import type { Clock } from '../../../application/ports/clock.ts';
import type { Log } from '../../../application/ports/log.ts';
import type { Ms } from '../../../domain/shared/instant.ts';
import { createAnswer, fetchAnswer, readAnswer } from './answers.ts';
import { type Caller, type Limits, createCaller, defaultLimits } from './caller.ts';
import { readCategory, readContract, readList, readMerchant, readProduct } from './catalogue.ts';
import { type Deadlines, defaultDeadlines } from './deadlines.ts';
import { type NoteDrift, createDriftNotes } from './drift.ts';
import { createHttpTransport } from './http-transport.ts';
import type { Reading } from './shapes.ts';
import type { Credentials } from './token.ts';
import type { Transport } from './transport.ts';
import type { Wire } from './wire.ts';

export interface AmilonClientOptions {
  /** Where `b2bwebapi/v1/…` is; https, or http on loopback. */
  readonly baseUrl: string;
  /** The only place that the credentials go to. */
  readonly tokenUrl: string;
  readonly contractId: string;
  readonly credentials: Credentials;
  readonly clock: Clock;
  /** A clock that only goes forward, in milliseconds. */
  readonly monotonic: () => Ms;
  readonly log: Log;
  /** Calls per second of each lane. */
  readonly limits?: Partial<Limits>;
  readonly deadlines?: Partial<Deadlines>;
  /** Told of every exchange, for metrics. */
  readonly onCall?: (note: CallNote) => void;
  /** Told of every field, word and code that is not known, for metrics. */
  readonly onDrift?: (drift: Drift) => void;
}

/** Amilon, and how it is. */
export interface AmilonClient extends Amilon {
  /** Lanes that are stopped now, and why (`upstream.*` of the operators' status). */
  readonly circuits: Caller['circuits'];
}

/** Amilon over HTTP. @throws RangeError for a URL that is neither https nor loopback; no call throws. */
export const createAmilonClient = (options: AmilonClientOptions): AmilonClient =>
  createAmilonOver(
    createHttpTransport({ ...options, deadlines: { ...defaultDeadlines, ...options.deadlines } }),
    options,
  );

/** The same over any transport. */
export const createAmilonOver = (
  transport: Transport,
  options: Omit<AmilonClientOptions, 'baseUrl' | 'tokenUrl' | 'deadlines' | 'clock'>,
): AmilonClient => {
  const { log, onCall } = options;
  const drift = createDriftNotes(log, options.onDrift);
  const listeners = { log, drift };
  const caller = createCaller({
    ...options,
    transport,
    drift,
    onCall,
    limits: { ...defaultLimits, ...options.limits },
  });

  return {
    circuits: caller.circuits,
    ready: async () => readinessOf(await caller.ready()),
    create: async (submission, sendBefore) => {
      const { externalOrderId, lines } = submission;
      const orderRows = lines.map(({ productCode, quantity }) => ({ productId: productCode, quantity }));
      const body = JSON.stringify({ externalOrderId, orderRows });
      return createAnswer(await caller.call({ endpoint: 'create', body, sendBefore }), submission, listeners);
    },
    read: async (submission) => {
      const { externalOrderId } = submission;
      return readAnswer(await caller.call({ endpoint: 'read', externalOrderId }), submission, listeners);
    },
    contract: async () => {
      const outcome = await caller.call({ endpoint: 'contract' });
      return fetchAnswer('contract', outcome, (wire) => single(readContract(wire, drift)), listeners);
    },
    products: async (culture) => {
      const outcome = await caller.call({ endpoint: 'products', culture });
      return fetchAnswer('products', outcome, (wire) => listed(wire, readProduct, drift), listeners);
    },
    merchants: async (culture) => {
      const outcome = await caller.call({ endpoint: 'merchants', culture });
      return fetchAnswer('merchants', outcome, (wire) => listed(wire, readMerchant, drift), listeners);
    },
    categories: async () => {
      const outcome = await caller.call({ endpoint: 'categories' });
      return fetchAnswer('categories', outcome, (wire) => listed(wire, readCategory, drift), listeners);
    },
  };
};

const readinessOf = (ready: Awaited<ReturnType<Caller['ready']>>): Readiness =>
  ready === 'ready' ? ready : { why: ready.why, retryAfter: ready.retryAfter };

type Value<T> = Reading<{ readonly value: T; readonly quarantined: readonly { index: number; reason: string }[] }>;

const single = <T>(read: Reading<T>): Value<T> =>
  read.ok ? { ok: true, value: { value: read.value, quarantined: [] } } : read;

const listed = <T>(
  wire: Wire | undefined,
  readRow: (row: Wire, drift: NoteDrift) => Reading<T>,
  drift: NoteDrift,
): Value<readonly T[]> => {
  const list = readList(wire, readRow, drift);
  if (!list.ok) return list;
  return { ok: true, value: { value: list.value.rows, quarantined: list.value.quarantined } };
};
