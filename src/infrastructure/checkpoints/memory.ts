import type { Owner, Progress } from '../../application/ports/consumers.ts';
import { noProgress } from '../../application/ports/consumers.ts';
import type { Checkpoint, Lease } from './checkpoint.ts';

interface Holding {
  readonly epoch: number;
  readonly owner?: Owner;
  readonly until: number;
}

/** The progress of consumers by name, as JSON. */
export type MemoryProgress = Map<string, string>;

/** @param kept where the progress is kept; a checkpoint that finds none of its consumer begins. */
export const createMemoryCheckpoint = (
  consumer: string,
  { leaseMs, now }: Lease,
  kept: MemoryProgress = new Map(),
): Checkpoint => {
  let holding: Holding = { epoch: 0, until: 0 };
  return {
    hold: (owner) => {
      const at = now();
      if (holding.owner !== owner && holding.until > at) return 'held';
      holding = { epoch: holding.epoch + 1, owner, until: at + leaseMs };
      return {
        consumer,
        epoch: holding.epoch,
        progress: JSON.parse(kept.get(consumer) ?? JSON.stringify(noProgress)) as Progress,
      };
    },
    keep: (hold, next, write) => {
      if (hold.epoch !== holding.epoch) return 'fenced';
      write();
      kept.set(consumer, JSON.stringify(next));
      holding = { ...holding, until: now() + leaseMs };
      return 'kept';
    },
    release: (hold) => {
      if (hold.epoch === holding.epoch) holding = { ...holding, until: 0 };
    },
  };
};
