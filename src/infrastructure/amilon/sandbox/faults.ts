import { createHash } from 'node:crypto';
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
 * before it. `random` is one of all the mishaps below, before or after. Without `does` only the latency counts.
 */
export const faultSchema = z.strictObject({
  endpoint: z.enum(['any', ...sandboxEndpoints]),
  does: z.enum(['status', 'html', 'json', 'reset', 'timeout', 'random']).optional(),
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
  /** Whom it strikes follows from it; the sandbox's own seed where it is left out. */
  seed: z.int().min(0).optional(),
  /** How many calls meet it; without it all do. */
  count: z.int().min(1).optional(),
});

type Fault = z.output<typeof faultSchema>;
type FaultInput = z.input<typeof faultSchema>;

/** A call as chance sees it. */
interface Struck {
  readonly endpoint: SandboxEndpoint;
  readonly externalOrderId?: string;
}

export interface Faults {
  add(fault: FaultInput): void;
  clear(): void;
  list(): readonly (Fault & { readonly met: number })[];
  /** Does the call, or what is to go wrong with it. The first fault of the endpoint that strikes is the one. */
  around(call: Struck, work: () => Reply): DelayedReply;
}

interface Entry {
  readonly fault: Fault;
  readonly draw: (call: Struck) => Chance;
  met: number;
}

/** @param seed the same calls meet the same faults, however calls for different orders mingle. */
export const createFaults = (seed: number): Faults => {
  let faults: Entry[] = [];
  return {
    add: (input) => {
      const fault = faultSchema.parse(input);
      faults.push({ fault, met: 0, draw: chance(`${String(fault.seed ?? seed)} ${String(faults.length)}`) });
    },
    clear: () => (faults = []),
    list: () => faults.map(({ fault, met }) => ({ ...fault, met })),
    around: (call, work) => {
      for (const entry of faults) {
        const fault = struckBy(entry, call);
        if (fault !== undefined) return instead(fault, work);
      }
      return { ...work(), latency: 0 };
    },
  };
};

const struckBy = (entry: Entry, call: Struck): Fault | undefined => {
  const { fault, met } = entry;
  if (fault.endpoint !== 'any' && fault.endpoint !== call.endpoint) return undefined;
  if (met >= (fault.count ?? Number.POSITIVE_INFINITY)) return undefined;
  const { strikes, which } = entry.draw(call);
  if (strikes >= fault.probability) return undefined;
  entry.met += 1;
  return fault.does === 'random' ? { ...fault, ...mishap(call.endpoint, which) } : fault;
};

const instead = (fault: Fault, work: () => Reply): DelayedReply => {
  const answer = wrong(fault);
  const done = answer === undefined || fault.after ? work() : undefined;
  const reply = answer ?? done;
  if (reply === undefined) throw new RangeError('a fault without an answer');
  return { ...reply, latency: fault.latencyMs };
};

type Mishap = Partial<Fault> & { readonly after: boolean };

const mishaps: readonly [Mishap, ...Mishap[]] = [
  { does: 'status', status: 500, after: false },
  { does: 'status', status: 500, after: true },
  { does: 'reset', after: false },
  { does: 'reset', after: true },
  { does: 'timeout', after: false },
  { does: 'timeout', after: true },
  { does: 'html', status: 200, after: false },
  { does: 'html', status: 200, after: true },
  { does: 'status', status: 429, after: false, retryAfterSeconds: 1 },
  { does: 'status', status: 401, after: false },
];

/** No token is refused at random: with it that says "wrong credentials", and nobody may ask again (trap 26). */
const mishap = (endpoint: SandboxEndpoint, which: number): Mishap => {
  const possible = mishaps.filter(({ status }) => endpoint !== 'token' || status !== 401);
  return possible[Math.floor(which * possible.length)] ?? mishaps[0];
};

/** Two numbers, 0 ≤ x < 1. */
interface Chance {
  readonly strikes: number;
  readonly which: number;
}

/** By hash, not by a generator: what the n-th call for an order meets does not depend on other orders' calls. */
const chance = (seed: string): ((call: Struck) => Chance) => {
  const calls = new Map<string, number>();
  return ({ endpoint, externalOrderId = 'none' }) => {
    const name = `${endpoint} ${externalOrderId}`;
    const nth = (calls.get(name) ?? 0) + 1;
    calls.set(name, nth);
    const bytes = createHash('sha256')
      .update(`${seed} ${name} ${String(nth)}`)
      .digest();
    return { strikes: bytes.readUInt32BE(0) / 2 ** 32, which: bytes.readUInt32BE(4) / 2 ** 32 };
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
    case 'random':
    case undefined:
      return undefined;
  }
};

const failure = (status: number, errorCode: string | undefined): Answer =>
  errorCode === undefined
    ? problem(status, 'Injected', 'Injected by the sandbox')
    : coded(status, errorCode, 'Injected by the sandbox');
