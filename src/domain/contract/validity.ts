import { DAY, elapsed } from '../shared/instant.ts';
import type { Instant } from '../shared/instant.ts';
import type { ContractTerms } from './events.ts';

export type NotValid = 'not_active' | 'not_yet_valid' | 'expired';

/** At both ends inclusive; only a status that is told and not Active blocks (amilon.md trap 30). */
export const validity = (terms: ContractTerms, now: Instant): 'valid' | NotValid => {
  if (terms.status !== undefined && terms.status.trim().toLowerCase() !== 'active') return 'not_active';
  if (terms.validFrom !== undefined && now < terms.validFrom) return 'not_yet_valid';
  return terms.validUntil !== undefined && now > terms.validUntil ? 'expired' : 'valid';
};

export type ContractWarning = NotValid | 'ends_within_30_days' | 'ends_within_7_days' | 'ends_within_1_day';

/** What an operator should know: that it is not valid, or how soon it ends (amilon.md trap 31). */
export const warnings = (terms: ContractTerms, now: Instant): readonly ContractWarning[] => {
  const valid = validity(terms, now);
  if (valid !== 'valid') return [valid];
  if (terms.validUntil === undefined) return [];
  const left = elapsed(now, terms.validUntil);
  if (left <= DAY) return ['ends_within_1_day'];
  if (left <= 7 * DAY) return ['ends_within_7_days'];
  return left <= 30 * DAY ? ['ends_within_30_days'] : [];
};
