import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { StreamId } from '../../src/application/ports/event-store.ts';
import { SECOND } from '../../src/domain/shared/instant.ts';
import { scratchFiles } from '../support/scratch.ts';
import { eventOf } from '../support/stored-events.ts';
import { startTestService } from '../support/test-service.ts';
import type { TestService } from '../support/test-service.ts';
import { createClient } from './client.ts';

const files = scratchFiles();
const stream = 'order-00000000-0000-5000-8000-000000000001' as StreamId;
let service: TestService;
let call: ReturnType<typeof createClient>;

beforeAll(async () => {
  service = await startTestService({ files, synced: false });
  call = createClient(service.url, await service.key());
  await service.ports.store.append(stream, 0, [{ ...eventOf(stream, 1), type: 'OrderGiftWrapped' }]);
  await service.settled();
});
afterAll(() => service.stop());

// Those of the catalogue know by the stream that the event is none of theirs.
const consumers = ['orders', 'vouchers', 'due-orders'];
const parked = (consumer: string) => ({
  id: `${consumer}:${stream}`,
  consumer,
  stream,
  version: 1,
  last: 1,
  reason: `cannot read ${stream} version 1 (OrderGiftWrapped, schema 1): no such type is known`,
  retrying: false,
});

describe('/v1/ops/parked', () => {
  it('lists what waits, in every consumer of orders', async () => {
    expect((await call('GET', '/v1/ops/parked')).body).toEqual({ data: consumers.map(parked), nextCursor: null });
  });

  it('takes a request to try again, which the running consumer comes to', async () => {
    const asked = await call('POST', `/v1/ops/parked/orders:${stream}/retries`);
    expect([asked.status, asked.body]).toEqual([202, { ...parked('orders'), retrying: true }]);
    expect((await call('GET', '/v1/ops/parked')).body['data']).toContainEqual({ ...parked('orders'), retrying: true });
    await service.clock.advance(10 * SECOND);
    expect((await call('GET', '/v1/ops/parked')).body['data']).toEqual(consumers.map(parked));
  });

  it('answers 404 where nothing of that id is parked', async () => {
    const answer = await call('POST', '/v1/ops/parked/orders:order-none/retries');
    expect([answer.status, answer.body['code']]).toEqual([404, 'not_parked']);
  });

  it('asks for the scope ops', async () => {
    const key = await service.key({ scopes: ['orders:read', 'audit:read'] });
    expect((await call('GET', '/v1/ops/parked', { key })).status).toBe(403);
    expect((await call('POST', `/v1/ops/parked/orders:${stream}/retries`, { key })).status).toBe(403);
  });
});
