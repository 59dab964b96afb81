import { externalOrderIdOf } from '../domain/shared/ids.ts';
import type { Culture, OrderId, ProductCode, Reference, TenantId, UserId } from '../domain/shared/ids.ts';
import type { Money } from '../domain/shared/money.ts';
import { sameBody } from '../domain/order/commands.ts';
import type { Order, PlacedOrder } from '../domain/order/state.ts';
import type { Line, Mode } from '../domain/order/values.ts';
import type { Provenance } from './command-handling.ts';
import type { Orders } from './orders.ts';
import type { BodyMac, Encryption } from './ports/encryption.ts';
import { Unavailable } from './ports/errors.ts';
import type { Identifiers } from './ports/identifiers.ts';

export interface RequestedLine {
  readonly productCode: ProductCode;
  readonly quantity: number;
  /** Decimal text in the product's currency; the order is not sent for more (amilon.md trap 10). */
  readonly maxUnitPrice?: Money;
}

export interface OrderInput {
  readonly lines: readonly RequestedLine[];
  readonly culture: Culture;
  readonly reference?: Reference;
  readonly userId?: UserId;
  readonly metadata?: unknown;
}

/** Why a request cannot become an order: which part of it, and what would be right. */
export interface QuoteError {
  /** JSON Pointer into the request. */
  readonly pointer: string;
  readonly code: string;
  readonly detail: string;
}

export type Quoted =
  | {
      readonly is: 'quoted';
      readonly lines: readonly Line[];
      readonly total: Money;
      /** Stream versions that this was decided on. */
      readonly catalog: number;
      readonly contract: number;
    }
  | { readonly is: 'refused'; readonly errors: readonly QuoteError[] }
  | { readonly is: 'catalog_not_ready' }
  | { readonly is: 'contract_not_valid'; readonly detail: string };

/** The decision whether a request may be ordered; the same for an order and for a quote. */
export type Quote = (input: Pick<OrderInput, 'culture' | 'lines'>) => Promise<Quoted>;

export interface PlaceOrder {
  readonly tenant: TenantId;
  readonly idempotencyKey: string;
  /** The body as received: its keyed hash tells a replay from a reused key (design 6). */
  readonly body: unknown;
  /** Validates the body; only called for a key that is not known yet. Throws what the caller answers with. */
  readonly parse: (body: unknown) => OrderInput;
  readonly provenance: Provenance;
}

export type Placed =
  | {
      readonly is: 'placed' | 'replayed';
      readonly orderId: OrderId;
      readonly order: PlacedOrder;
      readonly version: number;
    }
  | { readonly is: 'idempotency_key_reused'; readonly orderId: OrderId }
  | Exclude<Quoted, { is: 'quoted' }>;

export interface PlaceOrderDeps {
  readonly orders: Orders;
  readonly encryption: Encryption;
  readonly identifiers: Identifiers;
  readonly quote: Quote;
  readonly mode: Mode;
  /** Prefix of external order ids (design 7). */
  readonly prefix: string;
}

/**
 * Takes an order, once per tenant and idempotency key for ever: the key is the order's id (design 6).
 * @throws Unavailable while the outcome is unknown: the same key and body again gives the answer.
 */
export const createPlaceOrder =
  (deps: PlaceOrderDeps) =>
  async (request: PlaceOrder): Promise<Placed> => {
    const orderId = deps.identifiers.orderId(request.tenant, request.idempotencyKey);
    const known = await deps.orders.load(orderId);
    if (known.state.status !== 'none') return replay(deps, request, orderId, { ...known, state: known.state });

    const input = request.parse(request.body);
    const quoted = await deps.quote(input);
    if (quoted.is !== 'quoted') return quoted;

    const cipher = await deps.encryption.createKey(orderId);
    if (cipher === 'destroyed') throw new Unavailable('data keys', { detail: 'the key of a new order is destroyed' });
    const metadata = input.metadata === undefined ? undefined : cipher.encryptMetadata(input.metadata);
    const { is: _is, ...decided } = quoted;
    const handled = await deps.orders.handle(
      orderId,
      (at, order) => ({
        type: 'RequestOrder',
        at,
        externalOrderId: externalOrderIdOf(deps.prefix, Number(at.slice(0, 4)), orderId),
        mode: deps.mode,
        body: macBody(deps.encryption, request.body, order),
        culture: input.culture,
        ...decided,
        ...(input.reference === undefined ? {} : { reference: input.reference }),
        ...(input.userId === undefined ? {} : { userId: input.userId }),
        ...(metadata === undefined ? {} : { metadata }),
      }),
      request.provenance,
    );
    if (!handled.accepted) return { is: 'idempotency_key_reused', orderId };
    const { events, state, version } = handled;
    return { is: events.length > 0 ? 'placed' : 'replayed', orderId, order: placed(state), version };
  };

const replay = (
  { encryption }: PlaceOrderDeps,
  request: PlaceOrder,
  orderId: OrderId,
  known: { readonly state: PlacedOrder; readonly version: number },
): Placed =>
  sameBody(known.state.request.body, macBody(encryption, request.body, known.state))
    ? { is: 'replayed', orderId, order: known.state, version: known.version }
    : { is: 'idempotency_key_reused', orderId };

/** Comparable with the order's own: by the key that hashed its body, where there is one (another instance may rotate). */
const macBody = (encryption: Encryption, body: unknown, order: Order): BodyMac =>
  order.status === 'none' ? encryption.macBody(body) : encryption.macBodyWith(order.request.body.keyId, body);

const placed = (order: Order): PlacedOrder => {
  if (order.status === 'none') throw new TypeError('an accepted request left no order');
  return order;
};
