import { SECOND } from '../../domain/shared/instant.ts';
import type { Ms } from '../../domain/shared/instant.ts';
import type { Clock } from '../ports/clock.ts';
import type { Owner } from '../ports/consumers.ts';
import type { Lease } from '../ports/lease.ts';
import type { Log } from '../ports/log.ts';

export interface LeaseDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly owner: Owner;
  readonly syncLease: Lease;
}

/** A third of what a lease lasts, so that one that cannot be renewed once is still held. */
const RENEW_EVERY: Ms = 3 * SECOND;

/**
 * Does the work while the lease is held; `held` when another instance has it.
 * A lease that is lost meanwhile stops nothing: what the work appends is guarded by the version of its stream.
 * @throws what the work throws, and Unavailable where the lease cannot be asked for
 */
export const underLease = async <T>(deps: LeaseDeps, work: () => Promise<T>): Promise<T | 'held'> => {
  const { syncLease, owner, log } = deps;
  if (!(await syncLease.acquire(owner))) return 'held';
  const done = new AbortController();
  const renewing = renew(deps, done.signal);
  try {
    return await work();
  } finally {
    done.abort();
    await renewing;
    // The work is done: where this fails, the end of the lease lets the next holder in.
    await syncLease.release(owner).catch((error: unknown) => {
      log.warn({ err: error }, 'the lease of syncs was not given back');
    });
  }
};

const renew = async ({ clock, log, owner, syncLease }: LeaseDeps, done: AbortSignal): Promise<void> => {
  for (;;) {
    await clock.sleep(RENEW_EVERY, done);
    if (done.aborted) return;
    try {
      if (!(await syncLease.renew(owner))) return;
    } catch (error) {
      log.warn({ err: error }, 'the lease of syncs was not renewed');
    }
  }
};
