import { describe, expect, it } from '@jest/globals';
import type { Drift } from '../../src/application/ports/amilon-watch.ts';
import { createTokens } from '../../src/infrastructure/amilon/client/token.ts';
import type { Exchange } from '../../src/infrastructure/amilon/client/transport.ts';
import { recordingLog } from './support.ts';

const PASSWORD = 'a b&c#d$e@f+g%h*i=j';
const credentials = { clientId: 'client', clientSecret: 's3cret+/=', username: 'user@example', password: PASSWORD };
const params = { contractId: 'c', culture: '', externalOrderId: '' };

const answer = (status: number, body: unknown, contentType = 'application/json'): Exchange => ({
  is: 'answered',
  status,
  contentType,
  body: typeof body === 'string' ? body : JSON.stringify(body),
});

/** Tokens over a wire that gives `replies` one after the other, each taking `takes` ms on the monotonic clock. */
const tokensOver = (replies: readonly Exchange[], takes = 0) => {
  const { log, text } = recordingLog();
  const drifts: Drift[] = [];
  const bodies: string[] = [];
  let now = 1_000;
  const tokens = createTokens({
    params,
    credentials,
    monotonic: () => now,
    log,
    drift: (drift) => drifts.push(drift),
    transport: async ({ endpoint, body = '' }) => {
      expect(endpoint).toBe('token');
      bodies.push(body);
      await Promise.resolve();
      now += takes;
      const reply = replies[bodies.length - 1];
      if (reply === undefined) throw new Error('asked once too often');
      return reply;
    },
  });
  return {
    tokens,
    bodies,
    drifts,
    logged: text,
    pass: (ms: number) => {
      now += ms;
    },
  };
};

const grant = (n: number, expires?: unknown) =>
  answer(200, { access_token: `token-${String(n)}`, token_type: 'Bearer', expires_in: expires });
const token = (n: number) => ({ is: 'token', token: `token-${String(n)}` });

