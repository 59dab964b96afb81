import { setTimeout } from 'node:timers/promises';
import express, { type Express, type Request, type RequestHandler, type Response } from 'express';
import { z } from 'zod';
import { type SandboxEndpoint, html } from './calls.ts';
import { faultSchema } from './faults.ts';
import { purchasesPage } from './page.ts';
import type { SandboxWorld } from './world.ts';

/** Where the sandbox gives tokens: another URL than the API's base, as with Amilon. */
export const TOKEN_PATH = '/connect/token';

/** The sandbox over HTTP: Amilon's API, and `/_sandbox` for whoever wants to look or to make trouble. */
export const createSandboxApp = (world: SandboxWorld): Express => {
  const app = express();
  app.disable('x-powered-by');
  // As on Amilon's own host, `/orders/create` is not `/Orders/create`.
  app.set('case sensitive routing', true);
  app.set('strict routing', true);
  app.use(express.text({ type: () => true, limit: '1mb' }));
  const api = '/b2bwebapi/v1';
  const contract = `${api}/contracts/:contractId`;
  app.post(TOKEN_PATH, amilon(world, 'token'));
  app.get(contract, amilon(world, 'contract'));
  app.get(`${contract}/:culture/products/complete`, amilon(world, 'products'));
  app.get(`${contract}/:culture/retailers`, amilon(world, 'merchants'));
  app.get(`${api}/retailers/categories`, amilon(world, 'categories'));
  app.post(`${api}/Orders/create/:contractId`, amilon(world, 'create'));
  app.get(`${api}/Orders/:externalOrderId/complete`, amilon(world, 'read'));
  app.use('/_sandbox', control(world));
  app.use((_request, response) => {
    const { status, contentType, body } = html(404, '404 - File or directory not found.');
    response.status(status).type(contentType).send(body);
  });
  return app;
};

const amilon =
  (world: SandboxWorld, endpoint: SandboxEndpoint): RequestHandler =>
  async (request, response) => {
    const { contractId = '', culture = '', externalOrderId = '' } = request.params as Record<string, string>;
    const { latency, ...reply } = world.reply({
      endpoint,
      params: { contractId, culture, externalOrderId },
      authorization: request.get('authorization'),
      contentType: request.get('content-type'),
      body: bodyOf(request),
    });
    if (latency > 0) await setTimeout(latency);
    if (reply.is === 'hang') return;
    if (reply.is === 'reset') {
      request.socket.resetAndDestroy();
      return;
    }
    if (reply.retryAfterSeconds !== undefined) response.set('Retry-After', String(reply.retryAfterSeconds));
    response.status(reply.status).type(reply.contentType).send(reply.body);
  };

const bodyOf = (request: Request): string => (typeof request.body === 'string' ? request.body : '');

const advanceBody = z.strictObject({ advanceMs: z.int().min(0) });

const control = (world: SandboxWorld): express.Router => {
  const router = express.Router();
  router.use(loopbackOnly);
  router.get('/', (_request, response) => void response.type('html').send(purchasesPage(world)));
  router.get('/purchases', (_request, response) => void response.json(world.purchases()));
  router.get('/calls', (_request, response) => void response.json(world.calls()));
  router.get('/faults', (_request, response) => void response.json(world.faults.list()));
  router.delete('/faults', (_request, response) => {
    world.faults.clear();
    response.status(204).end();
  });
  router.post('/faults', (request, response) => {
    const fault = bodyAs(faultSchema, request, response);
    if (fault === undefined) return;
    world.faults.add(fault);
    response.status(201).json(world.faults.list());
  });
  router.get('/clock', (_request, response) => void response.json({ now: new Date(world.now()).toISOString() }));
  router.post('/clock', (request, response) => {
    const body = bodyAs(advanceBody, request, response);
    if (body === undefined) return;
    world.advance(body.advanceMs);
    response.json({ now: new Date(world.now()).toISOString() });
  });
  return router;
};

const loopbackOnly: RequestHandler = (request, response, next) => {
  if (/^(?:::ffff:)?127\.|^::1$/.test(request.socket.remoteAddress ?? 'unknown')) next();
  else response.status(403).json({ error: 'only from the same machine' });
};

const bodyAs = <T>(schema: z.ZodType<T>, request: Request, response: Response): T | undefined => {
  const read = schema.safeParse(jsonOf(bodyOf(request)));
  if (read.success) return read.data;
  response.status(400).json({ error: z.prettifyError(read.error) });
  return undefined;
};

const jsonOf = (body: string): unknown => {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
};
