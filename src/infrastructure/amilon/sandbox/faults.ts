import { z } from 'zod';
import {
  type Answer,
  type DelayedReply,
  type Reply,
  type SandboxEndpoint,
  coded,
  hang,
  html,
  json,
  problem,
  reset,
  sandboxEndpoints,
} from './calls.ts';

/**
 * What goes wrong on purpose: `does` instead of the answer, `after` the call did its work (a create has bought) or
 * before it. Without `does` only the latency counts.
 */
export const faultSchema = z.strictObject({
  endpoint: z.enum(sandboxEndpoints),
  does: z.enum(['status', 'html', 'json', 'reset', 'timeout']).optional(),
  after: z.boolean().default(false),
  /** 500 for `status`, 200 for `html` and `json`, where it is left out. */
  status: z.int().min(200).max(599).optional(),
  /** With it the error is written as it was seen on the wire, without it as the report writes errors. */
  errorCode: z.string().optional(),
  /** The whole answer of `json`. */
  body: z.json().optional(),
  retryAfterSeconds: z.int().min(0).optional(),
  latencyMs: z.int().min(0).max(600_000).default(0),
  /** Of a call to meet this fault. */
  probability: z.number().min(0).max(1).default(1),
  /** How many calls meet it; without it all do. */
  count: z.int().min(1).optional(),
});

type Fault = z.output<typeof faultSchema>;
type FaultInput = z.input<typeof faultSchema>;

export interface Faults {
  add(fault: FaultInput): void;
  clear(): void;
  list(): readonly (Fault & { readonly met: number })[];
  /** Does the call, or what is to go wrong with it. The first fault of the endpoint that strikes is the one. */
  around(endpoint: SandboxEndpoint, work: () => Reply): DelayedReply;
}

/** @param random 0 ≤ x < 1, from the seed: the same calls in the same order meet the same faults. */
export const createFaults = (random: () => number): Faults => {
  let faults: { readonly fault: Fault; met: number }[] = [];
  const strikes = ({ fault, met }: { readonly fault: Fault; readonly met: number }, endpoint: SandboxEndpoint) =>
    fault.endpoint === endpoint &&
    met < (fault.count ?? Number.POSITIVE_INFINITY) &&
    (fault.probability === 1 || random() < fault.probability);

  return {
    add: (input) => faults.push({ fault: faultSchema.parse(input), met: 0 }),
    clear: () => (faults = []),
    list: () => faults.map(({ fault, met }) => ({ ...fault, met })),
    around: (endpoint, work) => {
      const struck = faults.find((entry) => strikes(entry, endpoint));
      if (struck === undefined) return { ...work(), latency: 0 };
      struck.met += 1;
      const { fault } = struck;
      const instead = wrong(fault);
      const done = instead === undefined || fault.after ? work() : undefined;
      const reply = instead ?? done;
      if (reply === undefined) throw new RangeError('a fault without an answer');
      return { ...reply, latency: fault.latencyMs };
    },
  };
};

const wrong = ({ does, status, errorCode, body, retryAfterSeconds }: Fault): Reply | undefined => {
  switch (does) {
    case 'status': {
      const reply = failure(status ?? 500, errorCode);
      return retryAfterSeconds === undefined ? reply : { ...reply, retryAfterSeconds };
    }
    case 'html':
      return html(status ?? 200, 'Injected by the sandbox');
    case 'json':
      return json(status ?? 200, body ?? null);
    case 'reset':
      return reset;
    case 'timeout':
      return hang;
    case undefined:
      return undefined;
  }
};

const failure = (status: number, errorCode: string | undefined): Answer =>
  errorCode === undefined
    ? problem(status, 'Injected', 'Injected by the sandbox')
    : coded(status, errorCode, 'Injected by the sandbox');

/** A small generator that is the same for the same seed (mulberry32). */
export const seededRandom = (seed: number): (() => number) => {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
};
