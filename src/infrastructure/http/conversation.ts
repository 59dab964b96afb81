import type { IncomingMessage } from 'node:http';
import type { Request, RequestHandler } from 'express';
import { elapsed } from '../../domain/shared/instant.ts';
import type { RouteDescription } from './route.ts';
import type { HttpServices } from './services.ts';

/** What connects a request with its log lines, its events and the caller's own traces. */
export interface Conversation {
  readonly requestId: string;
  readonly traceparent?: string;
  /** The path, for a problem's `instance`. */
  readonly instance: string;
  /** Once it is known. */
  route?: RouteDescription;
}

const conversations = new WeakMap<IncomingMessage, Conversation>();

type Told = Pick<HttpServices, 'clock' | 'identifiers' | 'log' | 'requested'>;

/** Names the request (`X-Request-Id`, the caller's own where it has one), and tells log and metrics of it once answered. */
export const identify =
  ({ clock, identifiers, log, requested }: Told): RequestHandler =>
  (request, response, next) => {
    const given = request.get('X-Request-Id');
    const trace = request.get('traceparent');
    const requestId = given !== undefined && /^[\w.:/+=-]{1,128}$/.test(given) ? given : identifiers.unique();
    const traceparent =
      trace !== undefined && /^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/.test(trace) ? trace : undefined;
    const conversation: Conversation = {
      requestId,
      ...(traceparent === undefined ? {} : { traceparent }),
      instance: request.path.slice(0, 500),
    };
    conversations.set(request, conversation);
    response.set('X-Request-Id', requestId);
    const start = clock.now();
    response.once('close', () => {
      // The path as the route has it: what a client puts into a path or query is not for logs.
      const route = conversation.route?.path;
      const { method } = request;
      const status = response.writableFinished ? response.statusCode : 'aborted';
      // Probes ask every few seconds, and nobody reads of it.
      const level = route?.startsWith('/v1/') === true ? 'info' : 'debug';
      const ms = elapsed(start, clock.now());
      requested({ method, route: route ?? 'unmatched', status, ms });
      log[level]({ requestId, method, route, status, ms }, 'request');
    });
    next();
  };

/** @throws TypeError for a request that was not identified. */
export const conversationOf = (request: Request): Conversation => {
  const found = conversations.get(request);
  if (found === undefined) throw new TypeError('a request without a conversation');
  return found;
};
