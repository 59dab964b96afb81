import type { ContractTerms } from '../domain/contract/events.ts';
import type { Instant } from '../domain/shared/instant.ts';
import type { Projection } from './projection.ts';

export interface ContractDocument {
  readonly contract: ContractTerms;
  /** Since when Amilon tells it like this. */
  readonly since: Instant;
}

/** One document, of the key `amilon`. */
export const contractProjection: Projection<ContractDocument> = {
  category: 'contract',
  definition: {
    name: 'contract',
    schema: 1,
    fields: { since: (doc) => doc.since },
    sort: { field: 'since', direction: 'asc' },
  },
  gapless: true,
  keys: ({ event }) => (event.type === 'ContractUpdated' ? ['amilon'] : []),
  evolve: (_doc, { event }) =>
    event.type === 'ContractUpdated' ? { contract: event.contract, since: event.at } : undefined,
};
