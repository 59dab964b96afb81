import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createLogger } from '../../src/infrastructure/logging/logger.ts';

/** What is written of one line. */
const logged = (fields: object, level = 'info'): Record<string, unknown> => {
  const lines: string[] = [];
  createLogger(level, { write: (line: string) => lines.push(line) }).info(fields, 'told by the test');
  return lines.length === 0 ? {} : (JSON.parse(lines.join('')) as Record<string, unknown>);
};

const secretNames = [
  'authorization',
  'Authorization',
  'Set-Cookie',
  'password',
  'AMILON_PASSWORD',
  'AMILON_WEBHOOK_SECRET',
  'client_secret',
  'clientSecret',
  'access_token',
  'accessToken',
  'token',
  'key',
  'x-api-key',
  'secret',
  'secrets',
  'code',
  'CardCode',
  'pin',
  'Pin',
  'url',
  'VoucherLink',
  'EVENTSTORE_URL',
  'MONGODB_URI',
  'qrCode',
  'metadata',
];

describe('the log', () => {
  it('is lines of JSON with level and time, and without what is below its level', () => {
    const { time, ...line } = logged({ orderId: 'o-1', nested: { list: [1, null, 'two'] } });
    expect(line).toEqual({
      level: 'info',
      msg: 'told by the test',
      orderId: 'o-1',
      nested: { list: [1, null, 'two'] },
    });
    expect(time).toMatch(/^\d{4}-\d\d-\d\dT/);
    expect(logged({ orderId: 'o-1' }, 'warn')).toEqual({});
  });

  it('tells of an error its type, message, stack and causes, and nothing that a library hung on it', () => {
    const config = { headers: { 'X-Any': 'planted' }, data: 'planted' };
    const cause = Object.assign(new RangeError('inner'), { config });
    const err = Object.assign(new TypeError('outer', { cause }), { request: config, response: config });
    const { err: told } = logged({ err });
    expect(told).toEqual({
      type: 'TypeError',
      message: 'outer',
      stack: err.stack,
      cause: { type: 'RangeError', message: 'inner', stack: cause.stack },
    });
    expect(JSON.stringify(logged({ failures: [{ reason: err }] }))).not.toContain('planted');
  });

  it('tells a cause that is no error, without its secrets', () => {
    const { err } = logged({ err: new Error('outer', { cause: { why: 'refused', token: 'planted' } }) });
    expect(err).toMatchObject({ cause: { why: 'refused', token: '[removed]' } });
  });

  it('survives what leads back to itself', () => {
    const fields: Record<string, unknown> = { orderId: 'o-1' };
    fields['self'] = fields;
    const cause = new Error('circular');
    cause.cause = cause;
    expect(logged({ fields, err: cause })).toMatchObject({ fields: { orderId: 'o-1' }, err: { message: 'circular' } });
  });

  it('tells no bytes, and the secrets of nothing that writes itself', () => {
    const headers = { toJSON: () => ({ Authorization: 'Bearer planted', Accept: 'any' }) };
    expect(logged({ bytes: Buffer.from('planted'), headers })).toMatchObject({
      bytes: '[removed]',
      headers: { Authorization: '[removed]', Accept: 'any' },
    });
  });
});

describe('secrets in the log', () => {
  for (const name of secretNames) {
    it(`are removed by their name (${name})`, () => {
      expect(logged({ [name]: 'planted' })).toMatchObject({ [name]: '[removed]' });
    });
  }

  it('are removed at every depth, in objects and lists, whatever their own shape is', () => {
    const value = fc.constantFrom<unknown>('planted', ['planted'], { any: 'planted' }, { deep: [{ any: 'planted' }] });
    const steps = fc.array(fc.constantFrom('object', 'list'), { maxLength: 12 });
    const property = fc.property(fc.constantFrom(...secretNames), value, steps, (name, secret, path) => {
      let fields: object = { [name]: secret };
      for (const step of path) fields = step === 'object' ? { inner: fields } : { list: [fields] };
      expect(JSON.stringify(logged(fields))).not.toContain('planted');
    });
    fc.assert(property, { numRuns: 200 });
  });

  it('do not hide what only sounds like one', () => {
    const fields = { keys: 3, pinned: true, tokens: 2, codec: 'json', keyId: 'key-1', status: 'completed' };
    expect(logged(fields)).toMatchObject(fields);
  });
});
