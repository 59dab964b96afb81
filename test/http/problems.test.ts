import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { scratchFiles } from '../support/scratch.ts';
import { startTestService } from '../support/test-service.ts';
import type { TestService } from '../support/test-service.ts';
import { createClient } from './client.ts';
import type { Answer, CallOptions } from './client.ts';

const files = scratchFiles();
let service: TestService;
let call: ReturnType<typeof createClient>;

beforeAll(async () => {
  service = await startTestService({ files });
  call = createClient(service.url, await service.key());
});
afterAll(() => service.stop());

const line = { productCode: 'SIM_OK', quantity: 1 };
const orderOf = (change: object, headers: Readonly<Record<string, string>> = {}): CallOptions => ({
  body: { lines: [line], ...change },
  headers: { 'Idempotency-Key': 'key-1', ...headers },
});
const lineOf = (change: object): CallOptions => orderOf({ lines: [{ ...line, ...change }] });
const deep = JSON.parse(`${'{"a":'.repeat(40)}1${'}'.repeat(40)}`) as object;

/** What is answered: status, code, and where each error is with its own code. */
const told = ({ status, body }: Answer): unknown[] => {
  const errors = (body['errors'] ?? []) as readonly { pointer?: string; parameter?: string; code: string }[];
  return [status, body['code'], ...errors.map((one) => `${one.pointer ?? `?${String(one.parameter)}`} ${one.code}`)];
};

type Case = readonly [what: string, method: string, path: string, options: CallOptions, ...told: unknown[]];

