import { z } from 'zod';
import { createDocument } from 'zod-openapi';
import type { ZodOpenApiOperationObject, ZodOpenApiPathsObject } from 'zod-openapi';
import type { Route } from '../route.ts';
import { problemAnswer } from '../schemas/answers.ts';
import { responsesOf } from './responses.ts';
import { tagOf, tags } from './tags.ts';

export type OpenApiDocument = ReturnType<typeof createDocument>;

/** Routes by the name of their operation. */
export type NamedRoutes = Readonly<Record<string, Route>>;

/** The description of all routes (OpenAPI 3.1), made of the data that requests are answered by. */
export const openApiDocument = (routes: NamedRoutes, cultures: readonly string[]): OpenApiDocument => {
  const document = describe(routes);
  const culture = document.components?.schemas?.['Culture'];
  // Which cultures there are is the configuration's, so no schema of a route can know them.
  if (typeof culture === 'object') Object.assign(culture, { enum: cultures });
  return document;
};

const describe = (routes: NamedRoutes): OpenApiDocument =>
  createDocument({
    openapi: '3.1.0',
    info: {
      title: 'voucher-orders',
      version: '1',
      summary: 'Buys digital gift vouchers from Amilon, each order once.',
      description: [
        'Every error is a problem (RFC 9457) with a stable `code`.',
        'Lists answer `{"data": […], "nextCursor": "…" | null}`; a next page is asked for with `cursor`.',
        'Times are RFC 3339 in UTC; money is decimal text with its currency.',
      ].join(' '),
    },
    servers: [{ url: '/', description: 'this service' }],
    tags: Object.entries(tags).map(([name, description]) => ({ name, description })),
    paths: pathsOf(routes),
    components: {
      schemas: { Problem: problemAnswer },
      securitySchemes: {
        apiKey: { type: 'http', scheme: 'bearer', description: 'An API key; `npm run keys:create` makes one.' },
      },
    },
  });

const pathsOf = (routes: NamedRoutes): ZodOpenApiPathsObject => {
  const paths: Record<string, Record<string, ZodOpenApiOperationObject>> = {};
  for (const [name, route] of Object.entries(routes)) {
    paths[route.path] = { ...paths[route.path], [route.method.toLowerCase()]: operationOf(name, route) };
  }
  return paths;
};

const operationOf = (operationId: string, route: Route): ZodOpenApiOperationObject => {
  const path = [...route.path.matchAll(/\{(\w+)\}/g)].flatMap(([, name]) => (name === undefined ? [] : [name]));
  const headers = { ...route.headers, 'X-Request-Id': requestId };
  return {
    operationId,
    summary: route.summary,
    tags: [tagOf(route.path)],
    // The scopes of a key are named with it: allowed for every kind of scheme since OpenAPI 3.1.
    security: route.scope === 'public' ? [] : [{ apiKey: [route.scope] }],
    requestParams: {
      path: z.object(Object.fromEntries(path.map((name) => [name, z.string()]))),
      query: route.query,
      header: z.object(headers),
    },
    ...(route.body === undefined
      ? {}
      : {
          requestBody: {
            required: !route.body.safeParse({}).success,
            content: { 'application/json': { schema: route.body } },
          },
        }),
    responses: responsesOf(route),
  };
};

const requestId = z
  .string()
  .describe('Yours for this request (1 to 128 of `A-Za-z0-9_.:/+=-`), else one is made; the answer and the log have it')
  .exactOptional();
