import type { z } from 'zod';
import type { Caller } from './api-keys.ts';
import { parseQuery } from './validation.ts';
import type { Scope } from './scopes.ts';
import type { HttpServices } from './services.ts';

/** A request after the edge: who asks, for what, in which conversation. */
export interface Incoming {
  readonly path: string;
  /** The query as it came, after `?`. */
  readonly search: URLSearchParams;
  readonly params: Readonly<Record<string, string>>;
  /** The JSON body as received; `undefined` where none came. */
  readonly body: unknown;
  readonly header: (name: string) => string | undefined;
  readonly requestId: string;
  readonly traceparent?: string;
  /** Aborted when the client went away or the service stops. */
  readonly stop: AbortSignal;
}

export interface Asked<Query> extends Incoming {
  readonly caller: Caller;
  readonly query: Query;
}

export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON; none where absent. */
  readonly body?: unknown;
}

/** What a status answers with: the schema of its body, or that it has none. */
type Responses = Readonly<Record<number, z.ZodType | 'no body'>>;

/** What is told of a route: enough to describe it as OpenAPI. */
export interface RouteDescription {
  readonly method: 'GET' | 'POST';
  /** With parameters as `{id}`. */
  readonly path: string;
  readonly summary: string;
  readonly scope: Scope;
  readonly headers?: Readonly<Record<string, string>>;
  readonly query?: z.ZodObject;
  /** Absent: the route reads no body. */
  readonly body?: z.ZodType;
  readonly responses: Responses;
}

export interface Route extends RouteDescription {
  readonly answer: (services: HttpServices) => (incoming: Incoming & { readonly caller: Caller }) => Promise<Answer>;
}

type Handler<Query> = (services: HttpServices) => (asked: Asked<Query>) => Promise<Answer>;

/** A route whose query is checked before its handler sees it. */
export const route = <Query extends z.ZodObject>(
  description: RouteDescription & { readonly query: Query },
  handler: Handler<z.output<Query>>,
): Route => ({
  ...description,
  answer: (services) => {
    const handle = handler(services);
    return async (incoming) => handle({ ...incoming, query: parseQuery(description.query, incoming.search) });
  },
});
