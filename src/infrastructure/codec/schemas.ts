import { z } from 'zod';
import type { DomainEvent } from '../../application/ports/codec.ts';
import type { Actor, Envelope, Hash, Stamp } from '../../application/ports/event-store.ts';
import type { StoreEvent } from '../../application/ports/store-binding.ts';
import type { ContractEvent, ContractTerms } from '../../domain/contract/events.ts';
import type { OrderStatus } from '../../domain/order/state.ts';
import { ExternalOrderId, Reference, TenantId, UserId } from '../../domain/shared/ids.ts';
import { catalogSchemas, countryOrUnknown } from './catalog-schemas.ts';
import { amount, currency, object, oneOf, parsed, type Schemas, text, time } from './fields.ts';
import { mode, orderSchemas, purchase } from './order-schemas.ts';

const contractSchemas: Schemas<ContractEvent> = {
  ContractUpdated: object({
    contract: object<ContractTerms>({
      name: text,
      status: text.exactOptional(),
      validFrom: time.exactOptional(),
      validUntil: time.exactOptional(),
      terms: text.exactOptional(),
      countries: z.array(countryOrUnknown).exactOptional(),
      maxOrderAmount: amount.exactOptional(),
      balance: amount.exactOptional(),
      currency,
    }),
  }),
};

const storeSchemas: Schemas<StoreEvent> = {
  StoreBound: object({ storeId: text, upstream: text, prefix: text, dataKeysId: text, keyringCheck: text }),
};

/** The newest schema of the data of every event. */
export const schemas: Schemas<DomainEvent> = {
  ...orderSchemas,
  ...catalogSchemas,
  ...contractSchemas,
  ...storeSchemas,
};

const hash = z.custom<Hash>((value) => typeof value === 'string' && /^[0-9a-f]{64}$/.test(value));

const stamp = object<Stamp>({
  externalOrderId: parsed(ExternalOrderId),
  reference: parsed(Reference).exactOptional(),
  userId: parsed(UserId).exactOptional(),
  status: oneOf<OrderStatus>({
    pending: true,
    submitting: true,
    processing: true,
    partially_delivered: true,
    completed: true,
    failed: true,
    cancelled: true,
  }),
  purchase,
});

export const envelopeSchema = object<Envelope>({
  occurredAt: time,
  mode,
  actor: object<Actor>({ type: oneOf<Actor['type']>({ client: true, service: true, operator: true }), id: text }),
  tenant: parsed(TenantId).exactOptional(),
  correlation: text,
  causation: text,
  traceparent: text.exactOptional(),
  order: stamp.exactOptional(),
  prevHash: hash,
  hash,
});
