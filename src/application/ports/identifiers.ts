import type { OrderId, TenantId } from '../../domain/shared/ids.ts';
import type { EventId } from './event-store.ts';

export interface Identifiers {
  /** Fresh for every event of every decision (design 5). */
  eventId(): EventId;
  /** Fresh, for correlation, owners, sync runs. */
  unique(): string;
  /** uuid5 of the tenant and the client's idempotency key: always the same for the same two (design 6). */
  orderId(tenant: TenantId, idempotencyKey: string): OrderId;
  /** 0 ≤ x < 1, for jitter. */
  random(): number;
}
