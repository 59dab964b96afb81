import { afterAll, afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { createClient, eventually } from './client.ts';
import { end, startSandboxProcess } from './installation.ts';
import type { Listening } from './installation.ts';
import { endAll, runToEnd, startProcess, temporaryFolder } from './process.ts';
import type { ServiceProcess } from './process.ts';
import { sandboxCalls, sandboxPurchases } from './sandbox.ts';

/** By hand: `FAULT_ORDERS=1000 npm run -s test:servers -- random-faults`. */
const ORDERS = Number(process.env['FAULT_ORDERS'] ?? 60);
const RATE = 0.3;
const CLIENTS = 8;
/** How long orders are placed where the service is killed meanwhile. */
const UNDER_FIRE = Math.max(15_000, ORDERS * 100);

jest.setTimeout(1_800_000);
afterAll(endAll);

const say = (text: string): void => void process.stderr.write(`random faults: ${text}\n`);
const seconds = (since: number): string => `${((performance.now() - since) / 1_000).toFixed(0)} s`;

describe('an Amilon that fails 30 % of all calls at random', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let sandbox: Listening;
  let service: ServiceProcess;

  const start = (): Promise<ServiceProcess> =>
    startProcess(path.join(folder.dir, 'data'), {
      AMILON: 'sandbox',
      AMILON_BASE_URL: sandbox.url,
      AMILON_CULTURES: 'pt-PT',
      AMILON_CREATES_PER_SECOND: '50',
      AMILON_READS_PER_SECOND: '100',
      AMILON_CREATE_DEADLINE_MS: '8000',
      FULFILMENT_CONCURRENCY: '64',
      SUBMISSION_QUIET_MS: '0',
      LOG_LEVEL: 'warn',
    });

  beforeEach(async () => {
    folder = await temporaryFolder();
    sandbox = await startSandboxProcess(path.join(folder.dir, 'sandbox.sqlite'));
    service = await start();
    // A catalogue to order from; then all goes wrong.
    await eventually(
      () => createClient(service).call('GET', '/v1/catalog/products'),
      ({ status }) => status === 200,
    );
    const fault = { endpoint: 'any', does: 'random', probability: RATE, seed: 1 };
    const made = await fetch(new URL('/_sandbox/faults', sandbox.url), { method: 'POST', body: JSON.stringify(fault) });
    expect(made.status).toBe(201);
  });
  afterEach(async () => {
    await service.kill('SIGTERM');
    await end(sandbox.child);
    await folder.remove();
  });

  const order = { lines: [{ productCode: 'FNAC_25_EUR', quantity: 2 }] };

  /** A client that is patient: without an answer it sends the same again. */
  const placed = async (key: string): Promise<string> => {
    const answer = await eventually(
      () =>
        createClient(service)
          .order(key, order)
          .catch(() => undefined),
      (one) => one?.status === 202 || one?.status === 201,
      120_000,
    );
    return String(answer?.body['id']);
  };

  /** Orders by several clients at once, each one every so many milliseconds. */
  const placeAll = async (every: number): Promise<readonly string[]> => {
    const keys = Array.from({ length: ORDERS }, (_, index) => `order ${String(index)}`);
    const ids: string[] = [];
    const client = async (): Promise<void> => {
      for (let key = keys.shift(); key !== undefined; key = keys.shift()) {
        ids.push(await placed(key));
        if (every > 0) await pause(every);
      }
    };
    await Promise.all(Array.from({ length: CLIENTS }, client));
    return ids;
  };

  const open = async (): Promise<number> => {
    const pages = await Promise.all(
      ['pending', 'submitting', 'processing', 'partially_delivered'].map((status) =>
        createClient(service).call('GET', `/v1/orders?status=${status}&limit=1`),
      ),
    );
    return pages.flatMap(({ body }) => body['data'] as readonly unknown[]).length;
  };

  /** Every order completed, with both vouchers, and bought exactly once. */
  const expectAllBoughtOnce = async (ids: readonly string[]): Promise<void> => {
    expect(new Set(ids).size).toBe(ORDERS);
    const client = createClient(service);
    const orders: { readonly status: unknown; readonly externalOrderId: string; readonly delivered: unknown }[] = [];
    for (const id of ids) {
      const { body } = await client.call('GET', `/v1/orders/${id}`);
      const [line] = body['lines'] as readonly { readonly delivered: number }[];
      orders.push({
        status: body['status'],
        externalOrderId: String(body['externalOrderId']),
        delivered: line?.delivered,
      });
    }
    const byId = orders.toSorted((a, b) => a.externalOrderId.localeCompare(b.externalOrderId));
    expect(byId).toEqual(byId.map(({ externalOrderId }) => ({ status: 'completed', externalOrderId, delivered: 2 })));
    const purchases = await sandboxPurchases(sandbox.url);
    expect(purchases.map(({ bought }) => bought)).toEqual(ids.map(() => 1));
    expect(purchases.map(({ externalOrderId }) => externalOrderId).toSorted()).toEqual(
      orders.map(({ externalOrderId }) => externalOrderId).toSorted(),
    );
  };

  const expectFaults = async (): Promise<void> => {
    const [met] = (await (await fetch(new URL('/_sandbox/faults', sandbox.url))).json()) as readonly {
      readonly met: number;
    }[];
    const calls = await sandboxCalls(sandbox.url);
    const answers = Map.groupBy(calls, ({ answer }) => answer);
    const told = [...answers].map(([answer, all]) => `${answer} ${String(all.length)}`).toSorted();
    say(`${String(calls.length)} calls, ${String(met?.met)} met a fault; answers: ${told.join(', ')}`);
    for (const answer of ['500', 'reset', 'hang', '401', '429']) expect([...answers.keys()]).toContain(answer);
  };

  it('every order completes, and each is bought exactly once', async () => {
    const began = performance.now();
    const ids = await placeAll(0);
    say(`${String(ids.length)} orders taken in ${seconds(began)}`);
    await eventually(open, (n) => n === 0, 1_500_000);
    say(`all completed after ${seconds(began)}`);
    await expectFaults();
    await expectAllBoughtOnce(ids);
  });

  it('the same while the service is killed every few seconds', async () => {
    const began = performance.now();
    const over = new AbortController();
    let kills = 0;
    const killing = (async () => {
      while (!over.signal.aborted) {
        // Anywhere in its work: the pauses are no multiple of anything in it.
        await pause(2_000 + ((kills * 1_370) % 3_000));
        await service.kill('SIGKILL');
        service = await start();
        kills += 1;
      }
    })();
    const ids = await placeAll((UNDER_FIRE * CLIENTS) / ORDERS);
    over.abort();
    await killing;
    say(`${String(ids.length)} orders taken in ${seconds(began)}, ${String(kills)} kills`);
    expect(kills).toBeGreaterThan(1);
    await eventually(open, (n) => n === 0, 1_500_000);
    say(`all completed after ${seconds(began)}`);
    await expectFaults();
    await expectAllBoughtOnce(ids);
    await service.kill('SIGTERM');
    const { text } = await runToEnd(['verify'], { DATA_DIR: path.join(folder.dir, 'data') });
    expect(text).toContain('no fault');
  });
});
