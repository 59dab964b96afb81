import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { scratchFiles } from '../support/scratch.ts';
import { startTestService } from '../support/test-service.ts';
import type { TestService } from '../support/test-service.ts';
import { createClient } from './client.ts';

const files = scratchFiles();
let service: TestService;
let call: ReturnType<typeof createClient>;

beforeAll(async () => {
  service = await startTestService({ files });
  call = createClient(service.url, await service.key());
});
afterAll(() => service.stop());

describe('POST /v1/catalog/syncs', () => {
  it('syncs a culture now; the sync tells what it changed and how it ended', async () => {
    const asked = await call('POST', '/v1/catalog/syncs', { body: { culture: 'fr-FR' } });
    const { id } = asked.body as { id: string };
    const self = `/v1/catalog/syncs/${id}`;
    expect([asked.status, asked.headers.get('location'), asked.body]).toEqual([
      202,
      self,
      {
        id,
        culture: 'fr-FR',
        status: 'running',
        trigger: 'on_demand',
        requestedAt: service.clock.now(),
        changes: { merchantsListed: 0, productsListed: 0, productsDelisted: 0, merchantsDelisted: 0 },
        links: { self },
      },
    ]);
    let sync = await call('GET', self);
    while (sync.body['status'] === 'running') {
      await service.clock.advance(100);
      sync = await call('GET', self);
    }
    expect([sync.status, sync.body]).toEqual([
      200,
      {
        ...asked.body,
        status: 'completed',
        endedAt: expect.any(String),
        listed: { products: expect.any(Number), merchants: 8 },
        quarantined: { count: 0, rows: [] },
      },
    ]);
  });

  it('takes the default culture where none is named', async () => {
    const { status, body } = await call('POST', '/v1/catalog/syncs');
    expect([status, body['culture']]).toEqual([202, 'pt-PT']);
  });

  it('refuses a culture that is not configured, and names the field', async () => {
    const { status, body } = await call('POST', '/v1/catalog/syncs', { body: { culture: 'it-IT' } });
    expect([status, body['errors']]).toEqual([
      422,
      [{ pointer: '/culture', code: 'unknown_culture', detail: 'one of pt-PT, fr-FR' }],
    ]);
  });

  it('needs its own scope', async () => {
    const reader = await service.key({ scopes: ['catalog:read'] });
    expect((await call('POST', '/v1/catalog/syncs', { key: reader })).status).toBe(403);
  });

  it('knows no sync by another id', async () => {
    const { status, body } = await call('GET', '/v1/catalog/syncs/nobody');
    expect([status, body['code']]).toEqual([404, 'sync_not_found']);
  });
});
