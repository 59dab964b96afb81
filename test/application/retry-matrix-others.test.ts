import { createServer } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { Amilon, Fetched } from '../../src/application/ports/amilon.ts';
import { Culture } from '../../src/domain/shared/ids.ts';
import { HOUR, SECOND, plus } from '../../src/domain/shared/instant.ts';
import type { SandboxWorld } from '../../src/infrastructure/amilon/sandbox/world.ts';
import { listening } from '../amilon/listening.ts';
import { line, submission } from '../amilon/support.ts';
import { overHttp, stopAll } from './over-http.ts';
import { today } from './world.ts';

// amilon.md, retry matrix: creates that were not sent, reads of an order, contract and syncs. As in
// retry-matrix.test.ts: over loopback HTTP, without jitter; where HTTP cannot do it the title says so.

afterEach(stopAll);

type Fault = Omit<Parameters<SandboxWorld['faults']['add']>[0], 'endpoint'>;

/** Deferred, with doubling pauses; five in a row open the circuit, which then asks at its own pace. */
const notSent = [0, 1, 3, 7, 15, 31];
const notSentEvents = notSent.flatMap((_, n) => [
  `OrderSubmissionStarted ${String(n + 1)}`,
  `OrderSubmissionDeferred ${String(n + 1)} not_sent`,
]);

describe('create that was not sent: deferred, tried again, nothing to read', () => {
  const expectNotSent = async (opened: Awaited<ReturnType<typeof overHttp>>): Promise<void> => {
    await opened.runFor(60 * SECOND);
    expect(opened.notes.filter((note) => !note.startsWith('token'))).toEqual(
      notSent.map((at) => `create not_sent @${String(at)}`),
    );
    expect([await opened.events(), opened.bought()]).toEqual([notSentEvents, 0]);
  };

  it('nobody listens', async () => {
    const opened = await overHttp();
    await opened.amilon.ready();
    await opened.cut();
    await expectNotSent(opened);
  });

  it('the TLS handshake fails', async () => {
    const { url, stop } = await listening(createServer((socket) => socket.end('this is no TLS\r\n')));
    await expectNotSent(await overHttp({ baseUrl: url.replace('http:', 'https:') }));
    await stop();
  });

  it('a name that no DNS knows (in memory: loopback needs no names)', async () => {
    const opened = await overHttp({ inMemory: true });
    await opened.amilon.ready();
    await opened.cut();
    await expectNotSent(opened);
  });

  it('no token: it is asked for at its own pace', async () => {
    const opened = await overHttp();
    opened.sandbox.faults.add({ endpoint: 'token', does: 'status', status: 503 });
    await opened.runFor(20 * SECOND);
    expect([opened.calls(), await opened.events()]).toEqual([
      ['token 503 @0..20/5'],
      ['OrderSubmissionDeferred not_sent'],
    ]);
  });

  it('credentials that are refused: not asked again for 15 minutes', async () => {
    const opened = await overHttp();
    opened.sandbox.faults.add({ endpoint: 'token', does: 'json', status: 400, body: { error: 'invalid_grant' } });
    await opened.runFor(1_000 * SECOND);
    expect([opened.calls(), await opened.attention()]).toEqual([['token 400 @0,900'], ['on_hold']]);
  });

  it('an open circuit: when it is tried again', async () => {
    const opened = await overHttp();
    opened.sandbox.faults.add({ endpoint: 'create', does: 'reset', count: 5 });
    for (let n = 0; n < 5; n += 1) await opened.amilon.create(submission(line('SIM_OK')), plus(today, SECOND));
    await opened.runFor(20 * SECOND);
    expect([opened.calls(), await opened.events()]).toEqual([
      ['create reset @0,0,0,0,0', 'create 200 @15'],
      [
        'OrderSubmissionDeferred circuit_open',
        'OrderSubmissionStarted 1',
        'OrderCreatedAtAmilon 1',
        'VouchersDelivered',
        'OrderCompleted',
      ],
    ]);
  });
});

