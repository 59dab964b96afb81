import { Currency, money } from '../../../domain/shared/money.ts';
import { decimal } from './catalogue-wire.ts';

const YEARS_AHEAD = 5;

/** Valid from 2024 until the end of the fifth year from now: never out of date in the sandbox. */
export const contractJson = (id: string, now: number): object => ({
  id,
  name: 'Sandbox Contract',
  status: 'Active',
  startDate: '2024-01-01T00:00:00Z',
  endDate: `${String(new Date(now).getUTCFullYear() + YEARS_AHEAD)}-12-31T23:59:59Z`,
  terms: 'Nothing here is real',
  allowedCountries: ['PT', 'FR', 'ES', 'IT'],
  maxOrderAmount: decimal(money(500_000, Currency('EUR'))),
  currency: 'EUR',
});
