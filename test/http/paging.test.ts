import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TenantId } from '../../src/domain/shared/ids.ts';
import { scratchFiles } from '../support/scratch.ts';
import { startTestService } from '../support/test-service.ts';
import type { TestService } from '../support/test-service.ts';
import { createClient } from './client.ts';
import type { Answer } from './client.ts';

const files = scratchFiles();
let service: TestService;
let call: ReturnType<typeof createClient>;

beforeAll(async () => {
  service = await startTestService({ files });
  call = createClient(service.url, await service.key());
  for (const n of [1, 2, 3]) {
    const body = { lines: [{ productCode: 'SIM_OK', quantity: 2 }], reference: `PO-${String(n)}`, userId: 'po-user' };
    const headers = { 'Idempotency-Key': String(n), Prefer: 'wait=10' };
    await service.passing(call('POST', '/v1/orders', { body, headers }));
  }
  await service.settled();
});
afterAll(() => service.stop());

const dataOf = ({ body }: Answer) => body['data'] as readonly Record<string, unknown>[];
const referencesOf = async (query: string) =>
  dataOf(await call('GET', `/v1/orders?${query}`)).map(({ reference }) => reference);
const cursorOf = async (path: string): Promise<string> => String((await call('GET', path)).body['nextCursor']);
const refusalOf = async (path: string, key?: string) => {
  const { status, body } = await call('GET', path, key === undefined ? {} : { key });
  return [status, body['code'], (body['errors'] as readonly { parameter: string }[]).map((error) => error.parameter)];
};

describe('a cursor', () => {
  it.each([
    ['orders', '/v1/orders?sort=createdAt'],
    ['orders of a search', '/v1/orders?q=po'],
    ['vouchers', '/v1/vouchers?status=active'],
    ['vouchers by their end', '/v1/vouchers?sort=-expiresAt'],
    ['products', '/v1/catalog/products?orderable=all'],
    ['merchants', '/v1/catalog/merchants?orderable=all&sort=-name'],
  ])('goes on where the page ended, also with another limit: %s', async (_list, path) => {
    const all = dataOf(await call('GET', path));
    const rest = await call('GET', `${path}&limit=200&cursor=${await cursorOf(`${path}&limit=1`)}`);
    expect(all.length).toBeGreaterThan(1);
    expect([dataOf(rest), rest.body['nextCursor'], rest.headers.get('link')]).toEqual([all.slice(1), null, null]);
  });

  it('is refused with other filters, in another list, by another tenant, and when anything of it was changed', async () => {
    const invalid = [400, 'invalid_cursor', ['cursor']];
    const cursor = await cursorOf('/v1/orders?limit=1&status=completed');
    const [content = 'none', signature = 'none'] = cursor.split('.');
    const first = JSON.stringify({ sort: '2020-01-01T00:00:00.000Z', key: 'k' });
    const stranger = await service.key({ tenant: TenantId('another') });
    expect(await refusalOf(`/v1/orders?cursor=${cursor}`)).toEqual(invalid);
    expect(await refusalOf(`/v1/orders?status=failed&cursor=${cursor}`)).toEqual(invalid);
    expect(await refusalOf(`/v1/orders?status=completed&sort=createdAt&cursor=${cursor}`)).toEqual(invalid);
    expect(await refusalOf(`/v1/vouchers?status=revoked&cursor=${cursor}`)).toEqual(invalid);
    expect(await refusalOf(`/v1/orders?status=completed&cursor=${cursor}`, stranger)).toEqual(invalid);
    expect(await refusalOf(`/v1/orders?status=completed&cursor=${content}`)).toEqual(invalid);
    expect(await refusalOf(`/v1/orders?status=completed&cursor=${content}.${signature}x`)).toEqual(invalid);
    const forged = `${Buffer.from(first).toString('base64url')}.${signature}`;
    expect(await refusalOf(`/v1/orders?status=completed&cursor=${forged}`)).toEqual(invalid);
    expect((await call('GET', `/v1/orders?cursor=${cursor}&limit=7&status=completed`)).status).toBe(200);
  });

  it('of an order’s history goes on there only', async () => {
    const [newest, older] = dataOf(await call('GET', '/v1/orders'));
    const path = `/v1/orders/${String(newest?.['id'])}/events`;
    const cursor = await cursorOf(`${path}?limit=1`);
    expect(dataOf(await call('GET', `${path}?cursor=${cursor}`)).map(({ version }) => version)[0]).toBe(2);
    expect((await refusalOf(`/v1/orders/${String(older?.['id'])}/events?cursor=${cursor}`))[0]).toBe(400);
  });
});

describe('sort and q', () => {
  it.each([
    ['sort=createdAt', ['PO-1', 'PO-2', 'PO-3']],
    ['sort=-createdAt', ['PO-3', 'PO-2', 'PO-1']],
    ['q=po-2', ['PO-2']],
    ['q=po-', ['PO-1', 'PO-2', 'PO-3']],
    ['q=O-2', []],
    ['q=PO-&status=failed', []],
  ])('of orders: %s', async (query, references) => {
    expect(await referencesOf(query)).toEqual(references);
  });

  it('q finds by the beginning of the user id and of the external order id too', async () => {
    const [newest] = dataOf(await call('GET', '/v1/orders'));
    expect((await referencesOf('q=PO-US')).toSorted()).toEqual(['PO-1', 'PO-2', 'PO-3']);
    expect(await referencesOf(`q=${String(newest?.['externalOrderId']).toLowerCase()}`)).toEqual(['PO-3']);
  });

  it.each([
    ['/v1/orders?q=po&sort=createdAt', ['sort']],
    ['/v1/orders?sort=status', ['sort']],
    ['/v1/vouchers?status=expired&sort=deliveredAt', ['sort']],
    ['/v1/vouchers?expiresBefore=2026-01-01T00:00:00Z&sort=-deliveredAt', ['sort']],
    ['/v1/orders?createdAfter=yesterday', ['createdAfter']],
    ['/v1/orders?limit=201', ['limit']],
    ['/v1/orders?q=', ['q']],
  ])('%s is refused, and names what is wrong', async (path, parameters) => {
    expect(await refusalOf(path)).toEqual([400, 'invalid_query', parameters]);
  });
});
