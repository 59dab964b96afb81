import { afterAll, expect, it, jest } from '@jest/globals';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as pause } from 'node:timers/promises';
import { createClient, eventually } from './client.ts';
import { endAll, runToEnd, startProcess, temporaryFolder } from './process.ts';

jest.setTimeout(120_000);
afterAll(endAll);

const PRODUCTS = 5_000;
/** The sandbox spreads its products over them. */
const CULTURES = 10;
const env = { SANDBOX_PRODUCTS: String(PRODUCTS * CULTURES), AMILON_CULTURES: 'pt-PT' };

interface Stored {
  readonly type: string;
  readonly data: { readonly products?: readonly { readonly productCode: string }[] };
}

/** The culture's stream, as it is on the disk. */
const streamIn = (dir: string): readonly Stored[] => {
  const db = new DatabaseSync(path.join(dir, 'events.sqlite'), { readOnly: true, timeout: 5_000 });
  try {
    const rows = db.prepare("SELECT type, data FROM events WHERE stream = 'catalog-pt-PT' ORDER BY version").all();
    return rows.map(({ type, data }) => ({ type: String(type), data: JSON.parse(String(data)) as Stored['data'] }));
  } finally {
    db.close();
  }
};

const ends = (events: readonly Stored[]): number => events.filter(({ type }) => type === 'CatalogSyncCompleted').length;
const listedIn = (events: readonly Stored[]): readonly string[] =>
  events.flatMap(({ type, data }) =>
    type === 'ProductsListed' ? (data.products ?? []).map(({ productCode }) => productCode) : [],
  );

/** A data folder whose first sync was killed between two of its chunks. */
const killedInTheMiddle = async (): ReturnType<typeof temporaryFolder> => {
  for (;;) {
    const folder = await temporaryFolder();
    const { dir } = folder;
    const service = await startProcess(dir, env);
    while (listedIn(streamIn(dir)).length === 0) await pause(1);
    await service.kill('SIGKILL');
    if (ends(streamIn(dir)) === 0) return folder;
    await folder.remove();
  }
};

it('trap 38: a sync that is killed in the middle needs no repair: the next one adds what is missing, and only that', async () => {
  const folder = await killedInTheMiddle();
  const { dir } = folder;
  const before = listedIn(streamIn(dir));
  expect(before.length).toBeLessThan(PRODUCTS);

  const service = await startProcess(dir, env);
  await eventually(
    () => createClient(service).call('GET', '/v1/catalog/products'),
    ({ status }) => status === 200,
  );
  const events = streamIn(dir);
  const codes = listedIn(events);
  expect(new Set(codes).size).toBe(codes.length);
  expect(codes.filter((code) => code.startsWith('GEN_')).length).toBe(PRODUCTS);
  expect([ends(events), events.filter(({ type }) => type === 'CatalogSyncRequested').length]).toEqual([1, 1]);
  await service.kill('SIGTERM');
  expect((await runToEnd(['verify'], { DATA_DIR: dir })).text).toContain('no fault');
  await folder.remove();
});
