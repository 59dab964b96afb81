import { describe, expect, it } from '@jest/globals';
import { createFailure, fetchFailure, readFailure } from '../../src/infrastructure/amilon/client/classify.ts';
import { readFault } from '../../src/infrastructure/amilon/client/errors.ts';
import type { Answered } from '../../src/infrastructure/amilon/client/transport.ts';

const JSON_TYPE = 'application/json';
const answered = (status: number, body: string | object, contentType = JSON_TYPE): Answered => ({
  is: 'answered',
  status,
  contentType,
  body: typeof body === 'string' ? body : JSON.stringify(body),
});
const faultOf = ({ body, contentType }: Answered) => readFault(body, contentType);
const create = (answer: Answered) => createFailure(answer, faultOf(answer));
const read = (answer: Answered) => readFailure(answer, faultOf(answer));
const fetched = (answer: Answered) => fetchFailure(answer, faultOf(answer)).why;

const coded = (code: unknown, status = 400) => answered(status, { ErrorCode: code, Message: 'M' });
const refused = (code: string, status: number, upstream?: string) => ({
  is: 'refused',
  code,
  upstream: upstream === undefined ? { status } : { status, code: upstream },
});

describe('error bodies', () => {
  it.each([
    [
      'OAuth',
      { error: 'invalid_grant', error_description: 'Invalid username or password' },
      JSON_TYPE,
      { form: 'oauth', error: 'invalid_grant', words: 'invalid_grant | invalid username or password' },
    ],
    [
      "Amilon's own",
      {
        ErrorCode: '0400',
        Message: 'Already used',
        ModelErrors: [{ PropertyName: 'ExternalOrderId', Errors: ['must be new'] }],
      },
      JSON_TYPE,
      { form: 'amilon', code: '0400', words: '0400 | already used | externalorderid | must be new' },
    ],
    [
      'a problem',
      { type: 'about:blank', title: 'Bad Request', status: 400, errors: { 'OrderRows[0]': ['Invalid quantity'] } },
      'application/problem+json',
      { form: 'problem', words: 'about:blank | bad request | 400 | invalid quantity' },
    ],
    ['HTML by its type', 'Service Unavailable', 'text/html; charset=utf-8', { form: 'html', words: '' }],
    ['HTML by its look', '\n <!DOCTYPE html><p>x', 'application/json', { form: 'html', words: '' }],
    ['text', 'Duplicate Order', 'text/plain', { form: 'text', words: 'duplicate order' }],
    ['a JSON text', '"Duplicate order"', JSON_TYPE, { form: 'text', words: 'duplicate order' }],
    ['nothing', '', '', { form: 'text', words: '' }],
  ])('%s', (_name, body, type, fault) => {
    expect(readFault(typeof body === 'string' ? body : JSON.stringify(body), type)).toEqual(fault);
  });
});

