import type { Log } from '../../../application/ports/log.ts';

/** Something on the wire that this version does not know; nothing breaks, a person should look. */
export interface Drift {
  readonly kind: 'unknown_field' | 'unreadable_field' | 'unknown_word' | 'unknown_code' | 'contradiction';
  /** `order`, `voucher`, `product` …. */
  readonly where: string;
  /** The field, word or code; never a voucher's secret. */
  readonly what: string;
}

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
