import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TenantId } from '../../src/domain/shared/ids.ts';
import { plus } from '../../src/domain/shared/instant.ts';
import { routes } from '../../src/infrastructure/http/routes.ts';
import { scopes } from '../../src/infrastructure/http/scopes.ts';
import { scratchFiles } from '../support/scratch.ts';
import { startTestService } from '../support/test-service.ts';
import type { TestService } from '../support/test-service.ts';
import { createClient } from './client.ts';
import type { Answer } from './client.ts';

const files = scratchFiles();
let service: TestService;
let call: ReturnType<typeof createClient>;
let orderId: string;
let voucherId: string;

beforeAll(async () => {
  service = await startTestService({ files });
  call = createClient(service.url, await service.key());
  const placed = await service.passing(
    call('POST', '/v1/orders', {
      body: { lines: [{ productCode: 'SIM_OK', quantity: 1 }] },
      headers: { 'Idempotency-Key': 'key-1', Prefer: 'wait=30' },
    }),
  );
  orderId = String(placed.body['id']);
  const [voucher] = dataOf(await call('GET', `/v1/vouchers?orderId=${orderId}`));
  voucherId = String(voucher?.['id']);
});
afterAll(() => service.stop());

const dataOf = ({ body }: Answer): readonly Record<string, unknown>[] => body['data'] as Record<string, unknown>[];

/** A path of the route that leads to something of the tenant `acme`. */
const pathOf = (path: string): string =>
  path
    .replace('/orders/{id}', `/orders/${orderId}`)
    .replace('/vouchers/{id}', `/vouchers/${voucherId}`)
    .replace('{code}', 'SIM_OK')
    .replace('{id}', '5a4d0b0c-0000-4000-8000-000000000001');

/** A body that is right where the route reads one. */
const bodyOf = (path: string): { readonly body?: object } => {
  if (path.endsWith('/reveals')) return { body: { reason: 'asked for' } };
  return path.endsWith('/resolution') ? { body: { purchased: true, reason: 'asked for' } } : {};
};

const all = Object.values(routes);
const keyed = all.flatMap(({ method, path, scope }) => (scope === 'public' ? [] : [[method, path, scope] as const]));

describe.each(keyed)('%s %s', (method, path, scope) => {
  it(`is refused to a key without ${scope}`, async () => {
    const key = await service.key({ scopes: scopes.filter((one) => one !== scope) });
    const before = (await service.events()).length;
    const answer = await call(method, pathOf(path), { key, ...bodyOf(path) });
    expect([answer.status, answer.body['code']]).toEqual([403, 'insufficient_scope']);
    expect(answer.headers.get('www-authenticate')).toContain(`scope="${scope}"`);
    expect((await service.events()).length).toBe(before);
  });

  it('is refused without a key', async () => {
    const answer = await call(method, pathOf(path), { ...bodyOf(path), headers: { authorization: '' } });
    expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([401, 'Bearer realm="voucher-orders"']);
  });

  it('names the methods that are allowed where another is used', async () => {
    const answer = await call('DELETE', pathOf(path));
    expect([answer.status, answer.headers.get('allow')?.split(', ').includes(method)]).toEqual([405, true]);
  });
});

const withIds = all.filter(({ path }) => path.includes('/orders/{') || path.includes('/vouchers/{'));

describe.each(withIds.map(({ method, path }) => [method, path] as const))('%s %s', (method, path) => {
  it('shows nothing of another tenant', async () => {
    const key = await service.key({ tenant: TenantId('other') });
    const before = (await service.events()).length;
    const answer = await call(method, pathOf(path), { key, ...bodyOf(path) });
    expect([answer.status, String(answer.body['code'])]).toEqual([
      404,
      expect.stringMatching(/^(order|voucher)_not_found$/),
    ]);
    expect((await service.events()).length).toBe(before);
  });
});

describe('a key', () => {
  it('shows no list of another tenant', async () => {
    await service.settled();
    const key = await service.key({ tenant: TenantId('other') });
    const { externalOrderId } = (await call('GET', `/v1/orders/${orderId}`)).body;
    const [orders, byExternalId, vouchers, ofOrder] = await Promise.all([
      call('GET', '/v1/orders', { key }),
      call('GET', `/v1/orders?externalOrderId=${String(externalOrderId)}`, { key }),
      call('GET', '/v1/vouchers', { key }),
      call('GET', `/v1/vouchers?orderId=${orderId}`, { key }),
    ]);
    expect([orders, byExternalId, vouchers, ofOrder].map(dataOf)).toEqual([[], [], [], []]);
  });

  it('works until it expires', async () => {
    const key = await service.key({ expiresAt: plus(service.clock.now(), 1_000) });
    const before = await call('GET', '/v1/orders', { key });
    await service.clock.advance(1_000);
    const after = await call('GET', '/v1/orders', { key });
    expect([before.status, after.status, after.body['code']]).toEqual([200, 401, 'unauthorized']);
  });

  it('works only whole', async () => {
    const key = await service.key();
    const bent = `${key.slice(0, -1)}${key.endsWith('A') ? 'B' : 'A'}`;
    expect((await call('GET', '/v1/orders', { key: bent })).status).toBe(401);
  });
});

describe('every answer', () => {
  it('has the headers that keep it where it belongs', async () => {
    const { headers } = await call('GET', '/v1/orders');
    const names = ['x-content-type-options', 'cache-control', 'x-powered-by', 'content-type'];
    expect(names.map((name) => headers.get(name))).toEqual(['nosniff', 'private, no-cache', null, 'application/json']);
  });

  it('names the request: as the client did, or anew', async () => {
    const [ours, bad, none] = await Promise.all([
      call('GET', '/v1/orders', { headers: { 'X-Request-Id': 'ours-1' } }),
      call('GET', '/v1/orders', { headers: { 'X-Request-Id': 'no spaces allowed' } }),
      call('GET', '/v1/nothing'),
    ]);
    expect(ours.headers.get('x-request-id')).toBe('ours-1');
    expect(bad.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
    expect(none.body).toMatchObject({ requestId: none.headers.get('x-request-id'), instance: '/v1/nothing' });
  });

  it('keeps what a client sent wrongly to itself, as the log does', async () => {
    const secret = 'S3cr3tS3cr3t';
    const bodies = [
      `{"lines": ${secret}`,
      { lines: secret, userId: `${secret}@x`, culture: secret, metadata: secret },
      { lines: [{ productCode: ` ${secret}`, quantity: secret, maxUnitPrice: { amount: secret, currency: secret } }] },
    ];
    const answers = await Promise.all([
      ...bodies.map((body) => call('POST', '/v1/orders', { body, headers: { 'Idempotency-Key': secret } })),
      call('GET', `/v1/orders?userId=${secret}@x&cursor=${secret}`),
      call('GET', '/v1/orders', { key: `vo_${secret}` }),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([400, 422, 422, 400, 401]);
    expect([...answers.map(({ text }) => text), service.logged()].join('')).not.toContain(secret);
  });

  it('comes without a body to HEAD', async () => {
    const answer = await call('HEAD', `/v1/orders/${orderId}`);
    expect([answer.status, answer.text, answer.headers.get('etag') === null]).toEqual([200, '', false]);
  });
});
