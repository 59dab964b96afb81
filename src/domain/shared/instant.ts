declare const instantBrand: unique symbol;

/** A moment in UTC as RFC 3339 text with milliseconds; text order is time order. */
export type Instant = string & { readonly [instantBrand]: true };

/** A length of time in milliseconds. */
export type Ms = number;

const PATTERN = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/;

/** Days that every month has: most times need no calendar, and every stored event has some. */
const PLAIN = /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}Z$/;

// A day that is in no calendar (30 February) would be read as another day.
export const isInstant = (text: string): text is Instant =>
  PLAIN.test(text) || (PATTERN.test(text) && !Number.isNaN(Date.parse(text)) && new Date(text).toISOString() === text);

/** @throws RangeError when the text is not `YYYY-MM-DDTHH:MM:SS.mmmZ`. */
export const instant = (text: string): Instant => {
  if (!isInstant(text)) throw new RangeError(`not a UTC time with milliseconds: ${JSON.stringify(text)}`);
  return text;
};

export const fromEpochMs = (ms: number): Instant => instant(new Date(ms).toISOString());

export const toEpochMs = (at: Instant): number => Date.parse(at);

export const plus = (at: Instant, ms: Ms): Instant => fromEpochMs(toEpochMs(at) + ms);

/** Milliseconds from `from` to `to`; negative when `to` is earlier. */
export const elapsed = (from: Instant, to: Instant): Ms => toEpochMs(to) - toEpochMs(from);

export const later = (a: Instant, b: Instant): Instant => (a < b ? b : a);

export const SECOND: Ms = 1_000;
export const MINUTE: Ms = 60 * SECOND;
export const HOUR: Ms = 60 * MINUTE;
export const DAY: Ms = 24 * HOUR;
