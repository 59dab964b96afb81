import type { OpenCircuits } from '../../../application/ports/amilon-watch.ts';
import type { Log } from '../../../application/ports/log.ts';
import type { Ms } from '../../../domain/shared/instant.ts';
import type { Exchange, Lane } from './transport.ts';

type OpenReason = NonNullable<OpenCircuits[keyof OpenCircuits]>;

export interface Circuit {
  /** Why nothing is sent now and for how much longer; `undefined` when it is closed. */
  open(): { readonly why: OpenReason; readonly retryAfter: Ms } | undefined;
  /** What an exchange says about the health of upstream. */
  note(exchange: Exchange): void;
}

/** So many in a row open the circuit. */
const limits: { readonly [R in OpenReason]: number } = { unauthorized: 2, not_found: 1, failing: 5 };
const FIRST_PAUSE: Ms = 15_000;
const LONGEST_PAUSE: Ms = 300_000;

export interface CircuitOptions {
  readonly lane: Lane;
  readonly monotonic: () => Ms;
  readonly log: Log;
}

/**
 * Stops a lane that only fails: two 401 in a row with a current token, a 404 on create, five failures. What is sent
 * after the pause is the probe: if it fails too, the pause doubles.
 */
export const createCircuit = ({ lane, monotonic, log }: CircuitOptions): Circuit => {
  let row: { readonly why: OpenReason; readonly count: number } | undefined;
  let pause = FIRST_PAUSE;
  let until: Ms | undefined;

  const isOpen = (): boolean => until !== undefined && monotonic() < until;

  const fail = (why: OpenReason): void => {
    // Sent before it opened, and no probe: it says nothing new, however many of them there are.
    if (isOpen()) return;
    row = { why, count: row?.why === why ? row.count + 1 : 1 };
    if (row.count < limits[why]) return;
    until = monotonic() + pause;
    log.error({ lane, why, pauseMs: pause }, 'Amilon: circuit open');
    pause = Math.min(pause * 2, LONGEST_PAUSE);
  };

  const succeed = (): void => {
    if (until !== undefined) log.info({ lane }, 'Amilon: circuit closed');
    row = undefined;
    until = undefined;
    pause = FIRST_PAUSE;
  };

  return {
    open: () => {
      const now = monotonic();
      if (until === undefined || row === undefined || now >= until) return undefined;
      return { why: row.why, retryAfter: until - now };
    },
    note: (exchange) => {
      const health = healthOf(exchange, lane);
      if (health === 'good') succeed();
      else if (health !== 'no_news') fail(health);
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
