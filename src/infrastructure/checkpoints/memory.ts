import type { Owner, Progress } from '../../application/ports/consumers.ts';
import { noProgress } from '../../application/ports/consumers.ts';
import type { Checkpoint, Lease } from './checkpoint.ts';

interface Holding {
  readonly epoch: number;
  readonly owner?: Owner;
  readonly until: number;
}

/** Where consumers are, by their names: how those who do not hold them see it. */
export type MemoryProgress = Map<string, () => Progress>;

export interface MemoryCheckpoint extends Checkpoint {
  readonly progress: () => Progress;
  readonly epoch: () => number;
}

export const createMemoryCheckpoint = (consumer: string, { leaseMs, now }: Lease): MemoryCheckpoint => {
  let holding: Holding = { epoch: 0, until: 0 };
  let kept = JSON.stringify(noProgress);
  const progress = () => JSON.parse(kept) as Progress;
  return {
    progress,
    epoch: () => holding.epoch,
    hold: (owner) => {
      const at = now();
      if (holding.owner !== owner && holding.until > at) return 'held';
      holding = { epoch: holding.epoch + 1, owner, until: at + leaseMs };
      return {
        consumer,
        epoch: holding.epoch,
        progress: progress(),
      };
    },
    keep: (hold, next, write) => {
      if (hold.epoch !== holding.epoch) return 'fenced';
      write();
      kept = JSON.stringify(next);
      holding = { ...holding, until: now() + leaseMs };
      return 'kept';
    },
    release: (hold) => {
      if (hold.epoch === holding.epoch) holding = { ...holding, until: 0 };
    },
  };
};
