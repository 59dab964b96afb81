import express from 'express';
import type { Express, NextFunction, Request, RequestHandler, Response } from 'express';
import { identify, conversationOf } from './conversation.ts';
import { authenticate } from './authenticate.ts';
import { docsPage } from './docs-page.ts';
import { problemOf } from './errors.ts';
import { jsonBody, noBody } from './json-body.ts';
import { Problem } from './problems.ts';
import { routes } from './routes.ts';
import type { Answer, Incoming, Route } from './route.ts';
import { mediaTypesOf, send, sendProblem } from './send.ts';
import type { HttpServices } from './services.ts';

/** The whole surface of the service over HTTP: every answer is one of a route, or a problem (RFC 9457). */
export const createHttpApp = (services: HttpServices): Express => {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('query parser', false);
  app.enable('case sensitive routing');
  app.use(identify(services));
  for (const [path, methods] of byPath(Object.values(routes))) app.all(path, answerBy(services, methods));
  app.use(docsPage());
  app.use((request) => {
    throw new Problem('not_found', {
      detail: `No such path: ${request.path.slice(0, 200)}; /docs shows those there are.`,
    });
  });
  // Express knows an error handler by its four parameters.
  app.use((error: unknown, request: Request, response: Response, _next: NextFunction) => {
    sendProblem(response, problemOf(error, request, services), conversationOf(request));
  });
  return app;
};

type Methods = ReadonlyMap<string, Route>;

const byPath = (all: readonly Route[]): ReadonlyMap<string, Methods> => {
  const paths = new Map<string, Map<string, Route>>();
  for (const one of all) {
    const path = one.path.replaceAll(/\{(\w+)\}/g, ':$1');
    const methods = paths.get(path) ?? new Map<string, Route>();
    paths.set(path, methods.set(one.method, one));
  }
  return paths;
};

const stopping = (): Problem =>
  new Problem('stopping', {
    detail: 'Send the same request again: another instance, or this one after its restart, answers it.',
    headers: { Connection: 'close', 'Retry-After': '1' },
  });

type Exchange = readonly [request: Request, response: Response];

const answerBy = (services: HttpServices, methods: Methods): RequestHandler => {
  const answers = new Map([...methods].map(([method, one]) => [method, answerOf(services, one)]));
  return async (request, response) => {
    const method = request.method === 'HEAD' ? 'GET' : request.method;
    const asked = methods.get(method);
    const answer = answers.get(method);
    if (asked === undefined || answer === undefined) throw methodNotAllowed(methods);
    conversationOf(request).route = asked;
    if (services.stopping.aborted) throw stopping();
    send(response, await answer([request, response]), asked);
  };
};

/** Who asks is known before a body is read. */
const answerOf = (services: HttpServices, route: Route): ((exchange: Exchange) => Promise<Answer>) => {
  if (route.scope === 'public') {
    const answer = route.answer(services);
    return async (exchange) => answer(await incoming(exchange, route, services));
  }
  const answer = route.answer(services);
  return async (exchange) => {
    const caller = await authenticate(services, exchange[0].headers.authorization, route.scope);
    return answer({ ...(await incoming(exchange, route, services)), caller });
  };
};

const LOOPBACK = /^(?:::ffff:)?127\.|^::1$/;

const isLocal = ({ socket, headers }: Request): boolean =>
  LOOPBACK.test(socket.remoteAddress ?? 'unknown') &&
  ['forwarded', 'x-forwarded-for', 'x-real-ip', 'via'].every((name) => headers[name] === undefined);

const methodNotAllowed = (methods: Methods): Problem => {
  const allowed = [...methods.keys()].flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method]));
  return new Problem('method_not_allowed', { headers: { Allow: allowed.join(', ') } });
};

const incoming = async ([request, response]: Exchange, route: Route, services: HttpServices): Promise<Incoming> => {
  const gone = new AbortController();
  response.once('close', () => {
    gone.abort();
  });
  const answered = mediaTypesOf(route);
  if (request.accepts(...answered) === false) {
    throw new Problem('not_acceptable', { detail: `What is answered here is ${answered.join(' or ')}.` });
  }
  const read = route.body === undefined ? noBody : await jsonBody(request, response);
  const [path = '/', ...query] = request.originalUrl.split('?');
  const { requestId, traceparent } = conversationOf(request);
  return {
    path,
    search: new URLSearchParams(query.join('?')),
    params: request.params as Readonly<Record<string, string>>,
    ...read,
    header: (name) => request.get(name),
    requestId,
    ...(traceparent === undefined ? {} : { traceparent }),
    local: isLocal(request),
    stop: AbortSignal.any([gone.signal, services.stopping]),
  };
};
