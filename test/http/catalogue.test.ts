import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { contractStream } from '../../src/application/catalog/catalogue.ts';
import { handleCommand } from '../../src/application/command-handling.ts';
import { contractDecider } from '../../src/domain/contract/decider.ts';
import { plus } from '../../src/domain/shared/instant.ts';
import { Currency } from '../../src/domain/shared/money.ts';
import { scopes } from '../../src/infrastructure/http/scopes.ts';
import { scratchFiles } from '../support/scratch.ts';
import { start, startTestService } from '../support/test-service.ts';
import type { TestService } from '../support/test-service.ts';
import { createClient } from './client.ts';
import type { Answer } from './client.ts';

const files = scratchFiles();
let service: TestService;
let call: ReturnType<typeof createClient>;

beforeAll(async () => {
  service = await startTestService({ files });
  call = createClient(service.url, await service.key());
});
afterAll(() => service.stop());

const dataOf = ({ body }: Answer): readonly Record<string, unknown>[] => body['data'] as Record<string, unknown>[];
const codes = async (query: string): Promise<readonly unknown[]> =>
  dataOf(await call('GET', `/v1/catalog/products?limit=200&${query}`)).map(({ productCode }) => productCode);

describe('GET /v1/catalog/products', () => {
  it.each([
    ['merchantCode=fnac', ['FNAC_25_EUR', 'FNAC_500_EUR']],
    ['merchantId=B2345678-90AB-CDEF-1234-56789ABCDEF0&faceValue=25&currency=EUR', ['FNAC_25_EUR']],
    ['q=viagens', ['VIAGENS_100_EUR']],
    ['categoryId=cat-003', ['FNAC_500_EUR']],
    ['currency=GBP', []],
    ['currency=GBP&orderable=all', ['CORNER_25_GBP']],
    ['merchantCode=FNAC&orderable=false', ['FNAC_15_EUR']],
    ['merchantCode=TWITCH&orderable=all', []],
  ])('finds by %s', async (query, expected) => {
    expect(await codes(query)).toEqual(expected);
  });

  it('goes page by page, and tells how fresh the catalogue is', async () => {
    const first = await call('GET', '/v1/catalog/products?limit=3');
    const link = /^<(.+)>; rel="next"$/.exec(first.headers.get('link') ?? 'none')?.[1] ?? 'none';
    const second = await call('GET', link);
    const all = await codes('');
    expect([...dataOf(first), ...dataOf(second)].map(({ productCode }) => productCode)).toEqual(all.slice(0, 6));
    expect(first.body['meta']).toEqual({ syncedAt: expect.any(String), generation: 1, version: 4, stale: false });
  });

  it('trap 36: shows prices that are commercial only to a key that may see them', async () => {
    const key = await service.key({ scopes: scopes.filter((scope) => scope !== 'catalog:pricing') });
    const [shown, hidden] = await Promise.all([
      call('GET', '/v1/catalog/products/FNAC_25_EUR'),
      call('GET', '/v1/catalog/products/FNAC_25_EUR', { key }),
    ]);
    const [one, two] = [shown, hidden].map(({ body }) => body['data'] as Record<string, unknown>);
    expect([one?.['pricing'] === undefined, two?.['pricing'] === undefined]).toEqual([false, true]);
  });

  it('answers 304 to whoever has it already', async () => {
    const first = await call('GET', '/v1/catalog/products?q=fnac');
    const headers = { 'If-None-Match': first.headers.get('etag') ?? 'none' };
    const strong = { 'If-None-Match': headers['If-None-Match'].replace('W/', '') };
    expect((await call('GET', '/v1/catalog/products?q=fnac', { headers })).status).toBe(304);
    expect((await call('GET', '/v1/catalog/products?q=fnac', { headers: strong })).status).toBe(304);
    expect((await call('GET', '/v1/catalog/products?q=viagens', { headers })).status).toBe(200);
  });

  it('shows one product, and why it may not be ordered', async () => {
    const { body } = await call('GET', '/v1/catalog/products/FNAC_15_EUR?culture=fr-FR');
    expect(body['data']).toMatchObject({ orderable: false, notOrderableBecause: ['face_value_not_allowed'] });
  });
});

