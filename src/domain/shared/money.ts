declare const currencyBrand: unique symbol;

/** ISO 4217, upper case. */
export type Currency = string & { readonly [currencyBrand]: true };

/** An amount in minor units (cents for EUR), always a safe integer, never negative. */
export interface Money {
  readonly minor: number;
  readonly currency: Currency;
}

export type MoneyRefusal = 'not_a_decimal' | 'too_many_decimals' | 'too_large';

export const Currency = (text: string): Currency => {
  if (!/^[A-Z]{3}$/.test(text)) throw new RangeError(`not an ISO 4217 currency: ${JSON.stringify(text)}`);
  return text as Currency;
};

/** Those of ISO 4217 that have not two decimals. A table of our own: what an engine knows changes with its version. */
const unusual: { readonly [decimals in 0 | 3 | 4]: readonly string[] } = {
  0: [
    'BIF',
    'CLP',
    'DJF',
    'GNF',
    'ISK',
    'JPY',
    'KMF',
    'KRW',
    'PYG',
    'RWF',
    'UGX',
    'UYI',
    'VND',
    'VUV',
    'XAF',
    'XOF',
    'XPF',
  ],
  3: ['BHD', 'IQD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND'],
  4: ['CLF', 'UYW'],
};
const decimals = new Map(
  Object.entries(unusual).flatMap(([places, currencies]) => currencies.map((one) => [one, Number(places)] as const)),
);

/** How many decimals the currency has (EUR 2, JPY 0), as ISO 4217 says. */
export const decimalsOf = (currency: Currency): number => decimals.get(currency) ?? 2;

/** @throws RangeError when `minor` is not a safe integer from 0 on. */
export const money = (minor: number, currency: Currency): Money => {
  if (!Number.isSafeInteger(minor) || minor < 0) throw new RangeError(`not an amount in minor units: ${String(minor)}`);
  return { minor, currency };
};

const DECIMAL = /^(?<whole>\d{1,16})(?:\.(?<fraction>\d{1,15}))?(?:[eE](?<exponent>[+-]?\d{1,2}))?$/;

/** Reads decimal text such as `50`, `50.0` or `5e1` exactly; no float takes part (amilon.md trap 35). */
export const parseMoney = (decimal: string, currency: Currency): Money | MoneyRefusal => {
  const parts = DECIMAL.exec(decimal.trim())?.groups;
  if (parts === undefined) return 'not_a_decimal';
  const { whole = '', fraction = '', exponent = '0' } = parts;
  const minor = shifted(whole + fraction, Number(exponent) + decimalsOf(currency) - fraction.length);
  if (minor === undefined) return 'too_many_decimals';
  return Number.isSafeInteger(minor) ? { minor, currency } : 'too_large';
};

/** The digits with the decimal point moved by `places`; `undefined` where that cuts off more than zeros. */
const shifted = (digits: string, places: number): number | undefined => {
  if (places >= 0) return Number(digits + '0'.repeat(places));
  return /^0*$/.test(digits.slice(places)) ? Number(digits.slice(0, places)) : undefined;
};

/** The amount as decimal text with all the currency's decimals: `50.00`. */
export const decimalOf = ({ minor, currency }: Money): string => {
  const places = decimalsOf(currency);
  const digits = String(minor).padStart(places + 1, '0');
  return places === 0 ? digits : `${digits.slice(0, -places)}.${digits.slice(-places)}`;
};

/** @throws RangeError on a sum of two currencies or beyond what is exact. */
export const add = (a: Money, b: Money): Money => {
  if (a.currency !== b.currency) throw new RangeError(`cannot add ${b.currency} to ${a.currency}`);
  return money(a.minor + b.minor, a.currency);
};

export const times = (a: Money, quantity: number): Money => money(a.minor * quantity, a.currency);

export const sameMoney = (a: Money, b: Money): boolean => a.minor === b.minor && a.currency === b.currency;

export const isMoney = (value: unknown): value is Money =>
  typeof value === 'object' && value !== null && 'minor' in value && 'currency' in value;
