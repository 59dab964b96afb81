import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { scratchFiles } from '../support/scratch.ts';
import { startTestService } from '../support/test-service.ts';
import type { TestService } from '../support/test-service.ts';
import { createClient } from './client.ts';

const files = scratchFiles();
let service: TestService;
let call: ReturnType<typeof createClient>;
let orderId: string;

beforeAll(async () => {
  service = await startTestService({ files });
  call = createClient(service.url, await service.key());
  // The first read of the order; what it says is not known, and the next one heals it.
  const strange = { externalOrderId: null, id: 'order-1', status: 'Quantum' };
  service.upstream.world.faults.add({ endpoint: 'read', does: 'json', body: strange, count: 1 });
  const placed = await service.passing(
    call('POST', '/v1/orders', {
      body: { lines: [{ productCode: 'SIM_HTML_200', quantity: 1 }], reference: 'planted-reference' },
      headers: { 'Idempotency-Key': 'planted-key', Prefer: 'wait=30' },
    }),
  );
  orderId = String(placed.body['id']);
  await call('GET', `/v1/orders/${orderId}`);
  await call('GET', '/v1/nowhere/planted-path');
  await call('DELETE', '/v1/orders');
  await call('GET', '/readyz');
  await service.settled();
});
afterAll(() => service.stop());

const metrics = async (headers: Readonly<Record<string, string>> = {}): Promise<Response> =>
  fetch(new URL('/metrics', service.url), { headers });

/** Each series with its value. */
const series = async (): Promise<ReadonlyMap<string, number>> => {
  const lines = (await (await metrics()).text()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    lines.map((line) => {
      const end = line.lastIndexOf(' ');
      return [line.slice(0, end), Number(line.slice(end + 1))];
    }),
  );
};