describe('the rest of the catalogue', () => {
  it('lists merchants that sell, and one by itself', async () => {
    const listed = dataOf(await call('GET', '/v1/catalog/merchants'));
    expect(listed.map(({ name }) => name)).toEqual(['Amazon', 'Fnac', 'Simulator', 'Viagens']);
    const one = await call('GET', `/v1/catalog/merchants/${String(listed[1]?.['id'])}`);
    expect(one.body['data']).toEqual(listed[1]);
  });

  it('lists the products of one merchant, by the same filters', async () => {
    const fnac = '/v1/catalog/merchants/B2345678-90AB-CDEF-1234-56789ABCDEF0/products';
    const of = async (query: string) =>
      dataOf(await call('GET', `${fnac}?${query}`)).map(({ productCode }) => productCode);
    expect(await of('')).toEqual(['FNAC_25_EUR', 'FNAC_500_EUR']);
    expect(await of('categoryId=cat-003')).toEqual(['FNAC_500_EUR']);
    expect(await of('orderable=false')).toEqual(['FNAC_15_EUR']);
    const { headers } = await call('GET', fnac);
    const again = await call('GET', fnac, { headers: { 'If-None-Match': headers.get('etag') ?? 'none' } });
    expect(again.status).toBe(304);
  });

  it.each(['a4322514-36f1-401e-af3d-6a1784a3da7a', 'nobody'])(
    'trap 37: of an excluded or unknown merchant %s there are no products to list',
    async (id) => {
      const { status, body } = await call('GET', `/v1/catalog/merchants/${id}/products?orderable=all`);
      expect([status, body['code']]).toEqual([404, 'merchant_not_found']);
    },
  );

  it('of a culture that is not configured says which are', async () => {
    for (const path of ['products', 'products/AMAZON_50_EUR', 'merchants', 'categories']) {
      const { body } = await call('GET', `/v1/catalog/${path}?culture=sv-SE`);
      expect(body['errors']).toEqual([
        { parameter: 'culture', code: 'unknown_culture', detail: expect.stringMatching(/^one of pt-PT/) },
      ]);
    }
  });

  it('lists categories', async () => {
    const listed = dataOf(await call('GET', '/v1/catalog/categories'));
    expect(listed[0]).toEqual({ id: 'cat-001', name: 'e-commerce' });
  });

  it('shows the contract, never its id', async () => {
    const { status, body, text } = await call('GET', '/v1/contract');
    expect([status, body['maxOrderAmount'], body['warnings']]).toEqual([
      200,
      { amount: '5000.00', currency: 'EUR' },
      [],
    ]);
    expect(text).not.toContain(service.upstream.world.access.contractId);
  });

  it('shows catalogue and contract as they were, and says where there is nothing', async () => {
    const read = async (path: string) => {
      const { status, body } = await call('GET', path);
      return [status, body['code']];
    };
    expect(await read('/v1/catalog/products?version=4')).toEqual([200, undefined]);
    expect(await read('/v1/catalog/products/FNAC_25_EUR?asOf=2026-03-01T10:00:00Z')).toEqual([200, undefined]);
    expect(await read('/v1/catalog/merchants?version=99')).toEqual([404, 'version_not_reached']);
    expect(await read('/v1/catalog/categories?asOf=2020-01-01T00:00:00Z')).toEqual([404, 'not_known_then']);
    expect(await read('/v1/contract?version=1')).toEqual([200, undefined]);
    expect(await read('/v1/contract?version=99')).toEqual([404, 'version_not_reached']);
    expect(await read('/v1/contract?asOf=yesterday')).toEqual([400, 'invalid_query']);
    const [before, now] = [
      await call('GET', '/v1/catalog/products?version=4'),
      await call('GET', '/v1/catalog/products'),
    ];
    expect([dataOf(before), dataOf(before).length > 0]).toEqual([dataOf(now), true]);
  });

  it('answers 304 to whoever has the contract already', async () => {
    const { headers } = await call('GET', '/v1/contract');
    const again = await call('GET', '/v1/contract', { headers: { 'If-None-Match': headers.get('etag') ?? 'none' } });
    expect(again.status).toBe(304);
  });
});

const order = { body: { lines: [{ productCode: 'SIM_OK', quantity: 1 }] }, headers: { 'Idempotency-Key': 'key-1' } };

describe('while nothing can be ordered', () => {
  it('answers 503 before the first sync, and readiness does not depend on it', async () => {
    const fresh = await startTestService({ files, synced: false });
    const ask = createClient(fresh.url, await fresh.key());
    const before = (await fresh.events()).length;
    const answers = await Promise.all([
      ask('POST', '/v1/orders', order),
      ask('GET', '/v1/catalog/products'),
      ask('GET', '/v1/catalog/products/SIM_OK'),
      ask('GET', '/v1/catalog/merchants'),
      ask('GET', '/v1/catalog/categories'),
      ask('GET', '/v1/contract'),
    ]);
    expect(answers.map(({ status, body, headers }) => [status, body['code'], headers.get('retry-after')])).toEqual(
      answers.map(() => [503, 'catalog_not_ready', '5']),
    );
    await fresh.settled();
    expect([(await ask('GET', '/readyz')).status, (await fresh.events()).length]).toEqual([200, before]);
    await fresh.stop();
  });

  it('trap 30: answers 503 outside the time of the contract', async () => {
    const terms = { name: 'Over', validUntil: plus(start, -1), currency: Currency('EUR') };
    await handleCommand(
      service.ports,
      { stream: contractStream, aggregate: contractDecider },
      (at) => ({ at, terms }),
      { actor: { type: 'service', id: 'test' }, correlation: 'test', causation: 'test' },
    );
    const answer = await call('POST', '/v1/orders', order);
    expect([answer.status, answer.body['code'], answer.body['detail']]).toEqual([
      503,
      'contract_not_valid',
      'The contract with Amilon is not valid: expired.',
    ]);
  });
});
