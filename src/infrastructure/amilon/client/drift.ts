import type { Drift } from '../../../application/ports/amilon-watch.ts';
import type { Log } from '../../../application/ports/log.ts';

export type NoteDrift = (drift: Drift) => void;

/** Notes every drift, and logs each kind once. */
export const createDriftNotes = (log: Log, onDrift: NoteDrift | undefined): NoteDrift => {
  const told = new Set<string>();
  return (drift) => {
    onDrift?.(drift);
    const key = `${drift.kind} ${drift.where} ${drift.what}`;
    if (told.has(key) || told.size >= MOST_KINDS) return;
    told.add(key);
    log.warn({ drift }, 'Amilon wrote something that this version does not know');
  };
};

const MOST_KINDS = 1_000;