describe('what an answer to a create means', () => {
  it.each([
    ['Duplicate order', answered(400, { error: 'Bad Request', message: 'Duplicate order' }), { is: 'duplicate' }],
    ['Duplicate order as text', answered(409, 'Duplicate order', 'text/plain'), { is: 'duplicate' }],
    ['0400', coded('0400'), { is: 'duplicate' }],
    ['0400 by a server that broke', coded('0400', 500), { is: 'duplicate' }],
    ['Invalid product', answered(400, { error: 'Invalid product' }), refused('product_not_orderable', 400)],
    ['0106', coded('0106'), refused('product_not_orderable', 400, '0106')],
    ['0600', coded('0600', 422), refused('product_not_orderable', 422, '0600')],
    ['Invalid quantity', answered(400, { title: 'Invalid quantity' }), refused('quantity_out_of_range', 400)],
    ['Insufficient funds', answered(422, { message: 'Insufficient funds' }), refused('insufficient_funds', 422)],
    ['402', answered(402, {}), refused('insufficient_funds', 402)],
    ['0105', coded('0105'), refused('insufficient_funds', 400, '0105')],
    ['Product unavailable', answered(422, { message: 'Product unavailable' }), refused('product_unavailable', 422)],
    ['0200', coded('0200'), refused('rejected_by_amilon', 400, '0200')],
    ['0300', coded('0300'), refused('rejected_by_amilon', 400, '0300')],
    ['an unknown 4xx', answered(418, {}), refused('rejected_by_amilon', 418)],
    ['403', answered(403, '<html>', 'text/html'), refused('rejected_by_amilon', 403)],
    ['0100', coded('0100'), { is: 'not_bought', why: 'contract' }],
    ['0104', coded('0104', 422), { is: 'not_bought', why: 'contract' }],
    ['404', answered(404, '<html>', 'text/html'), { is: 'not_bought', why: 'not_found' }],
    ['401', answered(401, ''), { is: 'not_bought', why: 'unauthorized' }],
    ['401 with a code', coded('0500', 401), { is: 'not_bought', why: 'unauthorized' }],
    ['425', answered(425, ''), { is: 'not_bought', why: 'rate_limited' }],
    ['429', answered(429, ''), { is: 'not_bought', why: 'rate_limited' }],
    ['0000', coded('0000'), { is: 'unknown', why: 'server_error' }],
    ['0500', coded('0500', 422), { is: 'unknown', why: 'server_error' }],
    ['500', answered(500, {}), { is: 'unknown', why: 'server_error' }],
    ['a refusal by a server that broke', coded('0105', 500), { is: 'unknown', why: 'server_error' }],
    ['504 with HTML', answered(504, '<html>', 'text/html'), { is: 'unknown', why: 'server_error' }],
    ['408', answered(408, ''), { is: 'unknown', why: 'timeout' }],
    ['307', answered(307, ''), { is: 'unknown', why: 'unreadable' }],
  ])('%s', (_name, answer, expected) => {
    expect(create(answer)).toEqual(expected);
  });

  it.each([400, '400', 40, '00400'])('codes are texts: %j is not 0400, though it may be the status', (code) => {
    expect(create(coded(code))).toMatchObject({ is: 'refused', code: 'rejected_by_amilon' });
  });

  it('Retry-After goes on', () => {
    const waits = [401, 429, 503, 408].map((status) => create({ ...answered(status, ''), retryAfter: 7_000 }));
    expect(waits.map((answer) => ('retryAfter' in answer ? answer.retryAfter : undefined))).toEqual([
      7_000, 7_000, 7_000, 7_000,
    ]);
  });
});

describe('what an answer to a read means', () => {
  it.each([
    ['404 in JSON', answered(404, { error: 'Not Found' }), { is: 'absent' }],
    ['404 with nothing', answered(404, '', ''), { is: 'absent' }],
    ['0403', coded('0403'), { is: 'absent' }],
    ['trap 19: 404 in HTML', answered(404, '<html>', 'text/html'), { is: 'unavailable', why: 'not_found' }],
    [
      'trap 19: 404 as text',
      answered(404, '404 page not found', 'text/plain'),
      { is: 'unavailable', why: 'not_found' },
    ],
    ['a contract fault with 404', coded('0101', 404), { is: 'unavailable', why: 'contract' }],
    ['401', answered(401, ''), { is: 'unavailable', why: 'unauthorized' }],
    ['429', { ...answered(429, ''), retryAfter: 5 }, { is: 'unavailable', why: 'rate_limited', retryAfter: 5 }],
    ['500', answered(500, ''), { is: 'unavailable', why: 'server_error' }],
    ['0500', coded('0500'), { is: 'unavailable', why: 'server_error' }],
    ['302', answered(302, ''), { is: 'unavailable', why: 'unreadable' }],
  ])('%s', (_name, answer, expected) => {
    expect(read(answer)).toEqual(expected);
  });
});

describe('what an answer to another question means', () => {
  it.each([
    ['401', answered(401, ''), 'unauthorized'],
    ['400', answered(400, {}), 'refused'],
    ['404', answered(404, {}), 'not_found'],
    ['408', answered(408, ''), 'timeout'],
    ['425', answered(425, ''), 'rate_limited'],
    ['429', answered(429, ''), 'rate_limited'],
    ['0103', coded('0103'), 'contract'],
    ['0000', coded('0000'), 'server_error'],
    ['500', answered(500, ''), 'server_error'],
    ['301', answered(301, ''), 'unreadable'],
  ])('%s', (_name, answer, expected) => {
    expect(fetched(answer)).toBe(expected);
  });
});
