import type { z } from 'zod';
import type { Purchase } from '../../domain/order/values.ts';
import type { Caller } from './api-keys.ts';
import type { AnswerHeader, AnswerHeaders } from './headers.ts';
import type { ProblemCode } from './problems.ts';
import { parseQuery } from './validation.ts';
import type { Scope } from './scopes.ts';
import type { HttpServices } from './services.ts';

/** A request after the edge: for what, in which conversation. */
export interface Incoming {
  readonly path: string;
  /** The query as it came, after `?`. */
  readonly search: URLSearchParams;
  readonly params: Readonly<Record<string, string>>;
  /** The JSON body as received; `undefined` where none came. */
  readonly body: unknown;
  /** The same as its bytes: a signature is about them. */
  readonly bytes: Buffer;
  readonly header: (name: string) => string | undefined;
  readonly requestId: string;
  readonly traceparent?: string;
  /** From the same machine, and not through a proxy there, which asks for others. */
  readonly local: boolean;
  /** Aborted when the client went away or the service stops. */
  readonly stop: AbortSignal;
}

export interface Asked<Query> extends Incoming {
  readonly caller: Caller;
  readonly query: Query;
}

export interface Answer {
  readonly status: number;
  readonly headers?: AnswerHeaders;
  /** Sent as JSON, a text of another media type as it is; none where absent. */
  readonly body?: unknown;
}

/** What a status answers with: the schema of its JSON, the media type of its text, or that it has no body. */
export type Content = z.ZodType | { readonly mediaType: string } | 'no body';

/** What is told of a route: requests are checked by it, and the OpenAPI document is made of it. */
export interface RouteDescription {
  readonly method: 'GET' | 'POST';
  /** With parameters as `{id}`. */
  readonly path: string;
  readonly summary: string;
  /** What a key needs for it; `public`: it is answered without a key. */
  readonly scope: Scope | 'public';
  /** The headers that are read, besides those of all requests. */
  readonly headers?: Readonly<Record<string, z.ZodType>>;
  readonly query: z.ZodObject;
  /** Absent: the route reads no body. */
  readonly body?: z.ZodType;
  readonly responses: Readonly<Record<number, Content>>;
  /** That these answers may carry. */
  readonly answerHeaders?: readonly AnswerHeader[];
  /** Its own; those that follow from the rest of the description (`problemsOf`) need no mention. */
  readonly problems: readonly ProblemCode[];
  /** Of a route that spends money: every problem tells this of the purchase, unless more is known. */
  readonly purchase?: Purchase;
}

export interface KeyedRoute extends RouteDescription {
  readonly scope: Scope;
  readonly answer: (services: HttpServices) => (incoming: Incoming & { readonly caller: Caller }) => Promise<Answer>;
}

export interface PublicRoute extends RouteDescription {
  readonly scope: 'public';
  readonly answer: (services: HttpServices) => (incoming: Incoming) => Promise<Answer>;
}

export type Route = KeyedRoute | PublicRoute;

/** A route for a key with its scope; the query is checked before its handler sees it. */
export const route = <Query extends z.ZodObject>(
  description: RouteDescription & { readonly scope: Scope; readonly query: Query },
  handler: (services: HttpServices) => (asked: Asked<z.output<Query>>) => Promise<Answer>,
): KeyedRoute => ({
  ...description,
  answer: (services) => {
    const handle = handler(services);
    return async (incoming) => handle({ ...incoming, query: parseQuery(description.query, incoming.search) });
  },
});

/** As `route`, for everybody: who asks is not known. */
export const publicRoute = <Query extends z.ZodObject>(
  description: Omit<RouteDescription, 'scope'> & { readonly query: Query },
  handler: (services: HttpServices) => (asked: Incoming & { readonly query: z.output<Query> }) => Promise<Answer>,
): PublicRoute => ({
  ...description,
  scope: 'public',
  answer: (services) => {
    const handle = handler(services);
    return async (incoming) => handle({ ...incoming, query: parseQuery(description.query, incoming.search) });
  },
});