// prettier-ignore
const orders: readonly Case[] = [
  ['no key', 'POST', '/v1/orders', orderOf({}, { authorization: '' }), 401, 'unauthorized'],
  ['another scheme', 'POST', '/v1/orders', orderOf({}, { authorization: 'Basic YTpi' }), 401, 'unauthorized'],
  ['a key that is none', 'POST', '/v1/orders', { ...orderOf({}), key: 'vo_0_x' }, 401, 'unauthorized'],
  ['an unknown key', 'POST', '/v1/orders', { ...orderOf({}), key: `vo_abc_${'A'.repeat(43)}` }, 401, 'unauthorized'],
  ['no Idempotency-Key', 'POST', '/v1/orders', { body: { lines: [line] } }, 400, 'idempotency_key_missing'],
  ['a blank one', 'POST', '/v1/orders', orderOf({}, { 'Idempotency-Key': ' ' }), 400, 'idempotency_key_missing'],
  ['too long a one', 'POST', '/v1/orders', orderOf({}, { 'Idempotency-Key': 'k'.repeat(256) }), 400, 'idempotency_key_invalid'],
  ['one that is not ASCII', 'POST', '/v1/orders', orderOf({}, { 'Idempotency-Key': 'é' }), 400, 'idempotency_key_invalid'],
  ['malformed JSON', 'POST', '/v1/orders', { ...orderOf({}), body: '{"lines":[' }, 400, 'malformed_json'],
  ['a text as body', 'POST', '/v1/orders', { ...orderOf({}), body: '"lines"' }, 422, 'validation_failed', ' wrong_type'],
  ['no body', 'POST', '/v1/orders', { headers: { 'Idempotency-Key': 'key-1' } }, 400, 'malformed_json'],
  ['a number beyond numbers', 'POST', '/v1/orders', { ...orderOf({}), body: '{"lines":1e999}' }, 400, 'malformed_json'],
  ['half a surrogate', 'POST', '/v1/orders', { ...orderOf({}), body: '{"lines":"\\ud800"}' }, 400, 'malformed_json'],
  ['too deep a body', 'POST', '/v1/orders', orderOf({ metadata: deep }), 400, 'malformed_json'],
  ['another media type', 'POST', '/v1/orders', orderOf({}, { 'content-type': 'text/plain' }), 415, 'unsupported_media_type'],
  ['another charset', 'POST', '/v1/orders', orderOf({}, { 'content-type': 'application/json; charset=latin1' }), 415, 'unsupported_media_type'],
  ['an answer that is not JSON', 'POST', '/v1/orders', orderOf({}, { accept: 'text/html' }), 406, 'not_acceptable'],
  ['a body over 100 kB', 'POST', '/v1/orders', orderOf({ metadata: { a: 'x'.repeat(102_400) } }), 413, 'body_too_large'],
  ['a list as body', 'POST', '/v1/orders', { ...orderOf({}), body: [] }, 422, 'validation_failed', ' wrong_type'],
  ['an unknown field', 'POST', '/v1/orders', orderOf({ 'a/b~c': 1 }), 422, 'validation_failed', '/a~1b~0c unknown_field'],
  ['a field of prototypes', 'POST', '/v1/orders', { ...orderOf({}), body: `{"lines":[${JSON.stringify(line)}],"__proto__":{}}` }, 422, 'validation_failed', '/__proto__ unknown_field'],
  ['an unknown field of a line', 'POST', '/v1/orders', lineOf({ price: 1 }), 422, 'validation_failed', '/lines/0/price unknown_field'],
  ['no lines', 'POST', '/v1/orders', orderOf({ lines: undefined }), 422, 'validation_failed', '/lines required'],
  ['empty lines', 'POST', '/v1/orders', orderOf({ lines: [] }), 422, 'validation_failed', '/lines below_minimum'],
  ['quantity 0', 'POST', '/v1/orders', lineOf({ quantity: 0 }), 422, 'validation_failed', '/lines/0/quantity below_minimum'],
  ['quantity 1.5', 'POST', '/v1/orders', lineOf({ quantity: 1.5 }), 422, 'validation_failed', '/lines/0/quantity wrong_type'],
  ['quantity "1"', 'POST', '/v1/orders', lineOf({ quantity: '1' }), 422, 'validation_failed', '/lines/0/quantity wrong_type'],
  ['quantity 10^9', 'POST', '/v1/orders', lineOf({ quantity: 1e9 }), 422, 'not_orderable', '/lines/0/quantity above_maximum', '/lines too_many_vouchers'],
  ['two mistakes', 'POST', '/v1/orders', orderOf({ lines: [{ quantity: -1 }] }), 422, 'validation_failed', '/lines/0/productCode required', '/lines/0/quantity below_minimum'],
  ['metadata that would be lost', 'POST', '/v1/orders', { ...orderOf({}), body: '{"lines":[{"productCode":"SIM_OK","quantity":1}],"metadata":{"__proto__":{}}}' }, 422, 'validation_failed', '/metadata/__proto__ invalid_format'],
  ['a price as a number', 'POST', '/v1/orders', lineOf({ maxUnitPrice: { amount: 50, currency: 'EUR' } }), 422, 'validation_failed', '/lines/0/maxUnitPrice/amount wrong_type'],
  ['too many decimals', 'POST', '/v1/orders', lineOf({ maxUnitPrice: { amount: '9.999', currency: 'EUR' } }), 422, 'validation_failed', '/lines/0/maxUnitPrice/amount invalid_format'],
  ['a userId with @', 'POST', '/v1/orders', orderOf({ userId: 'ann@example.test' }), 422, 'validation_failed', '/userId invalid_format'],
  ['a reference with spaces', 'POST', '/v1/orders', orderOf({ reference: 'Ann Smith' }), 422, 'validation_failed', '/reference invalid_format'],
  ['metadata as a text', 'POST', '/v1/orders', orderOf({ metadata: 'x' }), 422, 'validation_failed', '/metadata wrong_type'],
  ['an unknown culture', 'POST', '/v1/orders', orderOf({ culture: 'sv-SE' }), 422, 'not_orderable', '/culture unknown_culture'],
  ['an unknown product', 'POST', '/v1/orders', lineOf({ productCode: 'NO_SUCH' }), 422, 'not_orderable', '/lines/0/productCode unknown_product'],
  ['an excluded merchant', 'POST', '/v1/orders', lineOf({ productCode: 'TWITCH_25_EUR' }), 422, 'not_orderable', '/lines/0/productCode product_not_orderable'],
  ['more than the contract allows', 'POST', '/v1/orders', lineOf({ productCode: 'FNAC_500_EUR', quantity: 11 }), 422, 'not_orderable', '/lines above_maximum_order_amount'],
  ['more than the product allows', 'POST', '/v1/orders', lineOf({ productCode: 'AMAZON_50_EUR', quantity: 11 }), 422, 'not_orderable', '/lines/0/quantity above_maximum'],
  ['a price above the guard', 'POST', '/v1/orders', lineOf({ maxUnitPrice: { amount: '9.99', currency: 'EUR' } }), 422, 'not_orderable', '/lines/0/maxUnitPrice price_above_maximum'],
];

