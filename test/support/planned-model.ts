import type { ReadModelDefinition } from '../../src/application/ports/read-models.ts';

/** A document with every kind of field that a list may have. */
export interface Planned {
  readonly tenant: string;
  readonly at: string;
  readonly status: string;
  readonly products: readonly string[];
  readonly buyer?: string;
  /** No list knows it. */
  readonly anything?: object;
}

/** A model of them, for looking at the plans of its lists. */
export const plannedModel = (name: string, schema = 1): ReadModelDefinition<Planned> => ({
  name,
  schema,
  fields: {
    tenant: (doc) => doc.tenant,
    at: (doc) => doc.at,
    status: (doc) => doc.status,
    products: (doc) => doc.products,
    buyer: (doc) => doc.buyer,
  },
  within: 'tenant',
  sort: { field: 'at', direction: 'asc' },
  orders: { buyer: ['status', 'products'] },
});
