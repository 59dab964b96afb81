import type { Owner } from './consumers.ts';

/** One holder at a time among all instances; it runs out by itself when the holder dies. Each call throws Unavailable. */
export interface Lease {
  /** Free, run out, or one's own: taken. */
  acquire(owner: Owner): Promise<boolean>;
  /** `false` when another owner has it. */
  renew(owner: Owner): Promise<boolean>;
  release(owner: Owner): Promise<void>;
}

/** Where there is one instance only: the lock of the data folder sees to that. */
export const aloneLease: Lease = {
  acquire: () => Promise.resolve(true),
  renew: () => Promise.resolve(true),
  release: () => Promise.resolve(),
};
