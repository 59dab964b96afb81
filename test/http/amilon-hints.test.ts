import { createHmac } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Unavailable } from '../../src/application/ports/errors.ts';
import { MINUTE, SECOND, toEpochMs } from '../../src/domain/shared/instant.ts';
import { scratchFiles } from '../support/scratch.ts';
import { startTestService } from '../support/test-service.ts';
import type { TestService } from '../support/test-service.ts';
import { createClient } from './client.ts';
import type { Answer } from './client.ts';

const SECRET = 'a secret that only Amilon and we know';
const PATH = '/v1/amilon/webhooks';
const files = scratchFiles();
let service: TestService;
let call: ReturnType<typeof createClient>;
let externalOrderId: string;

beforeAll(async () => {
  service = await startTestService({ files, env: { AMILON_WEBHOOK_SECRET: SECRET } });
  call = createClient(service.url, await service.key());
  const placed = await call('POST', '/v1/orders', {
    body: { lines: [{ productCode: 'SIM_NEVER', quantity: 1 }] },
    headers: { 'Idempotency-Key': 'late' },
  });
  externalOrderId = String(placed.body['externalOrderId']);
  await service.clock.advance(MINUTE);
});
afterAll(() => service.stop());
afterEach(() => service.clock.advance(20 * SECOND));

interface Sent {
  readonly text?: string;
  readonly secret?: string;
  /** Of the timestamp, in seconds. */
  readonly off?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

const hint = (id: string = externalOrderId) => JSON.stringify({ externalOrderId: id });

const signed = (text: string, secret: string, off: number): Readonly<Record<string, string>> => {
  const timestamp = String(Math.floor(toEpochMs(service.clock.now()) / 1_000) + off);
  const proof = createHmac('sha256', secret).update(`${timestamp}.${text}`).digest('hex');
  return { 'X-Amilon-Timestamp': timestamp, 'X-Amilon-Signature': `sha256=${proof}` };
};

const send = ({ text = hint(), secret = SECRET, off = 0, headers }: Sent = {}): Promise<Answer> =>
  call('POST', PATH, { body: text, headers: { ...signed(text, secret, off), authorization: 'none', ...headers } });

/** How often the order was read at Amilon within a second of this. */
const readsAfter = async (work: () => Promise<unknown>): Promise<number> => {
  const reads = (): number => service.upstream.world.calls().filter(({ endpoint }) => endpoint === 'read').length;
  const before = reads();
  await work();
  await service.clock.advance(SECOND);
  return reads() - before;
};

/** Just behind a poll, so that the next is 9 s away. */
const afterPoll = async (): Promise<void> => {
  while ((await readsAfter(async () => undefined)) === 0);
};

describe('a hint of Amilon', () => {
  it('has the order read now, by whoever has the secret and no key', async () => {
    await afterPoll();
    const answers: Answer[] = [];
    expect(await readsAfter(async () => answers.push(await send()))).toBe(1);
    expect(answers.map(({ status, text }) => [status, text])).toEqual([[202, '']]);
  });

  it('is a hint and no fact: whatever else it says changes nothing', async () => {
    const before = await service.events();
    await send({ text: JSON.stringify({ externalOrderId, status: 'Completed', vouchers: [{ code: 'X' }] }) });
    await service.clock.advance(SECOND);
    expect(await service.events()).toEqual(before);
  });

  it('does nothing when it is repeated', async () => {
    await afterPoll();
    const headers = signed(hint(), SECRET, -1);
    expect(await readsAfter(() => send({ headers }))).toBe(1);
    const answers: Answer[] = [];
    expect(await readsAfter(async () => answers.push(await send({ headers })))).toBe(0);
    expect(answers.map(({ status }) => status)).toEqual([202]);
  });

  it('is new when it is sent again after it came to nothing', async () => {
    await afterPoll();
    const headers = signed(hint(), SECRET, -2);
    jest.spyOn(service.ports.due.dueOrders, 'wake').mockRejectedValueOnce(new Unavailable('due orders'));
    const answers = [await send({ headers })];
    expect(await readsAfter(async () => answers.push(await send({ headers })))).toBe(1);
    expect(answers.map(({ status }) => status)).toEqual([503, 202]);
  });

  it.each([
    ['an order that is not ours', hint('ENGAGE-2026-00000000-0000-4000-8000-000000000000')],
    ['an id that is none', hint('ENGAGE-../..')],
    ['no id', '{}'],
    ['no object', '[]'],
  ])('about %s is taken, and does nothing', async (_what, text) => {
    await afterPoll();
    const answers: Answer[] = [];
    expect(await readsAfter(async () => answers.push(await send({ text })))).toBe(0);
    expect(answers.map(({ status }) => status)).toEqual([202]);
  });
});

describe('what is refused', () => {
  it.each<[string, Sent]>([
    ['another secret', { secret: 'another secret of thirty-two characters' }],
    ['no signature', { headers: { 'X-Amilon-Signature': '' } }],
    ['a signature of another length', { headers: { 'X-Amilon-Signature': 'sha256=00' } }],
    ['no timestamp', { headers: { 'X-Amilon-Timestamp': '' } }],
    ['a timestamp that was not signed', { headers: { 'X-Amilon-Timestamp': '1772359201' } }],
    ['a time that is no time', { headers: { 'X-Amilon-Timestamp': 'now' } }],
    ['a request of the past', { off: -301 }],
    ['one of the future', { off: 301 }],
  ])('%s: 401, and nothing is read', async (_what, sent) => {
    await afterPoll();
    const answers: Answer[] = [];
    expect(await readsAfter(async () => answers.push(await send(sent)))).toBe(0);
    expect(answers.map(({ status, body }) => [status, body['code']])).toEqual([[401, 'invalid_signature']]);
  });

  it('a body that is no JSON, one that is too large, another method', async () => {
    const malformed = await send({ text: '{' });
    const large = await send({ text: JSON.stringify({ externalOrderId, more: 'x'.repeat(110_000) }) });
    const get = await call('GET', PATH);
    expect([malformed, large, get].map(({ status, body }) => [status, body['code']])).toEqual([
      [400, 'malformed_json'],
      [413, 'body_too_large'],
      [405, 'method_not_allowed'],
    ]);
    expect(get.headers.get('allow')).toBe('POST');
  });

  it('everything where no secret is configured', async () => {
    const without = await startTestService({ files, synced: false });
    const answer = await createClient(without.url, 'none')('POST', PATH, { body: hint() });
    await without.stop();
    expect([answer.status, answer.body['code']]).toEqual([404, 'not_found']);
  });
});
