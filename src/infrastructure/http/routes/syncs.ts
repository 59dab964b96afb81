import { z } from 'zod';
import { syncStatuses, syncView } from '../../../application/catalog/sync-view.ts';
import type { SyncView } from '../../../application/catalog/sync-view.ts';
import { provenanceOf } from '../authenticate.ts';
import { Problem } from '../problems.ts';
import { route } from '../route.ts';
import { culture } from '../schemas/values.ts';
import { parseBody } from '../validation.ts';

const count = z.int().nonnegative();
const time = z.iso.datetime({ precision: 3 });
const list = z.enum(['products', 'merchants']);

const syncAnswer: z.ZodType<Omit<SyncView, 'culture' | 'requestedAt' | 'endedAt'>> = z.strictObject({
  id: z.string(),
  culture: z.string(),
  status: z.enum(syncStatuses),
  trigger: z.enum(['start', 'daily', 'on_demand', 'order_refused']),
  requestedAt: time,
  endedAt: time.exactOptional(),
  changes: z.strictObject({
    merchantsListed: count,
    productsListed: count,
    productsDelisted: count,
    merchantsDelisted: count,
  }),
  listed: z.strictObject({ products: count, merchants: count }).exactOptional(),
  quarantined: z
    .strictObject({
      count,
      rows: z.array(z.strictObject({ list, index: count.exactOptional(), reason: z.string() })),
    })
    .exactOptional(),
  rejected: z.strictObject({ list, reason: z.enum(['empty', 'shrunk']), before: count, now: count }).exactOptional(),
  failed: z.strictObject({ reason: z.string() }).exactOptional(),
  links: z.strictObject({ self: z.string() }),
});

const syncBody = z.strictObject({ culture: culture.exactOptional() });

export const requestSync = route(
  {
    method: 'POST',
    path: '/v1/catalog/syncs',
    summary: 'Sync the catalogue of one culture now; while one is open, that one is the answer',
    scope: 'catalog:sync',
    query: z.strictObject({}),
    body: syncBody,
    responses: { 202: syncAnswer },
    answerHeaders: ['Location', 'Retry-After'],
    problems: [],
  },
  (services) => async (asked) => {
    const { culture: wanted = services.defaultCulture } = parseBody(
      syncBody,
      asked.body === undefined ? {} : asked.body,
    );
    const requested = await services.requestSync(wanted, provenanceOf(asked));
    if ('is' in requested) {
      const errors = [{ pointer: '/culture', code: 'unknown_culture', detail: `one of ${requested.known.join(', ')}` }];
      throw new Problem('validation_failed', { errors });
    }
    const body = syncView(requested);
    return { status: 202, headers: { Location: body.links.self, 'Retry-After': '2' }, body };
  },
);

export const getSync = route(
  {
    method: 'GET',
    path: '/v1/catalog/syncs/{id}',
    summary: 'A sync that was asked for, or that found a difference: what it changed, and how it ended',
    scope: 'catalog:sync',
    query: z.strictObject({}),
    responses: { 200: syncAnswer },
    problems: ['sync_not_found'],
  },
  (services) => async (asked) => {
    const known = await services.readSync(asked.params['id'] ?? 'none');
    if (known === undefined) throw new Problem('sync_not_found');
    return { status: 200, body: syncView(known) };
  },
);
