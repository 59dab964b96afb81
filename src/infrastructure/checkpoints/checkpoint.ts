import type { Hold, Owner, Progress } from '../../application/ports/consumers.ts';

/** How long a holder keeps a consumer without renewing, in milliseconds, and by which clock (epoch ms). */
export interface Lease {
  readonly leaseMs: number;
  readonly now: () => number;
}

/**
 * For one process alone on its store (the lock of the data folder sees to that): whoever asks takes over at once,
 * so that a start after a crash waits for nobody. The one before is fenced off all the same.
 */
export const soleHolder: Lease = { leaseMs: 0, now: () => Date.now() };

/** Who holds a consumer, how far it is, and the fence around what it keeps. */
export interface Checkpoint {
  hold(owner: Owner): Hold | 'held';
  /** Runs `write` and keeps `next` with it, unless the hold is fenced off: then nothing runs. */
  keep(hold: Hold, next: Progress, write: () => void): 'kept' | 'fenced';
  release(hold: Hold): void;
}
