import countries from 'i18n-iso-countries';
import { z } from 'zod';
import { Country } from '../../../domain/shared/ids.ts';
import { type Instant, isInstant } from '../../../domain/shared/instant.ts';
import { Currency } from '../../../domain/shared/money.ts';

/** Single values of the wire, each in the service's own type; a value that cannot be read is an issue of its field. */
export const text = z.string();

export const flag = z.union([z.boolean(), z.stringbool()]);

/** A whole number from 0 on; `10.0` is one too. */
export const count = z
  .string()
  .regex(/^\d{1,9}(?:\.0+)?$/)
  .transform(Number);

export const moment = z.string().transform((written, context): Instant | undefined => {
  const at = instantOf(written);
  if (at === 'unreadable') {
    context.addIssue('not a date');
    return z.NEVER;
  }
  return at;
});

export const currency = z.string().transform((written, context): Currency => {
  const found = currencyOf(written);
  if (found === undefined) {
    context.addIssue('not a currency');
    return z.NEVER;
  }
  return found;
});

export const country = z.string().transform((written): Country | 'unknown' => countryOf(written));

/** A branded id, by its own parser. */
export const branded = <Id>(parse: (text: string) => Id) =>
  z.string().transform((written, context): Id => {
    try {
      return parse(written);
    } catch {
      context.addIssue('not an id');
      return z.NEVER;
    }
  });

const DATE = /^(\d{4})-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?(Z|[+-]\d{2}:?\d{2})?$/i;

/** A date without a zone is UTC (amilon.md section 2); the year 1 is how .NET writes "none". */
const instantOf = (written: string): Instant | undefined | 'unreadable' => {
  const match = DATE.exec(written.trim());
  if (match === null) return 'unreadable';
  if (Number(match[1]) < 1900) return undefined;
  const local = match[2] === undefined ? written.trim() : written.trim().slice(0, -match[2].length);
  const withTime = local.length === 10 ? `${local}T00:00:00` : local.replace(' ', 'T');
  const ms = Date.parse(withTime.replace(/(\.\d{3})\d+$/, '$1') + (match[2] ?? 'Z').toUpperCase());
  if (Number.isNaN(ms)) return 'unreadable';
  const at = new Date(ms).toISOString();
  return isInstant(at) ? at : 'unreadable';
};

const codes = new Set(Intl.supportedValuesOf('currency'));
const namesOfCurrencies = new Intl.DisplayNames('en', { type: 'currency' });
const currencies = new Map([...codes].map((code) => [(namesOfCurrencies.of(code) ?? code).toLowerCase(), code]));

/** ISO code or English name: `EUR`, `Euro`. */
const currencyOf = (written: string): Currency | undefined => {
  const word = written.trim();
  const code = word.toUpperCase();
  const found = codes.has(code) ? code : currencies.get(word.toLowerCase());
  return found === undefined ? undefined : Currency(found);
};

/** Alpha-2, alpha-3 or the English name; a country in no table is unknown, never an error (amilon.md trap 33). */
const countryOf = (written: string): Country | 'unknown' => {
  const word = written.trim();
  const code = word.toUpperCase();
  const found = countries.isValid(code) ? countries.toAlpha2(code) : countries.getAlpha2Code(word, 'en');
  return found === undefined ? 'unknown' : Country(found);
};