describe('the token', () => {
  it.each([
    [300, 240_000],
    [200, 140_000],
    [3_600, 240_000],
    ['300', 240_000],
    [65, 10_000],
    [0, 10_000],
    [-5, 10_000],
    ['soon', 10_000],
    [undefined, 10_000],
  ])('trap 24: with expires_in %s it is used for %d ms from when it was asked for', async (expires, life) => {
    const takes = 3_000;
    const { tokens, pass, bodies } = tokensOver([grant(1, expires), grant(2, 300)], takes);
    expect(await tokens.current()).toEqual(token(1));
    pass(life - takes - 1);
    expect(await tokens.current()).toEqual(token(1));
    pass(1);
    expect(await tokens.current()).toEqual(token(2));
    expect(bodies.length).toBe(2);
  });

  it('trap 25: fifty that need one at once make one call', async () => {
    const { tokens, bodies } = tokensOver([grant(1, 300)]);
    const all = await Promise.all(Array.from({ length: 50 }, () => tokens.current()));
    expect(all).toEqual(Array.from({ length: 50 }, () => token(1)));
    expect(bodies.length).toBe(1);
  });

  it('trap 25: fifty refusals of one token make one call for the next', async () => {
    const { tokens, bodies } = tokensOver([grant(1, 300), grant(2, 300)]);
    await tokens.current();
    const refuse = async () => {
      const refused = tokens.refused('token-1');
      return [refused, await tokens.current()] as const;
    };
    const all = await Promise.all(Array.from({ length: 50 }, refuse));
    expect(all[0]).toEqual(['was_current', token(2)]);
    expect(all.slice(1)).toEqual(Array.from({ length: 49 }, () => ['stale', token(2)]));
    expect(bodies.length).toBe(2);
  });

  it('trap 25: a refusal of an older token leaves the current one', async () => {
    const { tokens, bodies } = tokensOver([grant(1, 300), grant(2, 300)]);
    await tokens.current();
    tokens.refused('token-1');
    await tokens.current();
    expect(tokens.refused('token-1')).toBe('stale');
    expect(await tokens.current()).toEqual(token(2));
    expect(bodies.length).toBe(2);
  });

  it.each([
    ['invalid_grant', 401],
    ['invalid_client', 401],
    ['invalid_grant', 400],
    ['unsupported_grant_type', 400],
    ['something_new', 400],
    ['invalid_grant', 429],
  ])('trap 26: %s (%d) is about the credentials and not asked again for 15 minutes', async (error, status) => {
    const { tokens, bodies, pass } = tokensOver([answer(status, { error }), grant(2, 300)]);
    expect(await tokens.current()).toEqual({
      is: 'none',
      why: 'unauthorized',
      detail: `status ${String(status)}, oauth ${error}`,
      retryAfter: 900_000,
    });
    pass(899_999);
    expect(await tokens.current()).toEqual({
      is: 'none',
      why: 'unauthorized',
      detail: `status ${String(status)}, oauth ${error}`,
      retryAfter: 1,
    });
    expect(bodies.length).toBe(1);
    pass(1);
    expect(await tokens.current()).toEqual(token(2));
  });

  it.each<[string, Exchange, string]>([
    ['server_error with 400', answer(400, { error: 'server_error' }), 'status 400, oauth server_error'],
    ['invalid_grant with 500', answer(500, { error: 'invalid_grant' }), 'status 500, oauth invalid_grant'],
    ['something_new with 503', answer(503, { error: 'something_new' }), 'status 503, oauth something_new'],
    ['something_new with 429', answer(429, { error: 'something_new' }), 'status 429, oauth something_new'],
    ['too_many_requests with 429', answer(429, { error: 'too_many_requests' }), 'status 429, oauth too_many_requests'],
    ['something_new with 408', answer(408, { error: 'something_new' }), 'status 408, oauth something_new'],
    ['429 without an error', answer(429, 'slow down', 'text/plain'), 'status 429, text'],
    ['401 without an error', answer(401, '<html></html>', 'text/html'), 'status 401, html'],
    ['200 without a token', answer(200, { expires_in: 300 }), 'status 200, text'],
    ['200 with HTML', answer(200, '<html></html>', 'text/html'), 'status 200, html'],
    ['no connection', { is: 'not_sent', reason: 'ECONNREFUSED' }, 'not_sent ECONNREFUSED'],
    ['a timeout', { is: 'timeout' }, 'timeout'],
  ])(
    'trap 26: %s says nothing about the credentials and is asked again after 5 seconds',
    async (_name, reply, detail) => {
      const { tokens, bodies, pass } = tokensOver([reply, grant(2, 300)]);
      expect(await tokens.current()).toEqual({ is: 'none', why: 'no_token', detail, retryAfter: 5_000 });
      pass(4_999);
      expect(await tokens.current()).toEqual({ is: 'none', why: 'no_token', detail, retryAfter: 1 });
      expect(bodies.length).toBe(1);
      pass(1);
      expect(await tokens.current()).toEqual(token(2));
    },
  );

  it.each([
    ['wins', 429, 'too_many_requests', 30_000, 30_000],
    ['is a second at least, so that no token is asked for without a pause', 429, undefined, 0, 1_000],
    ['shortens no pause after refused credentials, which may lock the account', 401, 'invalid_grant', 30_000, 900_000],
    ['lengthens it', 401, 'invalid_grant', 3_600_000, 3_600_000],
  ])('trap 26: a Retry-After of the token host %s', async (_rule, status, error, asked, waits) => {
    const { tokens } = tokensOver([{ ...answer(status, { error }), is: 'answered', retryAfter: asked } as Exchange]);
    expect(await tokens.current()).toEqual({
      is: 'none',
      why: status === 401 ? 'unauthorized' : 'no_token',
      detail: `status ${String(status)}, ${error === undefined ? 'text' : `oauth ${error}`}`,
      retryAfter: waits,
    });
  });

  it('drift: an answer without expires_in, and an error that nobody knows, are noted; what OAuth names is not', async () => {
    const { tokens, drifts, pass } = tokensOver([
      answer(400, { error: 'something_new' }),
      answer(401, { error: 'invalid_grant' }),
      grant(3),
    ]);
    await tokens.current();
    pass(900_000);
    await tokens.current();
    pass(900_000);
    expect(await tokens.current()).toEqual(token(3));
    expect(drifts).toEqual([
      { kind: 'unknown_code', where: 'token', what: 'something_new' },
      { kind: 'missing_field', where: 'token', what: 'expires_in' },
    ]);
  });

  it('trap 27: the body is form-encoded, so any password arrives', async () => {
    const { tokens, bodies } = tokensOver([grant(1, 300)]);
    await tokens.current();
    expect(bodies).toEqual([
      'grant_type=password&client_id=client&client_secret=s3cret%2B%2F%3D&username=user%40example' +
        '&password=a+b%26c%23d%24e%40f%2Bg%25h*i%3Dj',
    ]);
    expect(new URLSearchParams(bodies[0]).get('password')).toBe(PASSWORD);
  });

  it('trap 28: neither token nor credentials are ever logged', async () => {
    const { tokens, logged, pass } = tokensOver([
      answer(401, { error: 'invalid_grant', error_description: `wrong: ${PASSWORD}` }),
      answer(200, { access_token: 42 }),
      grant(3, 300),
    ]);
    await tokens.current();
    pass(900_000);
    await tokens.current();
    pass(5_000);
    expect(await tokens.current()).toEqual({ is: 'token', token: '42' });
    for (const secret of [PASSWORD, 's3cret', 'token-', 'user@example']) expect(logged()).not.toContain(secret);
    expect(logged()).toContain('invalid_grant');
  });
});
