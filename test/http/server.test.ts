import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { StreamId } from '../../src/application/ports/event-store.ts';
import { hashOf } from '../../src/infrastructure/codec/hash-chain.ts';
import { scratchFiles } from '../support/scratch.ts';
import { startTestService } from '../support/test-service.ts';
import type { TestService } from '../support/test-service.ts';
import { createClient } from './client.ts';

const files = scratchFiles();
let service: TestService;
let call: ReturnType<typeof createClient>;

beforeEach(async () => {
  service = await startTestService({ files });
  call = createClient(service.url, await service.key());
});
afterEach(() => service.stop());

const place = () =>
  call('POST', '/v1/orders', {
    body: { lines: [{ productCode: 'SIM_NEVER', quantity: 1 }] },
    headers: { 'Idempotency-Key': 'key-1' },
  });

describe('the server', () => {
  it('lives and is ready without a key', async () => {
    const [live, ready] = await Promise.all([fetch(`${service.url}/livez`), fetch(`${service.url}/readyz`)]);
    const { status, parts } = (await ready.json()) as { status: string; parts: readonly { state: string }[] };
    expect([live.status, ready.status, status, parts.every(({ state }) => state === 'ready')]).toEqual([
      200,
      200,
      'ready',
      true,
    ]);
  });

  it('is ready whether Amilon can be reached or not', async () => {
    service.upstream.cut();
    expect((await fetch(`${service.url}/readyz`)).status).toBe(200);
  });
});

describe('an event that this version cannot read', () => {
  const append = async (orderId: string): Promise<void> => {
    const stream = `order-${orderId}` as StreamId;
    const recorded = (await service.events()).filter((event) => event.stream === stream);
    const last = recorded.at(-1);
    if (last === undefined) throw new Error('no order');
    const { position: _position, ...event } = last;
    const { hash, ...envelope } = last.envelope;
    const unsealed = {
      ...event,
      version: last.version + 1,
      id: service.ports.identifiers.eventId(),
      type: 'OrderEaten',
      envelope: { ...envelope, prevHash: hash },
    };
    const sealed = { ...unsealed, envelope: { ...unsealed.envelope, hash: hashOf(unsealed) } };
    expect(await service.ports.store.append(stream, last.version, [sealed])).toBe('appended');
  };

  it('is a failure of the order with nothing told, a gap in its history, and a marker in the feed', async () => {
    const id = String((await place()).body['id']);
    await append(id);
    const read = await call('GET', `/v1/orders/${id}`);
    expect([read.status, read.body['code'], read.body['detail']]).toEqual([
      500,
      'internal_error',
      'The failure is in the log under the requestId.',
    ]);
    expect(read.text).not.toContain('OrderEaten');
    expect(service.logged()).toContain(String(read.body['requestId']));
    const history = (await call('GET', `/v1/orders/${id}/events`)).body['data'] as Record<string, unknown>[];
    expect(history.map(({ type, data }) => [type, data === undefined])).toEqual([
      ['order.requested', false],
      ['order.eaten', true],
    ]);
    const feed = (await call('GET', '/v1/events?limit=200')).body['data'] as Record<string, unknown>[];
    expect(feed.filter(({ subject }) => subject === id).map(({ type }) => type)).toEqual([
      'com.example.voucherorders.order.requested.v1',
      'com.example.voucherorders.order.unreadable.v1',
    ]);
  });
});
