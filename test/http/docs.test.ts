import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { scratchFiles } from '../support/scratch.ts';
import { startTestService } from '../support/test-service.ts';
import type { TestService } from '../support/test-service.ts';

const files = scratchFiles();
let service: TestService;

beforeAll(async () => {
  service = await startTestService({ files });
});
afterAll(() => service.stop());

const get = async (path: string): Promise<readonly [status: number, type: string | null, text: string]> => {
  const response = await fetch(new URL(path, `${service.url}/docs`));
  return [response.status, response.headers.get('content-type'), await response.text()];
};

describe('the page of the API', () => {
  it('loads what it needs from this service alone, without a key', async () => {
    const [status, type, page] = await get('/docs');
    const loaded = [...page.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path]) => path ?? 'none');
    const answers = await Promise.all(loaded.map(get));
    expect([status, type, ...answers.map(([one, as]) => `${String(one)} ${String(as)}`)]).toEqual([
      200,
      'text/html; charset=utf-8',
      '200 image/png',
      '200 text/css; charset=utf-8',
      '200 text/javascript; charset=utf-8',
      '200 text/javascript; charset=utf-8',
    ]);
    expect(loaded.filter((path) => /^\w+:|^\/\//.test(path))).toEqual([]);
  });

  it('reads the document of this service, and asks no validator elsewhere', async () => {
    const [, , start] = await get('/docs/start.js');
    expect(start).toContain("url: 'openapi.json'");
    expect(start).toContain('validatorUrl: null');
  });

  it('lets the browser run nothing that stands in the page, and ask nobody else', async () => {
    const { headers } = await fetch(`${service.url}/docs`);
    const policy = (headers.get('content-security-policy') ?? 'none').split('; ');
    const wanted = ["default-src 'none'", "script-src 'self'", "connect-src 'self'", "frame-ancestors 'none'"];
    expect(wanted.filter((directive) => !policy.includes(directive))).toEqual([]);
  });

  it('has no other file of its package', async () => {
    const [status, type] = await get('/docs/index.html');
    expect([status, type]).toEqual([404, 'application/problem+json']);
  });
});
