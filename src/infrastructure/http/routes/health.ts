import { Router } from 'express';
import { send } from '../send.ts';
import type { HttpServices } from '../services.ts';

/** Whether the process lives, and whether it can take requests: without a key, without Amilon (surface.md). */
export const health = ({ readiness, stopping }: Pick<HttpServices, 'readiness' | 'stopping'>): Router => {
  const router = Router({ caseSensitive: true });
  const headers = { 'Cache-Control': 'no-store' };
  router.get('/livez', (_request, response) => {
    send(response, { status: 200, headers, body: { status: 'live' } });
  });
  router.get('/readyz', (_request, response) => {
    const parts = readiness();
    const ready = !stopping.aborted && parts.every(({ state, optional }) => state === 'ready' || optional === true);
    send(response, { status: ready ? 200 : 503, headers, body: { status: ready ? 'ready' : 'not_ready', parts } });
  });
  return router;
};
