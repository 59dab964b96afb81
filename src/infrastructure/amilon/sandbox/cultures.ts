/** Where a catalogue is for: its merchants' country and currency. */
interface Market {
  readonly culture: string;
  /** ISO alpha-3 and the English name. */
  readonly country: readonly [alpha3: string, name: string];
  readonly currency: string;
}

export const PORTUGAL = ['PRT', 'Portugal'] as const;

/** Every culture of the report (amilon.md section 1). */
export const markets: readonly [Market, ...Market[]] = [
  { culture: 'pt-PT', country: PORTUGAL, currency: 'EUR' },
  { culture: 'it-IT', country: ['ITA', 'Italy'], currency: 'EUR' },
  { culture: 'da-DK', country: ['DNK', 'Denmark'], currency: 'DKK' },
  { culture: 'en-GB', country: ['GBR', 'United Kingdom'], currency: 'GBP' },
  { culture: 'fr-FR', country: ['FRA', 'France'], currency: 'EUR' },
  { culture: 'es-ES', country: ['ESP', 'Spain'], currency: 'EUR' },
  { culture: 'de-DE', country: ['DEU', 'Germany'], currency: 'EUR' },
  { culture: 'nl-NL', country: ['NLD', 'Netherlands'], currency: 'EUR' },
  { culture: 'nn-NO', country: ['NOR', 'Norway'], currency: 'NOK' },
  { culture: 'pl-PL', country: ['POL', 'Poland'], currency: 'PLN' },
];
