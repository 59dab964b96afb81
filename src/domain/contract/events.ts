import type { Country } from '../shared/ids.ts';
import type { Instant } from '../shared/instant.ts';
import type { Currency, Money } from '../shared/money.ts';

/** The contract with Amilon as last told; its id is configuration and never here. */
export interface ContractTerms {
  readonly name: string;
  readonly status?: string;
  readonly validFrom?: Instant;
  readonly validUntil?: Instant;
  readonly terms?: string;
  readonly countries?: readonly (Country | 'unknown')[];
  readonly maxOrderAmount?: Money;
  readonly balance?: Money;
  readonly currency: Currency;
}

/** Of the stream `contract-amilon`; written when the terms differ from the last ones. */
export type ContractEvent = { readonly at: Instant } & {
  readonly type: 'ContractUpdated';
  readonly contract: ContractTerms;
};
