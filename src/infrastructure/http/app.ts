import express from 'express';
import type { Express, NextFunction, Request, RequestHandler, Response } from 'express';
import { identify, conversationOf } from './conversation.ts';
import { authenticate } from './authenticate.ts';
import { problemOf } from './errors.ts';
import { jsonBody } from './json-body.ts';
import { Problem } from './problems.ts';
import { health } from './routes/health.ts';
import { routes } from './routes.ts';
import type { Incoming, Route } from './route.ts';
import { send, sendProblem } from './send.ts';
import type { HttpServices } from './services.ts';

/** The whole surface of the service over HTTP: every answer is one of a route, or a problem (RFC 9457). */
export const createHttpApp = (services: HttpServices): Express => {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('query parser', false);
  app.enable('case sensitive routing');
  app.use(identify(services));
  app.use(health(services));
  for (const [path, methods] of byPath(routes)) app.all(path, answerBy(services, methods));
  app.use((request) => {
    throw new Problem('not_found', { detail: `No such path: ${request.path.slice(0, 200)}` });
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

const answerBy = (services: HttpServices, methods: Methods): RequestHandler => {
  const answers = new Map([...methods].map(([method, one]) => [method, one.answer(services)]));
  return async (request, response) => {
    const method = request.method === 'HEAD' ? 'GET' : request.method;
    const asked = methods.get(method);
    const answer = answers.get(method);
    if (asked === undefined || answer === undefined) throw methodNotAllowed(methods);
    response.locals['route'] = asked.path;
    const caller = await authenticate(services, request.headers.authorization, asked.scope);
    if (request.accepts('application/json', 'application/problem+json') === false) throw new Problem('not_acceptable');
    const body = asked.body === undefined ? undefined : await jsonBody(request, response);
    send(response, await answer({ ...incoming(request, response, services), body, caller }));
  };
};

const methodNotAllowed = (methods: Methods): Problem => {
  const allowed = [...methods.keys()].flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method]));
  return new Problem('method_not_allowed', { headers: { Allow: allowed.join(', ') } });
};

const incoming = (request: Request, response: Response, { stopping }: HttpServices): Omit<Incoming, 'body'> => {
  const gone = new AbortController();
  response.once('close', () => {
    gone.abort();
  });
  const [path = '/', query] = request.originalUrl.split('?', 2);
  return {
    path,
    search: new URLSearchParams(query),
    params: request.params as Readonly<Record<string, string>>,
    header: (name) => request.get(name),
    stop: AbortSignal.any([gone.signal, stopping]),
    ...conversationOf(request),
  };
};
