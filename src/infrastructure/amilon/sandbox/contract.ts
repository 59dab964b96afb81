import { Currency, money } from '../../../domain/shared/money.ts';
import type { WireForm } from './calls.ts';
import { decimal } from './catalogue-wire.ts';

const YEARS_AHEAD = 5;

/** Valid from 2024 until the end of the fifth year from now: never out of date in the sandbox. */
export const contractJson = (id: string, now: number, wire: WireForm): object =>
  wire === 'report' ? reportContract(id, now) : observedContract(id, now);

const endOf = (now: number): string => `${String(new Date(now).getUTCFullYear() + YEARS_AHEAD)}-12-31T23:59:59`;

const reportContract = (id: string, now: number): object => ({
  id,
  name: 'Sandbox Contract',
  status: 'Active',
  startDate: '2024-01-01T00:00:00Z',
  endDate: `${endOf(now)}Z`,
  terms: 'Nothing here is real',
  allowedCountries: ['PT', 'FR', 'ES', 'IT'],
  maxOrderAmount: decimal(money(500_000, Currency('EUR'))),
  currency: 'EUR',
});

/** As it was seen: a balance, but neither status nor countries nor a limit. */
const observedContract = (id: string, now: number): object => ({
  ContractName: 'Sandbox Contract',
  ContractId: id.toUpperCase(),
  StartDate: '2024-01-01T00:00:00',
  EndDate: endOf(now),
  CurrentAmount: decimal(money(100_000_000, Currency('EUR'))),
  PreviousAmount: decimal(money(100_000_000, Currency('EUR'))),
  CurrencyIsoCode: 'EUR',
});
