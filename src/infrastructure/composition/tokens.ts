import type { ServiceIdentifier } from 'inversify';
import type { FulfilmentPolicy } from '../../domain/order/policy.ts';
import type { OrderId } from '../../domain/shared/ids.ts';
import type { Catalogue } from '../../application/catalog/catalogue.ts';
import type { createRequestSync } from '../../application/catalog/request-sync.ts';
import type { SyncSchedule } from '../../application/catalog/schedule.ts';
import type { Looked } from '../../application/fulfilment-context.ts';
import type { Orders } from '../../application/orders.ts';
import type { PlaceOrder, Placed, Quote } from '../../application/place-order.ts';
import type { RevealVoucher, Revealed } from '../../application/reveal-voucher.ts';
import type { OpenPorts } from './open-ports.ts';

const token = <T>(name: string): ServiceIdentifier<T> => Symbol.for(name);

/** What the container knows, by what it is. */
export const tokens = {
  ports: token<OpenPorts>('ports'),
  /** Aborted when the service stops. */
  stop: token<AbortSignal>('stop'),
  policy: token<FulfilmentPolicy>('policy'),
  orders: token<Orders>('orders'),
  catalogue: token<Catalogue>('catalogue'),
  schedule: token<SyncSchedule>('schedule'),
  requestSync: token<ReturnType<typeof createRequestSync>>('requestSync'),
  quote: token<Quote>('quote'),
  placeOrder: token<(request: PlaceOrder) => Promise<Placed>>('placeOrder'),
  revealVoucher: token<(request: RevealVoucher) => Promise<Revealed>>('revealVoucher'),
  fulfil: token<(id: OrderId) => Promise<Looked>>('fulfil'),
};
