import { retryMatrix } from '../../domain/order/retry-matrix.ts';
import { elapsed } from '../../domain/shared/instant.ts';
import { nextTry } from '../retry-policy.ts';
import type { FetchFailure } from '../retry-policy.ts';
import type { Fetched } from '../ports/amilon.ts';
import type { Clock } from '../ports/clock.ts';
import type { Identifiers } from '../ports/identifiers.ts';
import type { Log } from '../ports/log.ts';

export interface FetchingDeps {
  readonly clock: Clock;
  readonly identifiers: Identifiers;
  readonly log: Log;
  /** The service stops: nothing is asked again. */
  readonly stop: AbortSignal;
}

/** Asks Amilon something that buys nothing, again as often as the retry matrix says. `what` names it in the log. */
export const fetchWithRetries = async <T>(
  deps: FetchingDeps,
  what: string,
  ask: () => Promise<Fetched<T>>,
): Promise<Fetched<T>> => {
  const began = deps.clock.now();
  for (let retries = 0; ; retries += 1) {
    const answer = await ask();
    if (answer.is === 'ok') return answer;
    const tried = { retries, elapsed: elapsed(began, deps.clock.now()), random: deps.identifiers.random() };
    const delay = deps.stop.aborted ? 'give_up' : nextTry(answer, tried);
    report(deps.log, what, answer, delay === 'give_up' ? 'amilon did not answer' : 'amilon is asked again');
    if (delay === 'give_up') return answer;
    await deps.clock.sleep(delay, deps.stop);
  }
};

const report = (log: Log, what: string, { why, detail }: FetchFailure, message: string): void => {
  log[retryMatrix[why].log]({ upstream: what, why, detail }, message);
};