describe('the read of an order is retried by its next poll', () => {
  it.each<[what: string, fault: Fault, calls: readonly string[]]>([
    ['404: not visible yet', { does: 'status', status: 404 }, ['read 404 @1,3..43/10']],
    ['404 in HTML', { does: 'html', status: 404 }, ['read 404 @1,3..43/10']],
    ['401, and then its circuit is open', { does: 'status', status: 401 }, ['read 401 @1,3,23']],
    ['403', { does: 'status', status: 403 }, ['read 403 @1,3..43/10']],
    ['408', { does: 'status', status: 408 }, ['read 408 @1,3..43/10']],
    ['425', { does: 'status', status: 425 }, ['read 425 @1,3..43/10']],
    ['429 with Retry-After', { does: 'status', status: 429, retryAfterSeconds: 20 }, ['read 429 @1..41/20']],
    ['500, and then its circuit is open', { does: 'status', status: 500 }, ['read 500 @1,3..33/10']],
    ['0500', { does: 'status', status: 400, errorCode: '0500' }, ['read 400 @1,3..43/10']],
    ['0100', { does: 'status', status: 400, errorCode: '0100' }, ['read 400 @1,3..43/10']],
    ['a reset', { does: 'reset' }, ['read reset @1,3..33/10']],
    ['a timeout', { does: 'timeout', count: 2 }, ['read hang @1,3', 'read 200 @13..43/10']],
    ['200 in HTML', { does: 'html' }, ['read 200 @1,3..43/10']],
  ])('%s', async (_what, fault, calls) => {
    const opened = await overHttp({
      deliveryDelayMs: HOUR,
      ...(fault.does === 'timeout' ? { patience: SECOND } : {}),
    });
    opened.sandbox.faults.add({ endpoint: 'read', ...fault });
    await opened.runFor(47 * SECOND);
    expect([opened.calls(), await opened.events()]).toEqual([
      ['create 200 @0', ...calls],
      ['OrderSubmissionStarted 1', 'OrderCreatedAtAmilon 1'],
    ]);
  });
});

const asks: Readonly<Record<string, (amilon: Amilon) => Promise<Fetched<unknown>>>> = {
  contract: (amilon) => amilon.contract(),
  products: (amilon) => amilon.products(Culture('pt-PT')),
  merchants: (amilon) => amilon.merchants(Culture('pt-PT')),
  categories: (amilon) => amilon.categories(),
};

const outcomes: readonly (readonly [what: string, fault: Fault, answer: string, times: string])[] = [
  ['401: refresh + 1', { does: 'status', status: 401 }, '401', '0,0'],
  ['another 4xx: no', { does: 'status', status: 403 }, '403', '0'],
  ['404: no', { does: 'status', status: 404 }, '404', '0'],
  ['0102: no', { does: 'status', status: 400, errorCode: '0102' }, '400', '0'],
  ['408: as a timeout, 2 times', { does: 'status', status: 408 }, '408', '0,0.5,1.5'],
  ['425: as long as it is worth', { does: 'status', status: 425 }, '425', '0,0.5,1.5,3.5,7.5,15.5..60.5/15'],
  ['429: when it says', { does: 'status', status: 429, retryAfterSeconds: 100 }, '429', '0..300/100'],
  ['500: 3 times', { does: 'status', status: 500 }, '500', '0,0.5,1.5,3.5'],
  ['0000: 3 times', { does: 'status', status: 400, errorCode: '0000' }, '400', '0,0.5,1.5,3.5'],
  ['0500: 3 times', { does: 'status', status: 400, errorCode: '0500' }, '400', '0,0.5,1.5,3.5'],
  ['a timeout: 2 times', { does: 'timeout' }, 'hang', '0,0.5,1.5'],
  ['a reset: 2 times', { does: 'reset' }, 'reset', '0,0.5,1.5'],
  ['200 in HTML: 1 time', { does: 'html' }, '200', '0,0.5'],
  ['200 that is something else: 1 time', { does: 'json', body: 'x' }, '200', '0,0.5'],
];

describe.each(Object.keys(asks))('%s', (endpoint) => {
  const ask = (amilon: Amilon): Promise<Fetched<unknown>> => asks[endpoint]?.(amilon) ?? Promise.reject(new Error());

  it.each(outcomes)('%s', async (_what, fault, answer, times) => {
    const opened = await overHttp(fault.does === 'timeout' ? { patience: 500 } : {});
    opened.sandbox.faults.add({ endpoint: endpoint as 'contract', ...fault });
    expect((await opened.fetch(ask)).is).toBe('failed');
    expect(opened.calls()).toEqual([`${endpoint} ${answer} @${times}`]);
  });

  it('not sent: 2 times', async () => {
    const opened = await overHttp();
    await opened.amilon.ready();
    await opened.cut();
    expect((await opened.fetch(ask)).is).toBe('failed');
    expect(opened.notes.slice(1)).toEqual([0, 0.5, 1.5].map((at) => `${endpoint} not_sent @${String(at)}`));
  });
});
