import { ExternalOrderId, OrderId } from '../../domain/shared/ids.ts';
import { orderStream } from '../../application/orders.ts';
import type { OrderDocument } from '../../application/ports/order-documents.ts';
import { orderIdOf } from '../../application/queries/read-order.ts';
import type { OrderQuery } from '../../application/queries/read-order.ts';
import { untilChanged } from '../../application/queries/until-changed.ts';
import type { Patience } from '../../application/queries/until-changed.ts';
import { isFinal } from '../../application/views/order-view.ts';
import { Problem } from './problems.ts';
import type { Incoming } from './route.ts';
import type { HttpServices } from './services.ts';

/** The order that a path names by either of its ids. @throws Problem 404 for what cannot be an id */
export const orderIdIn = ({ params }: Incoming): OrderId | ExternalOrderId => {
  const text = params['id'] ?? 'none';
  try {
    return text.length === 36 ? OrderId(text.toLowerCase()) : ExternalOrderId(text);
  } catch {
    throw new Problem('order_not_found');
  }
};

type Waiting = Pick<HttpServices, 'readOrder' | 'tail' | 'clock'>;

/** The order once it is final, or as it is when patience ends. */
export const untilFinal = (
  services: Waiting,
  query: OrderQuery,
  patience: Patience,
): Promise<OrderDocument | undefined> =>
  waitFor(services, query, patience, (doc) => doc === undefined || isFinal(doc.order));

/** The order once it is another version than the client knows, or as it is when patience ends. */
export const untilNews = (
  services: Waiting,
  query: OrderQuery,
  patience: Patience,
  known: (doc: OrderDocument) => boolean,
): Promise<OrderDocument | undefined> => waitFor(services, query, patience, (doc) => doc === undefined || !known(doc));

const waitFor = async (
  services: Waiting,
  query: OrderQuery,
  patience: Patience,
  enough: (doc: OrderDocument | undefined) => boolean,
): Promise<OrderDocument | undefined> => {
  const id = orderIdOf(query.id);
  if (id === undefined) return undefined;
  const read = (): Promise<OrderDocument | undefined> => services.readOrder(query);
  if (patience.wait === 0) return read();
  return untilChanged(services, { stream: orderStream(id), ...patience }, read, enough);
};
