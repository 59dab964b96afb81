import { afterAll, describe, expect, it, jest } from '@jest/globals';
import { createClient, eventually } from './client.ts';
import { endAll, startProcess, temporaryFolder } from './process.ts';
import { sandboxOf, sandboxPurchases } from './sandbox.ts';

jest.setTimeout(180_000);
afterAll(endAll);

describe('the service on the wire as it was seen, not as the report writes it', () => {
  it('orders, delivers and refuses as ever', async () => {
    const folder = await temporaryFolder();
    const service = await startProcess(folder.dir, { SANDBOX_WIRE: 'observed', AMILON_CULTURES: 'pt-PT' });
    const client = createClient(service);
    await eventually(
      () => client.call('GET', '/v1/catalog/products'),
      ({ status }) => status === 200,
    );
    const lines = [
      { productCode: 'FNAC_25_EUR', quantity: 2 },
      { productCode: 'AMAZON_50_EUR', quantity: 1 },
    ];
    const taken = await client.order('two merchants', { lines });
    const order = await client.untilFinal(String(taken.body['id']));
    expect([order.body['status'], order.body['attention']]).toEqual(['completed', []]);
    expect(
      (order.body['lines'] as readonly { readonly delivered: number }[]).map(({ delivered }) => delivered),
    ).toEqual([2, 1]);
    const poor = await client.order('no funds', { lines: [{ productCode: 'SIM_422_FUNDS', quantity: 1 }] });
    const refused = await client.untilFinal(String(poor.body['id']));
    expect(refused.body['failure']).toMatchObject({ code: 'insufficient_funds' });
    expect((await sandboxPurchases(sandboxOf(service))).map(({ bought }) => bought)).toEqual([1]);
    await service.kill('SIGTERM');
    await folder.remove();
  });
});