const unknownId = '00000000-0000-5000-8000-000000000000';
// prettier-ignore
const others: readonly Case[] = [
  ['an unknown path', 'GET', '/v1/nothing', {}, 404, 'not_found'],
  ['a path in another case', 'GET', '/V1/orders', {}, 404, 'not_found'],
  ['a path that cannot be decoded', 'GET', '/v1/orders/%E0%A4%A', {}, 400, 'malformed_request'],
  ['another method', 'PUT', '/v1/orders', orderOf({}), 405, 'method_not_allowed'],
  ['an unknown order', 'GET', `/v1/orders/${unknownId}`, {}, 404, 'order_not_found'],
  ['what is no order id', 'GET', '/v1/orders/..%2F..%2Fetc', {}, 404, 'order_not_found'],
  ['an unknown external id', 'GET', `/v1/orders/ENGAGE-2026-${unknownId}`, {}, 404, 'order_not_found'],
  ['the history of an unknown order', 'GET', `/v1/orders/${unknownId}/events`, {}, 404, 'order_not_found'],
  ['cancelling an unknown order', 'POST', `/v1/orders/${unknownId}/cancellation`, {}, 404, 'order_not_found'],
  ['an unknown voucher', 'GET', `/v1/vouchers/${unknownId}-0123456789abcdef`, {}, 404, 'voucher_not_found'],
  ['what is no voucher id', 'GET', '/v1/vouchers/1', {}, 404, 'voucher_not_found'],
  ['revealing an unknown voucher', 'POST', `/v1/vouchers/${unknownId}-0123456789abcdef/reveals`, { body: { reason: 'x' } }, 404, 'voucher_not_found'],
  ['revealing without a reason', 'POST', `/v1/vouchers/${unknownId}-0123456789abcdef/reveals`, { body: {} }, 422, 'validation_failed', '/reason required'],
  ['revealing for too long a reason', 'POST', `/v1/vouchers/${unknownId}-0123456789abcdef/reveals`, { body: { reason: 'x'.repeat(201) } }, 422, 'validation_failed', '/reason above_maximum'],
  ['resolving without saying how', 'POST', `/v1/orders/${unknownId}/resolution`, { body: { reason: 'x' } }, 422, 'validation_failed', '/purchased required'],
  ['an unknown parameter', 'GET', '/v1/orders?colour=red', {}, 400, 'invalid_query', '?colour unknown_field'],
  ['a parameter given twice', 'GET', '/v1/orders?status=failed&status=pending', {}, 400, 'invalid_query', '?status repeated'],
  ['an unknown status', 'GET', '/v1/orders?status=eaten', {}, 400, 'invalid_query', '?status unknown_value'],
  ['a limit of 0', 'GET', '/v1/orders?limit=0', {}, 400, 'invalid_query', '?limit below_minimum'],
  ['a limit above 200', 'GET', '/v1/orders?limit=201', {}, 400, 'invalid_query', '?limit above_maximum'],
  ['a time whose year in UTC is beyond four digits', 'GET', '/v1/orders?createdAfter=9999-12-31T23:59:59-01:00', {}, 400, 'invalid_query', '?createdAfter invalid_format'],
  ['a question mark in a value, and more behind it', 'GET', '/v1/orders?reference=a?b&colour=red', {}, 400, 'invalid_query', '?colour unknown_field'],
  ['a time that is none', 'GET', '/v1/orders?createdAfter=yesterday', {}, 400, 'invalid_query', '?createdAfter invalid_format'],
  ['a cursor that is none', 'GET', '/v1/orders?cursor=x', {}, 400, 'invalid_cursor', '?cursor invalid_cursor'],
  ['a cursor without a signature', 'GET', `/v1/orders?cursor=${cursorOf({ sort: 'a', key: 'b' })}`, {}, 400, 'invalid_cursor', '?cursor invalid_cursor'],
  ['a feed cursor that is none', 'GET', '/v1/events?after=x', {}, 400, 'invalid_cursor', '?after invalid_cursor'],
  ['an unknown culture', 'GET', '/v1/catalog/products?culture=sv-SE', {}, 400, 'invalid_query', '?culture unknown_culture'],
  ['both a version and a time of the catalogue', 'GET', '/v1/catalog/products?version=4&asOf=2026-03-01T10:00:00Z', {}, 400, 'invalid_query', '?asOf invalid_format'],
  ['both a version and a time of the contract', 'GET', '/v1/contract?version=1&asOf=2026-03-01T10:00:00Z', {}, 400, 'invalid_query', '?asOf invalid_format'],
  ['an amount with a fraction of a cent', 'GET', '/v1/catalog/products?faceValue=50.001&currency=EUR', {}, 400, 'invalid_query', '?faceValue invalid_format'],
  ['an amount without currency', 'GET', '/v1/catalog/products?faceValue=50', {}, 400, 'invalid_query', '?faceValue invalid_format'],
  ['an unknown product', 'GET', '/v1/catalog/products/NO_SUCH', {}, 404, 'product_not_found'],
  ['a product of an excluded merchant', 'GET', '/v1/catalog/products/TWITCH_25_EUR', {}, 404, 'product_not_found'],
  ['an unknown merchant', 'GET', '/v1/catalog/merchants/nobody', {}, 404, 'merchant_not_found'],
];

function cursorOf(content: object): string {
  return Buffer.from(JSON.stringify(content)).toString('base64url');
}

describe('a bad request is answered with a problem, and nothing is written', () => {
  it.each(orders)('trap 9: an order with %s', async (_what, method, path, options, ...expected) => {
    const before = (await service.events()).length;
    expect(told(await call(method, path, options))).toEqual(expected);
    expect((await service.events()).length).toBe(before);
  });

  it.each(others)('%s', async (_what, method, path, options, ...expected) => {
    const before = (await service.events()).length;
    expect(told(await call(method, path, options))).toEqual(expected);
    expect((await service.events()).length).toBe(before);
  });
});
