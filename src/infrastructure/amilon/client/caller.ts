import {
  type AmilonLane,
  type CallNote,
  type OpenCircuits,
  amilonLanes,
} from '../../../application/ports/amilon-watch.ts';
import type { Log } from '../../../application/ports/log.ts';
import type { Ms } from '../../../domain/shared/instant.ts';
import { type Stopped, createCircuit } from './circuit.ts';
import type { NoteDrift } from './drift.ts';
import { type RateLimit, createRateLimit } from './rate.ts';
import { type Credentials, createTokens } from './token.ts';
import { type Endpoint, type Exchange, type Transport, type UpstreamRequest, endpoints } from './transport.ts';

/** Calls per second on our own side (amilon.md section 5); a sync is held by its two connections instead. */
export interface Limits {
  readonly create: number;
  readonly read: number;
}

export const defaultLimits: Limits = { create: 5, read: 10 };

/** Not even tried: nothing was sent. */
export interface Held {
  readonly is: 'held';
  readonly why: 'no_token' | 'unauthorized' | 'circuit_open' | 'rate_limited';
  /** More about a token that was not given, for logs and people. */
  readonly detail?: string;
  readonly retryAfter: Ms;
}

/** A 401 for a token that was replaced meanwhile: the same call may go again at once (amilon.md trap 25). */
interface Stale {
  readonly is: 'stale_token';
}

export type Outcome = Exchange | Held | Stale;

export interface CallerOptions {
  readonly transport: Transport;
  readonly contractId: string;
  readonly credentials: Credentials;
  readonly monotonic: () => Ms;
  readonly log: Log;
  readonly drift: NoteDrift;
  readonly limits: Limits;
  readonly onCall: ((note: CallNote) => void) | undefined;
}

type Call = Omit<UpstreamRequest, 'params' | 'bearer'> & {
  readonly endpoint: Exclude<Endpoint, 'token'>;
  readonly culture?: string;
  readonly externalOrderId?: string;
};

export interface Caller {
  /**
   * Whether a create could be sent now; takes one create of the rate limit, so `call` does not ask for it again, and
   * keeps the probe of an open circuit for it.
   */
  ready(): Promise<'ready' | Held>;
  call(call: Call): Promise<Outcome>;
  /** Why each lane is stopped now. */
  circuits: () => OpenCircuits;
}

/** One exchange with a token, within the circuit and the rate limit of its lane. */
export const createCaller = (options: CallerOptions): Caller => {
  const { monotonic, log, limits } = options;
  const transport = noted(options);
  const tokens = createTokens({ ...options, transport, params: paramsOf(options.contractId) });
  const circuits = byLane((lane) => createCircuit({ lane, monotonic, log }));
  const creates = createRateLimit(limits.create, monotonic);
  const reads = createRateLimit(limits.read, monotonic);

  const send = async ({ culture, externalOrderId, ...call }: Call): Promise<Outcome> => {
    const tooMany = call.endpoint === 'read' ? limited(reads) : undefined;
    if (tooMany !== undefined) return tooMany;
    const token = await tokens.current();
    if (token.is === 'none') return { ...token, is: 'held' };
    const params = paramsOf(options.contractId, culture, externalOrderId);
    const exchange = await transport({ ...call, params, bearer: token.token });
    const refused = exchange.is === 'answered' && exchange.status === 401;
    return refused && tokens.refused(token.token) === 'stale' ? { is: 'stale_token' } : exchange;
  };

  return {
    ready: async () => {
      const stopped = circuits.create.stopped();
      if (stopped !== undefined) return heldBy(stopped);
      const token = await tokens.current();
      if (token.is === 'none') return { ...token, is: 'held' };
      // Whoever asked while the token came may have taken the probe.
      const meanwhile = circuits.create.stopped();
      if (meanwhile !== undefined) return heldBy(meanwhile);
      const tooMany = limited(creates);
      if (tooMany === undefined) circuits.create.reserve();
      return tooMany ?? 'ready';
    },
    call: async (call) => {
      const passage = circuits[endpoints[call.endpoint].lane].enter();
      if ('why' in passage) return heldBy(passage);
      let exchange: Exchange | undefined;
      try {
        const outcome = await send(call);
        if (outcome.is !== 'held' && outcome.is !== 'stale_token') exchange = outcome;
        return outcome;
      } finally {
        // Also of a call that breaks off here: a probe that never ended would stop its lane for ever.
        passage.note(exchange);
      }
    },
    circuits: () =>
      Object.fromEntries(
        amilonLanes.flatMap((lane) => {
          const why = circuits[lane].stopped()?.why;
          return why === undefined ? [] : [[lane, why]];
        }),
      ),
  };
};

const heldBy = ({ why, retryAfter }: Stopped): Held => ({
  is: 'held',
  why: why === 'unauthorized' ? 'unauthorized' : 'circuit_open',
  retryAfter,
});

const limited = (rate: RateLimit): Held | undefined => {
  const retryAfter = rate.take();
  return retryAfter === 0 ? undefined : { is: 'held', why: 'rate_limited', retryAfter };
};

const noted =
  ({ transport, monotonic, onCall }: CallerOptions): Transport =>
  async (request) => {
    const started = monotonic();
    const exchange = await transport(request);
    const status = exchange.is === 'answered' ? { status: exchange.status } : {};
    onCall?.({ endpoint: request.endpoint, outcome: exchange.is, ms: monotonic() - started, ...status });
    return exchange;
  };

const byLane = <T>(make: (lane: AmilonLane) => T): { readonly [L in AmilonLane]: T } => ({
  create: make('create'),
  read: make('read'),
  sync: make('sync'),
});

const paramsOf = (contractId: string, culture = '', externalOrderId = '') => ({ contractId, culture, externalOrderId });
