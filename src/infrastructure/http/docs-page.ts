import { createRequire } from 'node:module';
import path from 'node:path';
import { Router } from 'express';
import type { Response } from 'express';

// The browser asks nobody but this service: the assets come from the package, and no script stands in the page.
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  // Swagger UI sets styles of its elements from scripts.
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const page = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>voucher-orders: API</title>
    <link rel="icon" href="docs/favicon-32x32.png" />
    <link rel="stylesheet" href="docs/swagger-ui.css" />
  </head>
  <body>
    <div id="api"></div>
    <script src="docs/swagger-ui-bundle.js"></script>
    <script src="docs/start.js"></script>
  </body>
</html>
`;

// A key that is typed in stays in the page; nobody else's validator is asked.
const start = `SwaggerUIBundle({
  url: 'openapi.json',
  dom_id: '#api',
  deepLinking: true,
  displayRequestDuration: true,
  tryItOutEnabled: true,
  persistAuthorization: false,
  validatorUrl: null,
});
`;

const require = createRequire(import.meta.url);
const assets = ['swagger-ui.css', 'swagger-ui-bundle.js', 'favicon-32x32.png'];

/** The OpenAPI document to read and to try out (Swagger UI), for everybody and without another host. */
export const docsPage = (): Router => {
  const root = path.dirname(require.resolve('swagger-ui-dist/package.json'));
  const router = Router({ caseSensitive: true, strict: true });
  router.get('/docs', (_request, response) => {
    secured(response).set('Content-Security-Policy', policy).type('html').send(page);
  });
  router.get('/docs/start.js', (_request, response) => {
    secured(response).type('js').send(start);
  });
  for (const asset of assets) {
    router.get(`/docs/${asset}`, (_request, response) => {
      secured(response).sendFile(asset, { root, cacheControl: false });
    });
  }
  return router;
};

const secured = (response: Response): Response =>
  response.set({
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'no-referrer',
    'Cache-Control': 'private, no-cache',
  });
