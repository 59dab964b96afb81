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

const quote = async (body: string | object): Promise<readonly [code: unknown, detail: unknown, errors: unknown]> => {
  const answer = await call('POST', '/v1/quotes', { body });
  return [answer.body['code'], answer.body['detail'], answer.body['errors']];
};

describe('a body that is no JSON is told where it breaks', () => {
  it.each([
    ['{"lines":[', 'at its end, line 1, column 11'],
    ['"abc', 'at its end, line 1, column 5'],
    ['{"a":1,}', 'at line 1, column 8'],
    ['{"a":é}', 'at line 1, column 6'],
    ['{"a": NaN, "b": [1, 2]}', 'at line 1, column 7'],
    ['{"a":1}//', 'at line 1, column 8'],
    ['{\n  "a": 1,\n  b: 2\n}', 'at line 3, column 3'],
    ['nothing', 'at line 1, column 2'],
  ])('%j', async (body, where) => {
    expect(await quote(body)).toEqual(['malformed_json', `The JSON breaks ${where}.`, undefined]);
  });
});

describe('a body', () => {
  const send = (bytes: Uint8Array<ArrayBuffer>, type = 'application/json'): Promise<Response> =>
    service.key().then((key) =>
      fetch(`${service.url}/v1/quotes`, {
        method: 'POST',
        headers: { authorization: `Bearer ${key}`, 'content-type': type },
        body: bytes,
      }),
    );

  it('that is no UTF-8 is refused, not mended', async () => {
    const response = await send(Uint8Array.from([...Buffer.from('{"lines":"'), 0xff, 0xfe, ...Buffer.from('"}')]));
    expect(await response.json()).toMatchObject({ code: 'malformed_json', detail: 'The body is not UTF-8.' });
  });

  it('may begin with a byte order mark and name its charset', async () => {
    const body = Uint8Array.from(Buffer.from('\uFEFF{"lines":[{"productCode":"SIM_OK","quantity":1}]}'));
    expect((await send(body, 'application/json; charset="UTF-8"')).status).toBe(200);
  });

  it('with an unknown field is told the known ones, where it is', async () => {
    const unknown = {
      lines: [{ productCode: 'SIM_OK', quantity: 1, maxUnitPrice: { amount: '1', vat: '0' } }],
      user: 1,
    };
    const [, , errors] = await quote(unknown);
    const details = (errors as readonly { pointer: string; detail: string }[]).map((one) => [one.pointer, one.detail]);
    expect(details).toContainEqual(['/user', 'not known here; known are lines, culture, reference, userId, metadata']);
    expect(details).toContainEqual(['/lines/0/maxUnitPrice/vat', 'not known here; known are amount, currency']);
  });
});

it('null is a body, and not none where none is needed', async () => {
  const answer = await call('POST', '/v1/catalog/syncs', { body: 'null' });
  expect([answer.status, answer.body['errors']]).toEqual([
    422,
    [{ pointer: '', code: 'wrong_type', detail: 'must be an object' }],
  ]);
});

it('takes of a query only digits for a number', async () => {
  const limits = ['10', '0x10', '1e1', '+10', '%2010', '1.0', '9007199254740993', ''];
  const answers = await Promise.all(limits.map((limit) => call('GET', `/v1/orders?limit=${limit}`)));
  expect(answers.map(({ status }) => status)).toEqual([200, ...limits.slice(1).map(() => 400)]);
});

it('a query with an unknown parameter is told the known ones', async () => {
  const { body } = await call('GET', '/v1/events?colour=red');
  expect(body['errors']).toEqual([
    { parameter: 'colour', code: 'unknown_field', detail: 'not known here; known are after, limit' },
  ]);
});
