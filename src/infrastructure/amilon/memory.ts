import type { Clock } from '../../application/ports/clock.ts';
import type { Log } from '../../application/ports/log.ts';
import { toEpochMs } from '../../domain/shared/instant.ts';
import { type AmilonClient, type AmilonClientOptions, createAmilonOver } from './client/client.ts';
import { type Deadlines, defaultDeadlines } from './client/deadlines.ts';
import type { Exchange, Transport, UpstreamRequest } from './client/transport.ts';
import type { DelayedReply } from './sandbox/calls.ts';
import { type SandboxOptions, type SandboxWorld, createSandboxWorld } from './sandbox/world.ts';

export type MemoryAmilonOptions = Omit<SandboxOptions, 'now' | 'file'> &
  Pick<AmilonClientOptions, 'limits' | 'deadlines' | 'onCall' | 'onDrift'> & {
    readonly clock: Clock;
    readonly log: Log;
  };

export interface MemoryAmilon {
  readonly amilon: AmilonClient;
  /** What was bought, and how to make trouble; it outlives whatever crashes on this side. */
  readonly world: SandboxWorld;
  /** From now on nothing reaches upstream, until `mend`. */
  cut(): void;
  mend(): void;
  close(): Promise<void>;
}

/** Amilon without sockets: the client and the sandbox as they are, joined on the given clock. */
export const createMemoryAmilon = (options: MemoryAmilonOptions): MemoryAmilon => {
  const { clock } = options;
  const monotonic = () => toEpochMs(clock.now());
  const world = createSandboxWorld({ ...options, now: monotonic });
  const deadlines = { ...defaultDeadlines, ...options.deadlines };
  let connected = true;
  const transport: Transport = async (request) => {
    if (request.sendBefore !== undefined && clock.now() >= request.sendBefore) return { is: 'too_late' };
    return connected ? exchange(request, { world, clock, deadlines }) : { is: 'not_sent' };
  };
  return {
    amilon: createAmilonOver(transport, { ...options, ...world.access, monotonic }),
    world,
    cut: () => (connected = false),
    mend: () => (connected = true),
    close: async () => world.close(),
  };
};

interface Wire {
  readonly world: SandboxWorld;
  readonly clock: Clock;
  readonly deadlines: Deadlines;
}

const exchange = async (request: UpstreamRequest, { world, clock, deadlines }: Wire): Promise<Exchange> => {
  const { endpoint, params, bearer, body = '' } = request;
  const reply = world.reply({
    endpoint,
    params,
    authorization: bearer === undefined ? undefined : `Bearer ${bearer}`,
    contentType: endpoint === 'token' ? 'application/x-www-form-urlencoded' : 'application/json',
    body,
  });
  const patience = deadlines[endpoint];
  const late = reply.is === 'hang' || reply.latency >= patience;
  const wait = late ? patience : reply.latency;
  if (wait > 0) await clock.sleep(wait);
  return late ? { is: 'timeout' } : exchanged(reply);
};

const exchanged = (reply: Exclude<DelayedReply, { is: 'hang' }>): Exchange => {
  if (reply.is === 'reset') return reply;
  const { status, contentType, body, retryAfterSeconds } = reply;
  const wait = retryAfterSeconds === undefined ? {} : { retryAfter: retryAfterSeconds * 1_000 };
  return { is: 'answered', status, contentType, body, ...wait };
};
