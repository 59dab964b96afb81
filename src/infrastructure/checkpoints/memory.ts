import type { Owner, Progress } from '../../application/ports/consumers.ts';
import { noProgress } from '../../application/ports/consumers.ts';
import type { Checkpoint, Lease } from './checkpoint.ts';

interface Holding {
  readonly epoch: number;
  readonly owner?: Owner;
  readonly until: number;
}

export const createMemoryCheckpoint = (consumer: string, { leaseMs, now }: Lease): Checkpoint => {
  let holding: Holding = { epoch: 0, until: 0 };
  let progress = JSON.stringify(noProgress);
  return {
    hold: (owner) => {
      const at = now();
      if (holding.owner !== owner && holding.until > at) return 'held';
      holding = { epoch: holding.epoch + 1, owner, until: at + leaseMs };
      return { consumer, epoch: holding.epoch, progress: JSON.parse(progress) as Progress };
    },
    keep: (hold, next, write) => {
      if (hold.epoch !== holding.epoch) return 'fenced';
      write();
      progress = JSON.stringify(next);
      holding = { ...holding, until: now() + leaseMs };
      return 'kept';
    },
    release: (hold) => {
      if (hold.epoch === holding.epoch) holding = { ...holding, until: 0 };
    },
  };
};
