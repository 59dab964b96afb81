import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TenantId } from '../../src/domain/shared/ids.ts';
import { scratchFiles } from '../support/scratch.ts';
import { startTestService } from '../support/test-service.ts';
import type { TestService } from '../support/test-service.ts';
import { createClient } from './client.ts';
import type { Answer } from './client.ts';

const files = scratchFiles();
const order = { lines: [{ productCode: 'SIM_OK', quantity: 2 }] };
let service: TestService;
let call: ReturnType<typeof createClient>;

beforeAll(async () => {
  service = await startTestService({ files });
  call = createClient(service.url, await service.key());
});
afterAll(() => service.stop());

const place = (key: string, body: unknown = order, headers: Readonly<Record<string, string>> = {}): Promise<Answer> =>
  call('POST', '/v1/orders', { body, headers: { 'Idempotency-Key': key, ...headers } });

describe('POST /v1/orders', () => {
  it('takes an order and answers 202 before it is fulfilled', async () => {
    const body = { ...order, reference: 'PO-1', userId: 'user-1', metadata: { note: 'for Ann' } };
    const answer = await place('first', body);
    const { id } = answer.body;
    expect(answer.body).toEqual({
      id,
      externalOrderId: `ENGAGE-2026-${String(id).slice(0, 14)}4${String(id).slice(15)}`,
      reference: 'PO-1',
      mode: 'sandbox',
      status: 'pending',
      attention: [],
      purchase: 'not_purchased',
      version: 1,
      lines: [
        {
          productCode: 'SIM_OK',
          productName: 'Simulated: SIM_OK',
          quantity: 2,
          unitPrice: { amount: '10.00', currency: 'EUR' },
          delivered: 0,
          status: 'pending',
        },
      ],
      totals: { gross: { amount: '20.00', currency: 'EUR' } },
      userId: 'user-1',
      createdAt: answer.body['createdAt'],
      allowedActions: ['cancel'],
      links: {
        self: `/v1/orders/${String(id)}`,
        events: `/v1/orders/${String(id)}/events`,
        vouchers: `/v1/vouchers?orderId=${String(id)}`,
      },
    });
    const headers = ['location', 'etag', 'retry-after', 'preference-applied', 'idempotent-replayed'];
    expect([answer.status, ...headers.map((name) => answer.headers.get(name))]).toEqual([
      202,
      `/v1/orders/${String(id)}`,
      '"v1"',
      '2',
      null,
      null,
    ]);
  });

  it('waits for the end of the order as long as is preferred, and answers 201', async () => {
    const answer = await service.passing(place('waits', order, { Prefer: 'wait=30' }));
    expect([answer.status, answer.body['status'], answer.body['purchase']]).toEqual([201, 'completed', 'purchased']);
    expect([answer.headers.get('preference-applied'), answer.headers.get('retry-after')]).toEqual(['wait=30', null]);
  });

  it('answers 202 with what is known when the wait is over', async () => {
    const slow = { lines: [{ productCode: 'SIM_NEVER', quantity: 1 }] };
    const answer = await service.passing(place('slow', slow, { Prefer: 'respond-async, wait=5' }));
    expect([answer.status, answer.body['status']]).toEqual([202, 'processing']);
    expect(answer.headers.get('preference-applied')).toBe('respond-async, wait=5');
  });

  it('answers a repetition with the order as it is now', async () => {
    const first = await place('again');
    const again = await service.passing(place('again', order, { Prefer: 'wait=30' }));
    expect([again.status, again.body['id'], again.body['status']]).toEqual([201, first.body['id'], 'completed']);
    expect(again.headers.get('idempotent-replayed')).toBe('true');
  });

  it('takes one order of fifty requests with one key at once', async () => {
    const before = (await service.events()).filter(({ type }) => type === 'OrderRequested').length;
    const answers = await service.passing(Promise.all(Array.from({ length: 50 }, () => place('crowd'))));
    const after = (await service.events()).filter(({ type }) => type === 'OrderRequested').length;
    expect([new Set(answers.map(({ body }) => body['id'])).size, after - before]).toEqual([1, 1]);
    const replayed = answers.filter(({ headers }) => headers.get('idempotent-replayed') === 'true');
    expect([answers.every(({ status }) => status === 202 || status === 201), replayed.length]).toEqual([true, 49]);
  });

  it('takes the same key of another tenant for another order', async () => {
    const other = createClient(service.url, await service.key({ tenant: TenantId('other') }));
    const ours = await place('shared');
    const theirs = await other('POST', '/v1/orders', { body: order, headers: { 'Idempotency-Key': 'shared' } });
    expect([theirs.status, theirs.body['id'] === ours.body['id']]).toEqual([202, false]);
  });

  it('refuses a key that was used with another body, whatever else is wrong with it', async () => {
    await place('reused');
    const other = await place('reused', { lines: [] });
    expect([other.status, other.body['code']]).toEqual([422, 'idempotency_key_reused']);
  });

  it('answers 503 outcome_unknown where the store does not answer, and the same key gives the order', async () => {
    service.fail('answer');
    const unknown = await place('lost');
    service.fail('nothing');
    expect([unknown.status, unknown.body['code'], unknown.body['purchase'], unknown.body['retryable']]).toEqual([
      503,
      'outcome_unknown',
      'unknown',
      true,
    ]);
    expect(unknown.headers.get('retry-after')).toBe('2');
    const again = await place('lost');
    expect([again.status, again.headers.get('idempotent-replayed')]).toEqual([202, 'true']);
  });

  it('does not burn the key of a request that was not valid', async () => {
    const wrong = await place('not burnt', { lines: [{ productCode: 'NO_SUCH', quantity: 1 }] });
    const right = await place('not burnt');
    expect([wrong.status, right.status, right.headers.get('idempotent-replayed')]).toEqual([422, 202, null]);
  });

  it('records who asked, in which conversation', async () => {
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const { body, headers } = await place('traced', order, { 'X-Request-Id': 'ours-1', traceparent });
    expect(headers.get('x-request-id')).toBe('ours-1');
    const recorded = (await service.events()).find(({ stream }) => stream === `order-${String(body['id'])}`);
    expect(recorded?.envelope).toMatchObject({
      actor: { type: 'client' },
      tenant: 'acme',
      correlation: 'ours-1',
      causation: 'ours-1',
      traceparent,
    });
  });
});
