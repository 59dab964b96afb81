import { randomUUID } from 'node:crypto';
import type { EventId } from '../../application/ports/event-store.ts';
import type { Identifiers } from '../../application/ports/identifiers.ts';
import { orderIdOf } from './order-id.ts';

export const createSystemIdentifiers = (): Identifiers => ({
  eventId: () => randomUUID() as string as EventId,
  unique: randomUUID,
  orderId: orderIdOf,
  random: Math.random,
});
