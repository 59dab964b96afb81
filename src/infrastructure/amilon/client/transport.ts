import type { AmilonEndpoint, AmilonLane } from '../../../application/ports/amilon-watch.ts';
import type { Instant, Ms } from '../../../domain/shared/instant.ts';

/** How each endpoint is reached. Paths keep Amilon's own case (amilon.md trap 29). */
export const endpoints = {
  token: { method: 'POST', lane: 'token', path: () => '' },
  contract: { method: 'GET', lane: 'sync', path: ({ contractId }) => `contracts/${contractId}` },
  products: {
    method: 'GET',
    lane: 'sync',
    path: ({ contractId, culture }) => `contracts/${contractId}/${culture}/products/complete`,
  },
  merchants: {
    method: 'GET',
    lane: 'sync',
    path: ({ contractId, culture }) => `contracts/${contractId}/${culture}/retailers`,
  },
  categories: { method: 'GET', lane: 'sync', path: () => 'retailers/categories' },
  create: { method: 'POST', lane: 'create', path: ({ contractId }) => `Orders/create/${contractId}` },
  read: { method: 'GET', lane: 'read', path: ({ externalOrderId }) => `Orders/${externalOrderId}/complete` },
} as const satisfies { readonly [E in Endpoint]: EndpointTerms };

export type Endpoint = AmilonEndpoint;

export type Lane = 'token' | AmilonLane;

export interface PathParams {
  readonly contractId: string;
  readonly culture: string;
  readonly externalOrderId: string;
}

interface EndpointTerms {
  readonly method: 'GET' | 'POST';
  readonly lane: Lane;
  readonly path: (params: PathParams) => string;
}

export interface UpstreamRequest {
  readonly endpoint: Endpoint;
  /** As they are; whoever makes a URL of them percent-encodes them. */
  readonly params: PathParams;
  readonly bearer?: string;
  readonly body?: string;
  /** Nothing is sent after it. */
  readonly sendBefore?: Instant;
}

/** What became of one exchange. Only `answered`, `timeout` and `reset` may have reached Amilon. */
export type Exchange =
  | Answered
  /** Certainly not sent: no connection was made (`ECONNREFUSED`, `ENOTFOUND`, a fault of TLS …), or it was too late. */
  | { readonly is: 'not_sent'; readonly reason?: string }
  | { readonly is: 'too_late' }
  | { readonly is: 'timeout' }
  | { readonly is: 'reset' };

export interface Answered {
  readonly is: 'answered';
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
  readonly retryAfter?: Ms;
}

/** One exchange with Amilon, never more: no redirect, no retry. Never rejects. */
export type Transport = (request: UpstreamRequest) => Promise<Exchange>;

/** For logs and people: what became of an exchange that was not answered. */
export const unansweredWords = (exchange: Exclude<Exchange, Answered>): string =>
  exchange.is === 'not_sent' && exchange.reason !== undefined ? `not_sent ${exchange.reason}` : exchange.is;
