import { v5 } from 'uuid';
import { OrderId, type TenantId } from '../../domain/shared/ids.ts';

// Never to change: it is part of every order's id.
const NAMESPACE = '6f1d1c3e-2f0b-4c3a-9a53-7d1b0c8e5a44';

/** uuid5 of the tenant and the client's idempotency key (design 6). */
export const orderIdOf = (tenant: TenantId, idempotencyKey: string): OrderId =>
  OrderId(v5(JSON.stringify([tenant, idempotencyKey]), NAMESPACE));