describe('/metrics', () => {
  it("is Prometheus's text, and nobody may keep it", async () => {
    const { status, headers } = await metrics();
    expect([status, headers.get('content-type'), headers.get('cache-control')]).toEqual([
      200,
      'text/plain; version=0.0.4; charset=utf-8',
      'no-store',
    ]);
  });

  it("counts requests by the route's pattern, never by the path that a client wrote", async () => {
    const found = [...(await series())].filter(([name]) => name.startsWith('voucher_orders_http_requests_total'));
    const counted = Object.fromEntries(found.map(([name, n]) => [name.replace(/^[^{]*/, ''), n]));
    expect(counted).toMatchObject({
      '{method="POST",route="/v1/orders",status="201"}': 1,
      '{method="GET",route="/v1/orders/{id}",status="200"}': 1,
      '{method="GET",route="unmatched",status="404"}': 1,
      '{method="DELETE",route="unmatched",status="405"}': 1,
      '{method="GET",route="/readyz",status="200"}': 1,
    });
  });

  it('measures how long requests and exchanges took', async () => {
    const all = await series();
    expect(all.get('voucher_orders_http_request_duration_seconds_count{method="GET",route="/v1/orders/{id}"}')).toBe(1);
    expect(all.get('voucher_orders_amilon_call_duration_seconds_count{endpoint="create"}')).toBe(1);
  });

  it('counts every exchange with Amilon by endpoint, outcome and status, as the sandbox counted them', async () => {
    const all = await series();
    const seen = Map.groupBy(service.upstream.world.calls(), ({ endpoint, answer }) => `${endpoint} ${answer}`);
    expect(seen.size).toBeGreaterThan(5);
    for (const [key, calls] of seen) {
      const [endpoint, status] = key.split(' ');
      const name = `voucher_orders_amilon_calls_total{endpoint="${String(endpoint)}",outcome="answered",status="${String(status)}"}`;
      expect([name, all.get(name)]).toEqual([name, calls.length]);
    }
  });

  it('counts drift by kind and place, without the word that Amilon chose', async () => {
    const found = [...(await series())].filter(
      ([name, count]) => name.startsWith('voucher_orders_amilon_drift_total') && count > 0,
    );
    expect(found.map(([name]) => name)).toEqual([
      'voucher_orders_amilon_drift_total{kind="unreadable_answer",where="create"}',
      'voucher_orders_amilon_drift_total{kind="missing_field",where="order"}',
      'voucher_orders_amilon_drift_total{kind="unknown_word",where="order.status"}',
    ]);
  });

  it('tells of every consumer: state, progress, what is parked, lag', async () => {
    const all = await series();
    const total = (await service.events()).length;
    for (const consumer of ['orders', 'vouchers', 'products', 'merchants', 'categories', 'contract', 'due-orders']) {
      const of = (name: string, more = ''): number | undefined =>
        all.get(`voucher_orders_consumer_${name}{consumer="${consumer}"${more}}`);
      expect([consumer, of('state', ',state="running"'), of('state', ',state="waiting"')]).toEqual([consumer, 1, 0]);
      expect([of('lag_events'), of('lag_seconds'), of('parked_streams')]).toEqual([0, 0, 0]);
      expect(of('events_read_total')).toBe(total);
      const handled = ['applied', 'ignored', 'parked'].map((result) => of('events_total', `,result="${result}"`) ?? 0);
      expect(handled.reduce((sum, n) => sum + n)).toBe(total);
    }
  });

  it('tells which lanes of Amilon are stopped', async () => {
    const open = async (lane: string) => (await series()).get(`voucher_orders_amilon_circuit_open{lane="${lane}"}`);
    expect([await open('create'), await open('read'), await open('sync')]).toEqual([0, 0, 0]);
  });

  it('holds no id, key, reference or path of a client', async () => {
    const text = await (await metrics()).text();
    for (const secret of [orderId, 'planted', 'SANDBOX-', 'acme']) expect(text).not.toContain(secret);
  });

  it.each(['X-Forwarded-For', 'Forwarded', 'Via', 'X-Real-IP'])(
    'asks for a key of scope ops where a proxy asks for somebody else (%s)',
    async (header) => {
      expect((await metrics({ [header]: '192.0.2.7' })).status).toBe(401);
      const poor = { [header]: '192.0.2.7', authorization: `Bearer ${await service.key({ scopes: ['orders:read'] })}` };
      expect((await metrics(poor)).status).toBe(403);
      const ops = { [header]: '192.0.2.7', authorization: `Bearer ${await service.key({ scopes: ['ops'] })}` };
      expect((await metrics(ops)).status).toBe(200);
    },
  );
});

describe('GET /v1/ops/status', () => {
  it('shows the figures of /metrics, and names what Amilon wrote that is not known', async () => {
    const { body } = await call('GET', '/v1/ops/status');
    const { consumers, upstream, ...rest } = body as {
      consumers: { name: string; state: string; events: { read: number }; parkedStreams: number; lag: object }[];
      upstream: {
        circuits: object;
        endpoints: { endpoint: string; calls: number; failures: number }[];
        drift: { kind: string; where: string; what: string }[];
      };
    };
    const total = (await service.events()).length;
    expect(rest).toMatchObject({ mode: 'sandbox', startedAt: '2026-03-01T10:00:00.000Z' });
    expect(
      consumers.map(({ name, state, events, parkedStreams, lag }) => [name, state, events.read, parkedStreams, lag]),
    ).toEqual(
      ['due-orders', 'orders', 'vouchers', 'products', 'merchants', 'categories', 'contract'].map((name) => [
        name,
        'running',
        total,
        0,
        { events: 0, seconds: 0 },
      ]),
    );
    const calls = Map.groupBy(service.upstream.world.calls(), ({ endpoint }) => endpoint);
    expect(upstream.endpoints.map(({ endpoint, calls: n, failures }) => [endpoint, n, failures])).toEqual(
      ['categories', 'contract', 'create', 'merchants', 'products', 'read', 'token'].map((endpoint) => [
        endpoint,
        calls.get(endpoint as 'read')?.length,
        0,
      ]),
    );
    expect(upstream.circuits).toEqual({});
    expect(upstream.drift.map(({ kind, where, what }) => [kind, where, what])).toEqual([
      ['unreadable_answer', 'create', 'order'],
      ['missing_field', 'order', 'externalorderid'],
      ['unknown_word', 'order.status', 'Quantum'],
    ]);
  });
});
