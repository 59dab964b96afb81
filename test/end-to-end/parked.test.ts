import { rm } from 'node:fs/promises';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { createClient, eventually } from './client.ts';
import { endAll, runToEnd, startProcess, temporaryFolder } from './process.ts';

jest.setTimeout(240_000);

describe('parked list and parked retry, beside the running service', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  beforeAll(async () => {
    folder = await temporaryFolder();
  });
  afterAll(async () => {
    endAll();
    await folder.remove();
  });
  const parked = (...args: readonly string[]) => runToEnd(['parked', ...args], { DATA_DIR: folder.dir });

  /** Renames the first event of every order: to a type that nobody knows, and back. */
  const rename = (from: string, to: string): void => {
    const db = new DatabaseSync(path.join(folder.dir, 'events.sqlite'));
    db.prepare('UPDATE events SET type = ? WHERE type = ?').run(to, from);
    db.close();
  };

  it('show an order that no consumer can read, and heal it once it can be read', async () => {
    const first = await startProcess(folder.dir);
    const order = { lines: [{ productCode: 'AMAZON_50_EUR', quantity: 1 }] };
    const placed = await eventually(
      () => createClient(first).order('key', order),
      ({ status }) => status < 300,
    );
    const id = `orders:order-${String(placed.body['id'])}`;
    await createClient(first).untilFinal(String(placed.body['id']));
    await first.kill('SIGTERM');
    rename('OrderRequested', 'OrderGiftWrapped');
    for (const end of ['', '-wal', '-shm']) await rm(`${folder.dir}/read-models.sqlite${end}`, { force: true });

    const second = await startProcess(folder.dir);
    await eventually(
      () => parked('list'),
      ({ text }) => text.startsWith(`${id}  1–5  cannot read`),
    );
    expect(await parked('retry', 'orders:order-none')).toMatchObject({ code: 1 });

    rename('OrderGiftWrapped', 'OrderRequested');
    expect(await parked('retry', id)).toEqual({ code: 0, text: `asked for: ${id}\n` });
    await eventually(
      () => parked('list'),
      ({ text }) => text.startsWith('vouchers:'),
    );
    const list = await createClient(second).call('GET', '/v1/orders');
    expect(list.body['data']).toMatchObject([{ id: placed.body['id'], status: 'completed', version: 5 }]);
    await second.kill('SIGTERM');
  });
});
