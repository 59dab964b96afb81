import type { OpenCircuits } from '../../../application/ports/amilon-watch.ts';
import type { Log } from '../../../application/ports/log.ts';
import type { Ms } from '../../../domain/shared/instant.ts';
import type { Exchange, Lane } from './transport.ts';

type OpenReason = NonNullable<OpenCircuits[keyof OpenCircuits]>;

/** Why nothing is sent now, and when to ask again. */
export interface Stopped {
  readonly why: OpenReason;
  readonly retryAfter: Ms;
}

/** A call that may be sent. */
interface Passage {
  /** What the exchange says about the health of upstream; nothing, where there was none that counts. */
  note(exchange?: Exchange): void;
}

export interface Circuit {
  /** `undefined` when a call may be sent. */
  stopped(): Stopped | undefined;
  /** Keeps the probe, where that is what would be sent now, for a call that is about to come. */
  reserve(): void;
  /** Lets one call through; whoever gets the passage notes its end. */
  enter(): Stopped | Passage;
}

/** So many in a row open the circuit. */
const limits: { readonly [R in OpenReason]: number } = { unauthorized: 2, not_found: 1, failing: 5 };
const FIRST_PAUSE: Ms = 15_000;
const LONGEST_PAUSE: Ms = 300_000;
/** Nobody waits longer for a call that said that it comes: the order it was for may have found another end. */
const RESERVED_FOR: Ms = 10_000;
/** While a probe is on its way. */
const PROBE_PAUSE: Ms = 5_000;

export interface CircuitOptions {
  readonly lane: Lane;
  readonly monotonic: () => Ms;
  readonly log: Log;
}

/**
 * Stops a lane that only fails: two 401 in a row with a current token, a 404 on create, five failures. After the pause
 * one call is the probe, and the others wait for its end: if it fails too, the pause doubles.
 */
export const createCircuit = ({ lane, monotonic, log }: CircuitOptions): Circuit => {
  let row: { readonly why: OpenReason; readonly count: number } | undefined;
  let pause = FIRST_PAUSE;
  let open: { readonly why: OpenReason; readonly until: Ms } | undefined;
  let reservedUntil = 0;
  let probe: object | undefined;

  const stopOf = (isReserved: boolean): Stopped | undefined => {
    if (open === undefined) return undefined;
    const left = open.until - monotonic();
    if (left > 0) return { why: open.why, retryAfter: left };
    return probe !== undefined || isReserved ? { why: open.why, retryAfter: PROBE_PAUSE } : undefined;
  };

  const trip = (why: OpenReason): void => {
    open = { why, until: monotonic() + pause };
    log.error({ lane, why, pauseMs: pause }, 'Amilon: circuit open');
    pause = Math.min(pause * 2, LONGEST_PAUSE);
  };

  const fail = (why: OpenReason, isProbe: boolean): void => {
    // Sent before it opened, and no probe: it says nothing new, however many of them there are.
    if (open !== undefined && !isProbe) return;
    row = { why, count: row?.why === why ? row.count + 1 : 1 };
    if (isProbe || row.count >= limits[why]) trip(why);
  };

  const succeed = (): void => {
    if (open !== undefined) log.info({ lane }, 'Amilon: circuit closed');
    row = undefined;
    open = undefined;
    pause = FIRST_PAUSE;
  };

  return {
    stopped: () => stopOf(monotonic() < reservedUntil),
    reserve: () => {
      if (open !== undefined) reservedUntil = monotonic() + RESERVED_FOR;
    },
    enter: () => {
      const stopped = stopOf(false);
      if (stopped !== undefined) return stopped;
      const passage: Passage = {
        note: (exchange) => {
          const isProbe = probe === passage;
          if (isProbe) probe = undefined;
          const health = exchange === undefined ? 'no_news' : healthOf(exchange, lane);
          if (health === 'good') succeed();
          else if (health !== 'no_news') fail(health, isProbe);
        },
      };
      reservedUntil = 0;
      if (open !== undefined) probe = passage;
      return passage;
    },
  };
};

const healthOf = (exchange: Exchange, lane: Lane): OpenReason | 'good' | 'no_news' => {
  if (exchange.is === 'too_late') return 'no_news';
  if (exchange.is !== 'answered' || exchange.status >= 500) return 'failing';
  // Without a create's path there are no purchases at all; an order or culture that is not there is a fair answer.
  if (exchange.status === 404) return lane === 'create' ? 'not_found' : 'good';
  return special.get(exchange.status) ?? 'good';
};

const special = new Map<number, OpenReason | 'no_news'>([
  [401, 'unauthorized'],
  [408, 'no_news'],
  [425, 'no_news'],
  [429, 'no_news'],
]);
