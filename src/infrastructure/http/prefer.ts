import { SECOND } from '../../domain/shared/instant.ts';
import type { Ms } from '../../domain/shared/instant.ts';

/** The longest a request waits, in seconds. */
const LONGEST = 30;

export interface Preference {
  readonly wait: Ms;
  /** For Preference-Applied; absent where nothing was asked for that is understood. */
  readonly applied?: string;
}

/** Reads `Prefer` (RFC 7240): `respond-async`, `wait=0…30` seconds; what is not understood is no error. */
export const preferenceOf = (header: string | undefined): Preference => {
  const asked = (header ?? 'none').split(',').map((part) => (part.split(';')[0] ?? part).trim().toLowerCase());
  const seconds = asked
    .map((part) => /^wait\s*=\s*"?(\d{1,6})"?$/.exec(part)?.[1])
    .find((found) => found !== undefined);
  const wait = seconds === undefined ? undefined : Math.min(Number(seconds), LONGEST);
  const applied = [
    ...(asked.includes('respond-async') ? ['respond-async'] : []),
    ...(wait === undefined ? [] : [`wait=${String(wait)}`]),
  ];
  return {
    wait: (wait ?? 0) * SECOND,
    ...(applied.length === 0 ? {} : { applied: applied.join(', ') }),
  };
};
