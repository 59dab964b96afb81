import type { Ms } from '../../../domain/shared/instant.ts';

export interface RateLimit {
  /** 0: go, and one is used up. Else nothing is used up: how long until there is one. */
  take(): Ms;
}

/** At most `perSecond` on average; a second's worth may come at once. */
export const createRateLimit = (perSecond: number, monotonic: () => Ms): RateLimit => {
  const most = Math.max(perSecond, 1);
  let left = most;
  let at = monotonic();
  return {
    take: () => {
      const now = monotonic();
      left = Math.min(most, left + ((now - at) / 1_000) * perSecond);
      at = now;
      if (left < 1) return Math.ceil(((1 - left) / perSecond) * 1_000);
      left -= 1;
      return 0;
    },
  };
};
