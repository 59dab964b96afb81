import type { OrderId } from '../domain/shared/ids.ts';
import { HOUR, elapsed, plus } from '../domain/shared/instant.ts';
import type { Ms } from '../domain/shared/instant.ts';
import type { Looked } from './fulfilment-context.ts';
import type { Clock } from './ports/clock.ts';
import type { Owner } from './ports/consumers.ts';
import type { DueOrders } from './ports/due-orders.ts';
import { MachineryError } from './ports/errors.ts';
import type { Identifiers } from './ports/identifiers.ts';
import type { Log } from './ports/log.ts';

export interface FulfilmentWorkerDeps {
  readonly dueOrders: DueOrders;
  readonly fulfil: (id: OrderId) => Promise<Looked>;
  readonly clock: Clock;
  readonly identifiers: Identifiers;
  readonly owner: Owner;
  readonly log: Log;
  /** Orders in hand at once: back-pressure towards Amilon and the store. */
  readonly concurrency: number;
  /** How long the order waits when this worker dies; a step that takes longer costs a repeated read, never money. */
  readonly lease: Ms;
}

/** The longest sleep without a look at the queue: another instance may have filled it. */
const LONGEST_IDLE: Ms = 250;
const AFTER_FAILURE: Ms = 5_000;

/**
 * Claims due orders and does their next steps, until stopped; then finishes what is in hand.
 * Resolves when the last step has ended.
 */
export const runFulfilmentWorker = async (deps: FulfilmentWorkerDeps, stop: AbortSignal): Promise<void> => {
  const inHand = new Set<Promise<void>>();
  const claim = claiming(deps);
  while (!stop.aborted) {
    const room = deps.concurrency - inHand.size;
    const claimed = room > 0 ? await claim(room) : [];
    for (const due of claimed) {
      const step = lookAt(deps, due).finally(() => inHand.delete(step));
      inHand.add(step);
    }
    if (room <= 0) await Promise.race(inHand);
    else if (claimed.length < room) await deps.clock.sleep(await idleTime(deps), stop);
  }
  await Promise.all(inHand);
};

interface Claimed {
  readonly id: OrderId;
  /** Of this claim alone: a step that outlived its claim must not move what was claimed again. */
  readonly by: Owner;
}

/** Claims what is due, nothing while the queue is out; the log tells of an outage once, and of its end. */
const claiming = (deps: FulfilmentWorkerDeps): ((room: number) => Promise<readonly Claimed[]>) => {
  const { dueOrders, clock, lease, owner, log } = deps;
  let claims = 0;
  let out = false;
  return async (room) => {
    const now = clock.now();
    claims += 1;
    const by = `${owner} ${String(claims)}` as Owner;
    try {
      const claimed = await dueOrders.claim(room, now, plus(now, lease), by);
      if (out) log.info({}, 'due orders can be claimed again');
      out = false;
      return claimed.map((id) => ({ id, by }));
    } catch (error) {
      if (!out) log.warn({ err: error }, 'due orders cannot be claimed');
      out = true;
      return [];
    }
  };
};

const idleTime = async ({ dueOrders, clock }: FulfilmentWorkerDeps): Promise<Ms> => {
  const earliest = await dueOrders.earliest().catch(() => undefined);
  if (earliest === undefined) return LONGEST_IDLE;
  return Math.min(Math.max(elapsed(clock.now(), earliest), 10), LONGEST_IDLE);
};

const lookAt = async (deps: FulfilmentWorkerDeps, due: Claimed): Promise<void> => {
  try {
    await deps.dueOrders.postpone(due.id, due.by, await deps.fulfil(due.id));
  } catch (error) {
    await stumbled(deps, due, error);
  }
};

/** Broken machinery is tried again soon; an order that cannot be read needs a person, and is looked at hourly. */
const stumbled = async (deps: FulfilmentWorkerDeps, { id, by }: Claimed, error: unknown): Promise<void> => {
  const hopeless = error instanceof MachineryError && !error.retryable;
  deps.log[hopeless ? 'error' : 'warn']({ orderId: id, err: error }, 'fulfilment step failed');
  const pause = hopeless ? HOUR : AFTER_FAILURE * (0.5 + deps.identifiers.random());
  // Where this fails too, the end of the lease brings the order back.
  await deps.dueOrders.postpone(id, by, plus(deps.clock.now(), pause)).catch(() => undefined);
};
