import { afterAll, describe, expect, it, jest } from '@jest/globals';
import { setTimeout as pause } from 'node:timers/promises';
import { createClient, eventually } from './client.ts';
import { endAll, runToEnd, startProcess, temporaryFolder } from './process.ts';
import { sandboxOf, sandboxPurchases } from './sandbox.ts';

jest.setTimeout(300_000);
afterAll(endAll);

/** An attempt in flight when the process dies is read soon, and posted again after this. */
const env = { SUBMISSION_QUIET_MS: '0' };

describe('the service, killed at any moment', () => {
  it('loses no order and buys each once', async () => {
    const folder = await temporaryFolder();
    let service = await startProcess(folder.dir, env);
    await eventually(
      () => createClient(service).call('GET', '/v1/catalog/products'),
      ({ status }) => status === 200,
    );

    const ids = new Map<string, string>();
    const body = { lines: [{ productCode: 'FNAC_25_EUR', quantity: 1 }] };
    // Each round dies somewhere else between taking an order and its last voucher.
    for (const [round, moment] of [0, 15, 40, 90, 160, 300].entries()) {
      const keys = Array.from({ length: 5 }, (_, index) => `order ${String(round)}-${String(index)}`);
      const client = createClient(service);
      const sent = Promise.allSettled(keys.map((key) => client.order(key, body)));
      await pause(moment);
      await service.kill('SIGKILL');
      await sent;
      service = await startProcess(folder.dir, env);
      // Whoever got no answer sends the same again.
      const again = createClient(service);
      for (const key of keys) ids.set(key, String((await again.order(key, body)).body['id']));
    }

    const client = createClient(service);
    const finals = await Promise.all([...ids.values()].map((id) => client.untilFinal(id)));
    expect(finals.map(({ body: order }) => order['status'])).toEqual(finals.map(() => 'completed'));
    const purchases = await sandboxPurchases(sandboxOf(service));
    expect(purchases.map(({ bought }) => bought)).toEqual(finals.map(() => 1));
    expect(purchases.map(({ externalOrderId }) => externalOrderId).toSorted()).toEqual(
      finals.map(({ body: order }) => String(order['externalOrderId'])).toSorted(),
    );

    await service.kill('SIGTERM');
    const { text } = await runToEnd(['verify'], { DATA_DIR: folder.dir });
    expect(text).toContain('no fault');
    await folder.remove();
  });
});
