import { afterEach, beforeEach } from '@jest/globals';
import { noProgress } from '../../src/application/ports/consumers.ts';
import type { Hold, Owner } from '../../src/application/ports/consumers.ts';
import type {
  OpenReadModel,
  Query,
  ReadModelDefinition,
  ReadModels,
  Write,
} from '../../src/application/ports/read-models.ts';

export interface ReadModelsSubject {
  readonly subject: ReadModels;
  close(): Promise<void>;
}

export interface Voucher {
  readonly tenant: string;
  readonly soldAt: string;
  readonly status?: string;
  readonly products: readonly string[];
  readonly revoked: boolean;
  readonly price: number;
  readonly buyer?: string;
}

export const vouchers: ReadModelDefinition<Voucher> = {
  name: 'sold-vouchers',
  schema: 1,
  fields: {
    tenant: (doc) => doc.tenant,
    soldAt: (doc) => doc.soldAt,
    status: (doc) => doc.status,
    products: (doc) => doc.products,
    revoked: (doc) => doc.revoked,
    price: (doc) => doc.price,
    buyer: (doc) => doc.buyer,
  },
  within: 'tenant',
  sort: { field: 'soldAt', direction: 'desc' },
  orders: { buyer: ['status', 'products'] },
};

export const owner = 'owner' as Owner;

export const voucher = (key: string, soldAt: string, more: Partial<Voucher> = {}): Write<Voucher> => ({
  key,
  version: 1,
  doc: { tenant: 'acme', soldAt, status: 'new', products: ['books'], revoked: false, price: 1000, ...more },
});

export const keysOf = (writes: readonly { readonly key: string }[]): readonly string[] => writes.map(({ key }) => key);

/** Opens read models anew for each test, and fills them as the tests ask for. */
export const openedForEach = (open: () => Promise<ReadModelsSubject>) => {
  let opened: ReadModelsSubject;
  beforeEach(async () => {
    opened = await open();
  });
  afterEach(() => opened.close());

  const holdOf = async <Doc>({ sink }: OpenReadModel<Doc>): Promise<Hold> => {
    const hold = await sink.hold(owner);
    if (hold === 'held') throw new Error('another owner has the consumer');
    return hold;
  };
  const filled = async <Doc>(
    definition: ReadModelDefinition<Doc>,
    ...batches: readonly (readonly Write<Doc>[])[]
  ): Promise<OpenReadModel<Doc>> => {
    const model = await opened.subject.open(definition);
    const hold = await holdOf(model);
    for (const batch of batches) await model.sink.keep(hold, noProgress, batch);
    return model;
  };
  const listed = async ({ model }: OpenReadModel<Voucher>, query: Partial<Query> = {}) =>
    keysOf((await model.find({ limit: 100, ...query, where: { tenant: 'acme', ...query.where } })).found);
  return { models: () => opened.subject, holdOf, filled, listed };
};
