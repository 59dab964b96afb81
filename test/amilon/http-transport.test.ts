import { createServer as createHttp, type IncomingMessage, type RequestListener } from 'node:http';
import { createServer as createTcp, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { createVirtualClock } from '../../src/infrastructure/clock/virtual.ts';
import { defaultDeadlines } from '../../src/infrastructure/amilon/client/deadlines.ts';
import { createHttpTransport } from '../../src/infrastructure/amilon/client/http-transport.ts';
import { plus } from '../../src/domain/shared/instant.ts';
import { listening } from './listening.ts';
import { START } from './support.ts';

const params = { contractId: 'c 1', culture: 'pt-PT', externalOrderId: 'ENGAGE-2026-a%/..' };
const read = { endpoint: 'read', params, bearer: 'the-token' } as const;
const create = { endpoint: 'create', params, bearer: 'the-token', body: '{"a":1}' } as const;
const inTime = plus(START, 10_000);

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

const started = async (server: Server) => {
  const { url, stop } = await listening(server);
  stops.push(stop);
  return url;
};

const heard: { request: IncomingMessage; body: string }[] = [];
afterEach(() => void heard.splice(0));

/** An HTTP server that remembers what it was asked. */
const answering = (listener: RequestListener) =>
  started(
    createHttp((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        heard.push({ request, body: Buffer.concat(chunks).toString() });
        listener(request, response);
      });
    }),
  );

const transportTo = (baseUrl: string, { tokenUrl = `${baseUrl}/token`, deadline = 60_000 } = {}) =>
  createHttpTransport({
    baseUrl,
    tokenUrl,
    clock: createVirtualClock(START),
    deadlines: { ...defaultDeadlines, create: deadline, read: deadline },
  });

const json: RequestListener = (_request, response) => {
  response.setHeader('Content-Type', 'application/json').end('{"price":50.00}');
};

describe('one exchange', () => {
  it('trap 29: paths continue the base and keep their case', async () => {
    const url = await answering(json);
    await transportTo(url)(create);
    await transportTo(`${url}/`)(create);
    await transportTo(`${url}/some/prefix`)(create);
    await transportTo(`${url}/some/prefix//`)(create);
    expect(heard.map(({ request }) => request.url)).toEqual([
      '/b2bwebapi/v1/Orders/create/c%201',
      '/b2bwebapi/v1/Orders/create/c%201',
      '/some/prefix/b2bwebapi/v1/Orders/create/c%201',
      '/some/prefix/b2bwebapi/v1/Orders/create/c%201',
    ]);
  });

  it('trap 6: what goes into a path is percent-encoded', async () => {
    const url = await answering(json);
    await transportTo(url)(read);
    expect(heard.map(({ request }) => request.url)).toEqual(['/b2bwebapi/v1/Orders/ENGAGE-2026-a%25%2F../complete']);
  });

  it('the answer comes as text, exactly', async () => {
    const url = await answering(json);
    expect(await transportTo(url)(create)).toEqual({
      is: 'answered',
      status: 200,
      contentType: 'application/json',
      body: '{"price":50.00}',
    });
    expect(heard[0]?.body).toBe('{"a":1}');
    expect(heard[0]?.request.headers).toMatchObject({
      authorization: 'Bearer the-token',
      'content-type': 'application/json',
    });
  });

  it('trap 28: credentials go to the token URL only, and the token to the base only', async () => {
    const base = await answering(json);
    const sso = await answering(json);
    const transport = transportTo(base, { tokenUrl: `${sso}/connect/token` });
    await transport({ endpoint: 'token', params, body: 'grant_type=password' });
    await transport(read);
    const seen = heard.map(({ request, body }) => ({
      host: request.headers.host,
      path: request.url,
      authorization: request.headers.authorization,
      type: request.headers['content-type'],
      body,
    }));
    expect(seen).toEqual([
      {
        host: new URL(sso).host,
        path: '/connect/token',
        authorization: undefined,
        type: 'application/x-www-form-urlencoded',
        body: 'grant_type=password',
      },
      {
        host: new URL(base).host,
        path: '/b2bwebapi/v1/Orders/ENGAGE-2026-a%25%2F../complete',
        authorization: 'Bearer the-token',
        type: undefined,
        body: '',
      },
    ]);
  });

  it.each(['http://amilon.example', 'http://127.0.0.1.example', 'ftp://localhost', 'http://10.0.0.1'])(
    'trap 28: %s is refused, because it is neither https nor loopback',
    (url) => {
      expect(() => transportTo(url)).toThrow(RangeError);
      expect(() => transportTo('https://amilon.example', { tokenUrl: url })).toThrow(RangeError);
    },
  );

  it.each(['https://amilon.example', 'http://localhost:1', 'http://127.9.9.9', 'http://[::1]:1'])(
    'trap 28: %s is accepted',
    (url) => {
      expect(() => transportTo(url)).not.toThrow();
    },
  );

  it.each([301, 302, 303, 307, 308])('trap 13: a redirect with %d is not followed', async (status) => {
    const other = await answering(json);
    const url = await answering((_request, response) => {
      response.writeHead(status, { Location: `${other}/elsewhere` }).end();
    });
    expect(await transportTo(url)(create)).toMatchObject({ is: 'answered', status });
    expect(await transportTo(url)({ endpoint: 'token', params, body: 'secret' })).toMatchObject({ status });
    expect(heard.map(({ request }) => request.headers.host)).toEqual([new URL(url).host, new URL(url).host]);
  });

  it('a proxy of the environment is not used', async () => {
    const url = await answering(json);
    process.env['HTTP_PROXY'] = 'http://127.0.0.1:1';
    try {
      expect(await transportTo(url)(read)).toMatchObject({ is: 'answered', status: 200 });
    } finally {
      delete process.env['HTTP_PROXY'];
    }
  });

  it.each([
    ['7', 7_000],
    ['Mon, 02 Mar 2026 10:00:30 GMT', 30_000],
    ['Mon, 02 Mar 2026 09:00:00 GMT', 0],
    ['999999', 3_600_000],
    ['whenever', undefined],
  ])('Retry-After: %s is understood', async (header, ms) => {
    const url = await answering((_request, response) => {
      response.writeHead(503, { 'Retry-After': header }).end();
    });
    const answer = await transportTo(url)(read);
    expect(answer.is === 'answered' ? answer.retryAfter : 'unanswered').toBe(ms);
  });
});

