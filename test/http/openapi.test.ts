import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { routes } from '../../src/infrastructure/http/routes.ts';
import { expectDescribed } from '../support/described.ts';
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
});
afterAll(() => service.stop());

interface Document {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, { readonly operationId: string }>>>>;
  readonly tags: readonly { readonly name: string }[];
  readonly components: { readonly schemas: object };
}

interface Placing {
  readonly post: {
    readonly requestBody: {
      readonly content: { readonly 'application/json': { readonly schema: { readonly examples: readonly object[] } } };
    };
  };
}

const read = async (): Promise<Document> =>
  (await call('GET', '/openapi.json', { headers: { authorization: '' } })).body as unknown as Document;

describe('the OpenAPI document', () => {
  it('is for everybody, and names every route once', async () => {
    const { openapi, paths } = await read();
    const operations = Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, { operationId }]) => [operationId, method.toUpperCase(), path]),
    );
    expect(openapi).toBe('3.1.0');
    expect(operations.toSorted()).toEqual(
      Object.entries(routes)
        .map(([name, { method, path }]) => [name, method, path])
        .toSorted(),
    );
  });

  it('has what its references lead to', async () => {
    const text = JSON.stringify(await read());
    const { components } = await read();
    const named = [...text.matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)].map(([, name]) => name);
    expect([...new Set(named)].toSorted()).toEqual(Object.keys(components.schemas).toSorted());
  });

  it('has an example of an order that may be ordered', async () => {
    const { paths } = (await read()) as unknown as { readonly paths: Readonly<Record<string, Placing>> };
    const [example] = paths['/v1/orders']?.post.requestBody.content['application/json'].schema.examples ?? [];
    const quoted = await call('POST', '/v1/quotes', { body: example });
    expect([quoted.status, quoted.body['orderable']]).toEqual([200, true]);
  });

  it('comes once to who keeps its tag', async () => {
    const { headers } = await call('GET', '/openapi.json');
    const again = await call('GET', '/openapi.json', { headers: { 'If-None-Match': headers.get('etag') ?? 'none' } });
    expect(again.status).toBe(304);
  });
});

describe('an answer that the document does not describe is found', () => {
  const answered = (change: Partial<Pick<Answer, 'status' | 'headers' | 'text'>>) => ({
    status: 200,
    headers: new Headers({ 'content-type': 'application/json' }),
    text: '{"data":[],"nextCursor":null}',
    ...change,
  });
  const problem = {
    ...{ type: 'a', title: 'a', detail: 'a', instance: '/', requestId: 'a', retryable: false, purchase: 'unknown' },
    ...{ status: 400, code: 'malformed_json' },
  };
  const refused = (change: object) =>
    answered({
      status: 400,
      headers: new Headers({ 'content-type': 'application/problem+json' }),
      text: JSON.stringify({ ...problem, ...change }),
    });

  it('as it is right', () => {
    expectDescribed('GET', '/v1/orders', answered({}));
    expectDescribed('POST', '/v1/orders', refused({}));
  });

  it.each([
    ['its status', 'GET', answered({ status: 201 })],
    ['its media type', 'GET', answered({ headers: new Headers({ 'content-type': 'text/plain' }) })],
    ['a header', 'GET', answered({ headers: new Headers({ 'content-type': 'application/json', 'x-more': '1' }) })],
    ['a field more', 'GET', answered({ text: '{"data":[],"nextCursor":null,"more":1}' })],
    ['a field less', 'GET', answered({ text: '{"data":[]}' })],
    ['a problem of another route', 'POST', refused({ code: 'invalid_cursor' })],
    ['a problem that is silent about the purchase', 'POST', refused({ purchase: undefined })],
  ])('by %s', (_what, method, answer) => {
    expect(() => expectDescribed(method, '/v1/orders', answer)).toThrow();
  });
});
