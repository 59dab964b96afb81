import type { Culture, ExternalOrderId, TenantId, VoucherId } from '../../domain/shared/ids.ts';
import type { Ms } from '../../domain/shared/instant.ts';
import type { createReadSync, createRequestSync } from '../../application/catalog/request-sync.ts';
import type * as catalogue from '../../application/catalog/queries.ts';
import type { ParkedStreams } from '../../application/parked.ts';
import type { OperationsView } from '../../application/operations/operations-view.ts';
import type { Orders } from '../../application/orders.ts';
import type { PlaceOrder, Placed, Quote } from '../../application/place-order.ts';
import type { Clock } from '../../application/ports/clock.ts';
import type { Identifiers } from '../../application/ports/identifiers.ts';
import type { Log } from '../../application/ports/log.ts';
import type { OrderDocument, VoucherDocument } from '../../application/ports/order-documents.ts';
import type { FeedPage, FeedQuery } from '../../application/queries/event-feed.ts';
import type { OrdersQuery } from '../../application/queries/list-orders.ts';
import type { Timeline, TimelineQuery } from '../../application/queries/order-timeline.ts';
import type { Page } from '../../application/queries/pages.ts';
import type { OrderQuery } from '../../application/queries/read-order.ts';
import type { VouchersQuery } from '../../application/queries/vouchers.ts';
import type { RevealVoucher, Revealed } from '../../application/reveal-voucher.ts';
import type { Tail } from '../../application/tail.ts';
import type { ApiKeys } from './api-keys.ts';

/** One part of the service, as far as taking requests depends on it; Amilon is none (surface.md). */
export interface PartState {
  readonly part: string;
  readonly state: 'ready' | 'not_ready';
  /** Requests can be taken without it: notifications come later, and nothing is lost. */
  readonly optional?: true;
  /** What is out, where it is known. */
  readonly reason?: string;
}

/** The queries of the catalogue, each with what it reads from. */
export type CatalogueQueries = {
  readonly [
    Name in 'listProducts' | 'getProduct' | 'listMerchants' | 'getMerchant' | 'listCategories' | 'getContract'
  ]: ReturnType<(typeof catalogue)[Name]>;
};

/** One request as metrics see it: the route's pattern, never the path that a client wrote. */
interface RequestNote {
  readonly method: string;
  /** `unmatched` where there is no such path or method. */
  readonly route: string;
  readonly status: number | 'aborted';
  readonly ms: Ms;
}

/** What requests are answered with: functions of the application and ports, no adapters. */
export interface HttpServices {
  readonly placeOrder: (request: PlaceOrder) => Promise<Placed>;
  /** Decides as placing an order does, and writes nothing. */
  readonly quote: Quote;
  readonly orders: Orders;
  readonly revealVoucher: (request: RevealVoucher) => Promise<Revealed>;

  readonly readOrder: (query: OrderQuery) => Promise<OrderDocument | undefined>;
  readonly readMetadata: (order: OrderDocument) => Promise<unknown>;
  readonly listOrders: (query: OrdersQuery) => Promise<Page<OrderDocument>>;
  readonly orderTimeline: (query: TimelineQuery) => Promise<Timeline | undefined>;
  readonly readVoucher: (tenant: TenantId, id: VoucherId) => Promise<VoucherDocument | undefined>;
  /** As they were at the document's version, in the order of their delivery. */
  readonly vouchersOf: (order: OrderDocument) => Promise<readonly VoucherDocument[]>;
  readonly listVouchers: (query: VouchersQuery) => Promise<Page<VoucherDocument>>;
  readonly eventFeed: (query: FeedQuery) => Promise<FeedPage>;

  readonly catalogue: CatalogueQueries;
  readonly requestSync: ReturnType<typeof createRequestSync>;
  readonly readSync: ReturnType<typeof createReadSync>;

  readonly parked: ParkedStreams;
  /** Amilon's webhook: its secret, and what a hint does; absent where it is not configured. */
  readonly amilonHints?: { readonly secret: string; readonly wake: (id: ExternalOrderId) => Promise<void> };

  /** The signature of what a cursor holds, for the list it is of. */
  readonly macCursor: (text: string) => string;
  readonly tail: Tail;
  readonly clock: Clock;
  readonly identifiers: Identifiers;
  readonly log: Log;
  readonly apiKeys: ApiKeys;
  readonly defaultCulture: Culture;
  /** Those that are configured. */
  readonly cultures: readonly Culture[];
  /** After an attempt may have been sent: until a purchase by it would be visible (design 9). */
  readonly quietTime: Ms;
  readonly operations: () => Promise<OperationsView>;
  /** Figures for Prometheus, in its own text. */
  readonly metrics: () => Promise<string>;
  /** Told of every request once it is over. */
  readonly requested: (note: RequestNote) => void;
  readonly readiness: () => readonly PartState[];
  /** Aborted once the service stops: requests that wait answer with what is known. */
  readonly stopping: AbortSignal;
}