describe('lanes', () => {
  it('a sync that hangs starves no order, and takes two connections at most', async () => {
    const syncs: IncomingMessage[] = [];
    const url = await answering((request, response) => {
      if (request.url?.includes('/contracts/') === true) syncs.push(request);
      else json(request, response);
    });
    const transport = transportTo(url);
    const hanging = Array.from({ length: 20 }, () => transport({ endpoint: 'products', params, bearer: 't' }));
    expect(await transport(create)).toMatchObject({ is: 'answered', status: 200 });
    const many = await Promise.all(Array.from({ length: 50 }, () => transport(create)));
    expect(new Set(many.map(({ is }) => is))).toEqual(new Set(['answered']));
    expect(await transport(read)).toMatchObject({ is: 'answered', status: 200 });
    expect(await transport({ endpoint: 'token', params, body: 'a=b' })).toMatchObject({ is: 'answered' });
    expect(syncs.length).toBe(2);
    for (const request of syncs) request.socket.destroy();
    expect((await Promise.race(hanging)).is).toBe('reset');
  });

  it('reads that hang starve no order', async () => {
    const url = await answering((request, response) => {
      if (request.url?.endsWith('/complete') !== true) json(request, response);
    });
    const transport = transportTo(url, { deadline: 2_000 });
    const hanging = Array.from({ length: 100 }, () => transport(read));
    expect(await transport(create)).toMatchObject({ is: 'answered', status: 200 });
    expect(new Set((await Promise.all(hanging)).map(({ is }) => is))).toEqual(new Set(['timeout']));
  });
});

describe('trap 13: what is certain about an exchange that failed', () => {
  const closedPort = async () => {
    const { url, stop } = await listening(createTcp());
    await stop();
    return url;
  };
  const tcp = (onSocket: (socket: Socket) => void) =>
    started(
      createTcp((socket) => {
        socket.on('error', () => undefined);
        onSocket(socket);
      }),
    );

  it('nobody listens: not sent', async () => {
    expect(await transportTo(await closedPort())({ ...create, sendBefore: inTime })).toEqual({
      is: 'not_sent',
      reason: 'ECONNREFUSED',
    });
  });

  it('the TLS handshake fails: not sent', async () => {
    const url = await tcp((socket) => socket.end('this is no TLS\r\n'));
    const answer = await transportTo(url.replace('http:', 'https:'))({ ...create, sendBefore: inTime });
    expect(answer).toEqual({ is: 'not_sent', reason: 'EPROTO' });
  });

  it('the deadline comes before the handshake ends: not sent', async () => {
    const url = await tcp(() => undefined);
    const transport = transportTo(url.replace('http:', 'https:'), { deadline: 100 });
    expect(await transport({ ...create, sendBefore: inTime })).toEqual({ is: 'not_sent', reason: 'DEADLINE' });
  });

  it('sendBefore comes before the handshake ends: too late', async () => {
    const url = await tcp(() => undefined);
    const transport = transportTo(url.replace('http:', 'https:'));
    expect(await transport({ ...create, sendBefore: plus(START, 100) })).toEqual({ is: 'too_late' });
  });

  it('the connection breaks after the request: ambiguous', async () => {
    const url = await tcp((socket) => void socket.on('data', () => socket.destroy()));
    expect(await transportTo(url)({ ...create, sendBefore: inTime })).toEqual({ is: 'reset' });
  });

  it('the connection breaks within the answer: ambiguous', async () => {
    const head = 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"id":';
    const url = await tcp((socket) => void socket.on('data', () => socket.end(head)));
    expect(await transportTo(url)({ ...create, sendBefore: inTime })).toEqual({ is: 'reset' });
  });

  it('no answer until the deadline: ambiguous', async () => {
    const url = await tcp(() => undefined);
    expect(await transportTo(url, { deadline: 100 })({ ...create, sendBefore: inTime })).toEqual({ is: 'timeout' });
  });

  it('an answer that never ends meets the deadline too', async () => {
    const url = await tcp((socket) => void socket.on('data', () => socket.write('HTTP/1.1 200 OK\r\n\r\n{"id":')));
    expect(await transportTo(url, { deadline: 100 })({ ...create, sendBefore: inTime })).toEqual({ is: 'timeout' });
  });
});
