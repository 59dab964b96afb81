import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { scopes } from '../../src/infrastructure/http/scopes.ts';
import type { Scope } from '../../src/infrastructure/http/scopes.ts';
import { scratchFiles } from '../support/scratch.ts';
import { startTestService } from '../support/test-service.ts';
import type { TestService } from '../support/test-service.ts';
import { createClient } from './client.ts';
import type { Answer } from './client.ts';

const files = scratchFiles();
let service: TestService;
let call: ReturnType<typeof createClient>;
let placed: Answer;

beforeAll(async () => {
  service = await startTestService({ files });
  call = createClient(service.url, await service.key());
  const body = { lines: [{ productCode: 'AMAZON_50_EUR', quantity: 2 }] };
  const headers = { 'Idempotency-Key': 'expanded', Prefer: 'wait=10' };
  placed = await service.passing(call('POST', '/v1/orders', { body, headers }));
  await service.settled();
});
afterAll(() => service.stop());

const path = (query: string): string => `/v1/orders/${String(placed.body['id'])}?${query}`;
const without = (...missing: readonly Scope[]) =>
  service.key({ scopes: scopes.filter((scope) => !missing.includes(scope)) });
const linesOf = ({ body }: Answer) => body['lines'] as readonly Record<string, unknown>[];

describe('GET /v1/orders/{id}?expand=', () => {
  it('shows products and vouchers inside, each as it is shown by itself', async () => {
    const { body: plain } = await call('GET', path(''));
    const product = (await call('GET', '/v1/catalog/products/AMAZON_50_EUR')).body['data'];
    const { data } = (await call('GET', `/v1/vouchers?orderId=${String(placed.body['id'])}&sort=deliveredAt`)).body;
    const expanded = await call('GET', path('expand=lines.product,vouchers'));
    const vouchers = expanded.body['vouchers'] as readonly { readonly id: string }[];
    expect({ ...expanded.body, vouchers: vouchers.toSorted((a, b) => (a.id < b.id ? -1 : 1)) }).toEqual({
      ...plain,
      lines: linesOf({ ...expanded, body: plain }).map((line) => ({ ...line, product })),
      vouchers: data,
    });
    expect(vouchers).toHaveLength(2);
  });

  it('shows the vouchers that were there at the version asked for', async () => {
    expect((await call('GET', path('expand=vouchers&version=2'))).body['vouchers']).toEqual([]);
  });

  it('is sent whole also to who knows the version: what is inside may have changed', async () => {
    const headers = { 'If-None-Match': String((await call('GET', path(''))).headers.get('etag')) };
    const answers = [await call('GET', path(''), { headers }), await call('GET', path('expand=vouchers'), { headers })];
    expect(answers.map(({ status }) => status)).toEqual([304, 200]);
  });

  it('hides prices from a key that may not see them', async () => {
    const shown = await call('GET', path('expand=lines.product'), { key: await without('catalog:pricing') });
    const products = linesOf(shown).map(({ product }) => product);
    expect(products.map((product) => 'pricing' in (product as object))).toEqual([false]);
  });

  it.each([
    ['vouchers', 'vouchers:read'],
    ['lines.product', 'catalog:read'],
  ] as const)('refuses %s to a key without %s', async (expand, scope) => {
    const answer = await call('GET', path(`expand=${expand}`), { key: await without(scope) });
    expect([answer.status, answer.body['detail']]).toEqual([403, `The key lacks the scope ${scope}.`]);
  });
});
