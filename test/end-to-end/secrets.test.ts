import { afterAll, describe, expect, it, jest } from '@jest/globals';
import { readFile, readdir } from 'node:fs/promises';
import path from 'node:path';
import { createClient, eventually } from './client.ts';
import { endAll, runToEnd, startProcess, temporaryFolder } from './process.ts';

jest.setTimeout(60_000);
afterAll(endAll);

/** These two hold keys on purpose, readable by their owner only (README.md, "What is in the data folder"). */
const keyFiles = new Set(['keyring.json', 'dev-api-key']);

const filesIn = async (dir: string): Promise<readonly { readonly name: string; readonly bytes: Buffer }[]> => {
  const names = await readdir(dir);
  return Promise.all(names.map(async (name) => ({ name, bytes: await readFile(path.join(dir, name)) })));
};

/** A pin's few digits are in some hash by chance: it is sought as a value, the way every file and answer writes one. */
const soughtAs = (secret: string): string => (secret.length < 8 ? `"${secret}"` : secret);

describe('secrets of vouchers, clients and the service', () => {
  it('are in no file, log line or answer, but for reveals and the two files of keys', async () => {
    const folder = await temporaryFolder();
    const service = await startProcess(folder.dir, { LOG_LEVEL: 'debug' });
    const answers: string[] = [];
    const client = createClient(service, answers);
    await eventually(
      () => client.call('GET', '/v1/catalog/products'),
      ({ status }) => status === 200,
    );

    const planted = 'planted-metadata-7f3a9';
    const order = await client.order(
      'secrets',
      {
        lines: [
          { productCode: 'AMAZON_50_EUR', quantity: 2 },
          { productCode: 'SIM_LINK_ONLY', quantity: 1 },
        ],
        metadata: { note: planted },
      },
      { prefer: 'wait=20' },
    );
    expect(order.body['status']).toBe('completed');
    const id = String(order.body['id']);

    const list = await client.call('GET', `/v1/vouchers?orderId=${id}`);
    const secrets = [planted, service.key];
    for (const voucher of list.body['data'] as readonly { readonly id: string }[]) {
      const { body } = await client.call('POST', `/v1/vouchers/${voucher.id}/reveals`, {
        body: { reason: 'to search for it' },
        secret: true,
      });
      for (const field of ['code', 'pin', 'url', 'qrCode']) {
        if (typeof body[field] === 'string') secrets.push(body[field]);
      }
    }
    expect(secrets.length).toBeGreaterThan(2 + 8);
    const keyring = JSON.parse(await readFile(path.join(folder.dir, 'keyring.json'), 'utf8')) as {
      readonly keks: readonly { readonly key: string }[];
      readonly bodyMacKeys: readonly { readonly key: string }[];
    };
    for (const { key } of [...keyring.keks, ...keyring.bodyMacKeys]) secrets.push(key);

    // Every way of asking about the order, and a mistake in each; then a stop, so that all logs are written.
    answers.splice(0, answers.length);
    for (const question of [
      `/v1/orders`,
      `/v1/orders?q=x`,
      `/v1/orders/${id}/events`,
      `/v1/vouchers`,
      `/v1/events?limit=200`,
      `/v1/contract`,
      `/v1/vouchers/${id}-0000000000000000`,
      `/readyz`,
    ]) {
      await client.call('GET', question);
    }
    await client.order('mistaken', { lines: [], metadata: { note: planted } });
    await client.order('secrets', { lines: [{ productCode: 'AMAZON_50_EUR', quantity: 3 }] });
    const verified = await runToEnd(['verify'], { DATA_DIR: folder.dir });
    const beforeStop = await filesIn(folder.dir);
    await service.kill('SIGTERM');

    const places = [
      ...[...beforeStop, ...(await filesIn(folder.dir))]
        .filter(({ name }) => !keyFiles.has(name))
        .map(({ name, bytes }) => ({ where: `file ${name}`, text: bytes.toString('latin1') })),
      { where: 'log', text: service.text() },
      { where: 'verify', text: verified.text },
      ...answers.map((text) => ({ where: 'answer', text })),
    ];
    const found = places.flatMap(({ where, text }) =>
      secrets.flatMap((secret, index) =>
        text.includes(soughtAs(secret)) ? [`${where} holds secret ${String(index)}`] : [],
      ),
    );
    expect(found).toEqual([]);
    await folder.remove();
  });
});
