import type { Ms } from '../domain/shared/instant.ts';
import type { Clock } from './ports/clock.ts';
import type { Hold, Sink } from './ports/consumers.ts';

/** How often a holder renews its lease unless told otherwise. */
export const RENEW_EVERY: Ms = 3_000;

interface Renewal {
  readonly clock: Clock;
  readonly sink: Pick<Sink<never, never>, 'keep'>;
  readonly renewEvery?: Ms;
}

/** Renews a hold while `work` takes longer than its lease; `work` is told to stop when another holder took over. */
export const renewing = async <T>(
  { clock, sink, renewEvery = RENEW_EVERY }: Renewal,
  hold: Hold,
  stop: AbortSignal,
  work: (stop: AbortSignal) => Promise<T>,
): Promise<T> => {
  const over = new AbortController();
  const lost = new AbortController();
  const renew = async (): Promise<void> => {
    const until = AbortSignal.any([stop, over.signal, lost.signal]);
    for (;;) {
      await clock.sleep(renewEvery, until);
      if (until.aborted) return;
      // Where the store is out, the work tells.
      const kept = await sink.keep(hold, hold.progress, []).catch(() => 'kept' as const);
      if (kept === 'fenced') lost.abort();
    }
  };
  const renewed = renew();
  try {
    return await work(AbortSignal.any([stop, lost.signal]));
  } finally {
    over.abort();
    await renewed;
  }
};
