import { z } from 'zod';
import { conditional } from '../conditional.ts';
import { ifNoneMatchHeader } from '../headers.ts';
import { openApiDocument } from '../openapi/document.ts';
import type { NamedRoutes, OpenApiDocument } from '../openapi/document.ts';
import { publicRoute } from '../route.ts';

/** The description of all routes, this one too; made when it is asked for first. */
export const openApi = (routes: () => NamedRoutes) =>
  publicRoute(
    {
      method: 'GET',
      path: '/openapi.json',
      summary: 'This description (OpenAPI 3.1)',
      headers: { 'If-None-Match': ifNoneMatchHeader },
      query: z.strictObject({}),
      responses: { 200: z.looseObject({ openapi: z.string() }), 304: 'no body' },
      answerHeaders: ['ETag'],
      problems: [],
    },
    ({ cultures }) => {
      let made: OpenApiDocument | undefined;
      return async (asked) => {
        made ??= openApiDocument(routes(), cultures);
        return conditional({ status: 200, body: made }, asked);
      };
    },
  );
