import type { DomainEvent } from '../../application/ports/codec.ts';
import type { Actor, Envelope, Hash, Stamp } from '../../application/ports/event-store.ts';
import type { StoreEvent } from '../../application/ports/store-binding.ts';
import type { ContractEvent, ContractTerms } from '../../domain/contract/events.ts';
import type { OrderStatus } from '../../domain/order/state.ts';
import { ExternalOrderId, Reference, TenantId, UserId } from '../../domain/shared/ids.ts';
import { catalogSchemas, countryOrUnknown } from './catalog-schemas.ts';
import { amount, currency, listOf, object, oneOf, optional, parsed, schema, text, time } from './fields.ts';
import type { Check, Schemas } from './fields.ts';
import { mode, orderSchemas, purchase } from './order-schemas.ts';

const contractSchemas: Schemas<ContractEvent> = {
  ContractUpdated: schema({
    contract: object<ContractTerms>({
      name: text,
      status: optional(text),
      validFrom: optional(time),
      validUntil: optional(time),
      terms: optional(text),
      countries: optional(listOf(countryOrUnknown)),
      maxOrderAmount: optional(amount),
      balance: optional(amount),
      currency,
    }),
  }),
};

const storeSchemas: Schemas<StoreEvent> = {
  StoreBound: schema({ storeId: text, upstream: text, prefix: text, dataKeysId: text, keyringCheck: text }),
};

/** The newest schema of the data of every event. */
export const schemas: Schemas<DomainEvent> = {
  ...orderSchemas,
  ...catalogSchemas,
  ...contractSchemas,
  ...storeSchemas,
};

const HEX_DIGITS = 64;

// Whether it is the right one, `verify` finds out.
const hash: Check<Hash> = (value): value is Hash => typeof value === 'string' && value.length === HEX_DIGITS;

const stamp = object<Stamp>({
  externalOrderId: parsed(ExternalOrderId),
  reference: optional(parsed(Reference)),
  userId: optional(parsed(UserId)),
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

export const envelopeSchema = schema<Envelope>({
  occurredAt: time,
  mode,
  actor: object<Actor>({ type: oneOf<Actor['type']>({ client: true, service: true, operator: true }), id: text }),
  tenant: optional(parsed(TenantId)),
  correlation: text,
  causation: text,
  traceparent: optional(text),
  order: optional(stamp),
  prevHash: hash,
  hash,
});
