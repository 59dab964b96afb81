import { accept } from '../shared/decider.ts';
import type { Decider } from '../shared/decider.ts';
import type { Instant } from '../shared/instant.ts';
import { same } from '../shared/same.ts';
import type { ContractEvent, ContractTerms } from './events.ts';

/** What is known of the contract, and since when it was told like this. */
export type Contract =
  { readonly known: false } | { readonly known: true; readonly terms: ContractTerms; readonly since: Instant };

export interface RecordContract {
  readonly at: Instant;
  readonly terms: ContractTerms;
}

export const contractDecider: Decider<RecordContract, ContractEvent, Contract, never> = {
  initial: { known: false },
  evolve: (_state, event) => ({ known: true, terms: event.contract, since: event.at }),
  decide: ({ at, terms }, state) =>
    state.known && same(state.terms, terms) ? accept() : accept({ type: 'ContractUpdated', at, contract: terms }),
};
