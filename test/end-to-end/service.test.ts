import { rm } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { createClient, eventually } from './client.ts';
import type { OrderAnswer } from './client.ts';
import { endAll, runToEnd, startProcess, temporaryFolder } from './process.ts';
import type { ServiceProcess } from './process.ts';

jest.setTimeout(60_000);

const amazon = { lines: [{ productCode: 'AMAZON_50_EUR', quantity: 1 }] };

describe('the service as a process, on its embedded default', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let service: ServiceProcess;
  let client: ReturnType<typeof createClient>;

  beforeAll(async () => {
    folder = await temporaryFolder();
    service = await startProcess(folder.dir);
    client = createClient(service);
    await eventually(
      () => client.call('GET', '/v1/catalog/products?culture=pt-PT'),
      (answer) => answer.status === 200,
    );
  });
  afterAll(async () => {
    endAll();
    await folder.remove();
  });

  it('delivers the vouchers of an order within the wait, and reveals them', async () => {
    const placed = await client.order('first', amazon, { prefer: 'wait=15' });
    expect([placed.status, placed.body['status'], placed.body['purchase']]).toEqual([201, 'completed', 'purchased']);

    const vouchers = await client.call('GET', `/v1/vouchers?orderId=${String(placed.body['id'])}`);
    const [voucher] = vouchers.body['data'] as readonly { readonly id: string }[];
    const revealed = await client.call('POST', `/v1/vouchers/${String(voucher?.id)}/reveals`, {
      body: { reason: 'the user asked for it' },
      secret: true,
    });
    expect(revealed.status).toBe(200);
    expect(revealed.headers.get('cache-control')).toContain('no-store');
    expect(revealed.body['code']).toMatch(/^SANDBOX-/);
  });

  it('answers the same key and body with the same order, and another body with 422', async () => {
    const first = await client.order('replayed', amazon);
    const again = await client.order('replayed', amazon);
    const other = await client.order('replayed', { lines: [{ productCode: 'FNAC_25_EUR', quantity: 1 }] });

    expect(again.body['id']).toBe(first.body['id']);
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    expect([other.status, other.body['code']]).toEqual([422, 'idempotency_key_reused']);
  });

  it('makes one order and one purchase of 50 concurrent requests with one key', async () => {
    const answers = await Promise.all(Array.from({ length: 50 }, () => client.order('at once', amazon)));
    const orders = answers.map(({ body }) => body as unknown as OrderAnswer);
    expect(answers.map(({ status }) => status).filter((status) => status !== 202 && status !== 201)).toEqual([]);
    expect(new Set(orders.map(({ id }) => id)).size).toBe(1);

    const [order] = orders;
    await client.untilFinal(String(order?.id));
    const timeline = await client.call('GET', `/v1/orders/${String(order?.id)}/events`);
    const types = (timeline.body['data'] as readonly { readonly type: string }[]).map(({ type }) => type);
    expect(types.filter((type) => type.endsWith('requested') || type.endsWith('submission_started'))).toHaveLength(2);
  });

  it('verifies its own history and read models while it runs', async () => {
    const { code, text } = await runToEnd(['verify'], { DATA_DIR: folder.dir });
    expect(text).toMatch(
      /^verified: \d+ events in \d+ streams, \d+ documents(, \d+ documents lag behind)?; no fault\n$/,
    );
    expect(code).toBe(0);
  });

  it('refuses a second process on the same data folder with a sentence', async () => {
    const { code, text } = await runToEnd(['serve'], { DATA_DIR: folder.dir, PORT: '0' });
    expect(text).toContain('is in use by another process of this service');
    expect(code).toBe(1);
  });

  it('does not start on read models of another history: it would take orders that nobody fulfils', async () => {
    const other = await temporaryFolder();
    const before = await startProcess(other.dir);
    await eventually(
      () => createClient(before).call('GET', '/readyz'),
      ({ status }) => status === 200,
    );
    await before.kill('SIGTERM');
    for (const end of ['', '-wal', '-shm']) await rm(`${other.dir}/events.sqlite${end}`, { force: true });
    const { code, text } = await runToEnd(['serve'], { DATA_DIR: other.dir, PORT: '0' });
    expect([code, text]).toEqual([
      1,
      expect.stringMatching(/^voucher-orders: The read model \S+ follows another history: .*\n$/),
    ]);
    await other.remove();
  });

  it('stops on SIGTERM after finishing what is in hand', async () => {
    const other = await temporaryFolder();
    const stopping = await startProcess(other.dir);
    expect(await stopping.kill('SIGTERM')).toBe(0);
    expect(stopping.text()).toContain('"msg":"stopped"');
    await other.remove();
  });
});
