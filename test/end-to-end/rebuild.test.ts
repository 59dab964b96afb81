import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { createClient, eventually } from './client.ts';
import { endAll, runToEnd, startProcess, temporaryFolder } from './process.ts';

jest.setTimeout(300_000);

const models = ['orders', 'vouchers', 'products', 'merchants', 'categories', 'contract'];

describe('rebuild, beside the running service', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  beforeAll(async () => {
    folder = await temporaryFolder();
  });
  afterAll(async () => {
    endAll();
    await folder.remove();
  });

  it('names a document that was changed by hand, as verify does, and serves the right one without a restart', async () => {
    const service = await startProcess(folder.dir);
    const client = createClient(service);
    const order = { lines: [{ productCode: 'AMAZON_50_EUR', quantity: 1 }] };
    const { body } = await eventually(
      () => client.order('key', order),
      ({ status }) => status < 300,
    );
    const id = String(body['id']);
    await client.untilFinal(id);
    await eventually(
      () => client.call('GET', '/v1/orders'),
      (answer) => JSON.stringify(answer.body).includes('"completed"'),
    );
    const db = new DatabaseSync(path.join(folder.dir, 'read-models.sqlite'));
    db.prepare(`UPDATE orders_g1 SET json = json_set(json, '$.order.status', 'changed')`).run();
    db.close();

    const env = { DATA_DIR: folder.dir };
    expect(await runToEnd(['verify'], env)).toMatchObject({
      code: 1,
      text: expect.stringContaining(`FAULT: orders ${id} is not what order-${id} says`),
    });
    const load = Array.from({ length: 10 }, (_, n) => client.order(`load-${String(n)}`, order));
    const rebuilt = await runToEnd(['rebuild'], env);
    expect(rebuilt.code).toBe(0);
    expect(rebuilt.text).toContain(`orders: ${id} was changed at order.status\n`);
    for (const model of models) expect(rebuilt.text).toContain(`${model}: served, `);

    const ids = (await Promise.all(load)).map((answer) => String(answer.body['id']));
    for (const each of ids) await client.untilFinal(each);
    const list = await eventually(
      () => client.call('GET', '/v1/orders?status=completed'),
      (answer) => (answer.body['data'] as readonly unknown[]).length === 11,
    );
    expect(new Set((list.body['data'] as readonly { id: string }[]).map((each) => each.id))).toEqual(
      new Set([id, ...ids]),
    );
    expect(await runToEnd(['verify'], env)).toMatchObject({ code: 0 });

    expect(await runToEnd(['rebuild', 'orders', '--rollback'], env)).toEqual({
      code: 0,
      text: 'orders: what was served before is served again\n',
    });
    await service.kill('SIGTERM');
  });
});
