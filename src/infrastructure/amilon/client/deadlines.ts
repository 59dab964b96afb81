import type { Ms } from '../../../domain/shared/instant.ts';
import type { Endpoint } from './transport.ts';

/** The longest that a call of each endpoint may take, in milliseconds, from its start to the last byte. */
export type Deadlines = { readonly [E in Endpoint]: Ms };

export const defaultDeadlines: Deadlines = {
  token: 5_000,
  contract: 10_000,
  read: 10_000,
  products: 60_000,
  merchants: 60_000,
  categories: 60_000,
  create: 60_000,
};
