import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import axios from 'axios';
import { plus } from '../../src/domain/shared/instant.ts';
import { Culture } from '../../src/domain/shared/ids.ts';
import { type AmilonClient, createAmilonClient } from '../../src/infrastructure/amilon/client/client.ts';
import { createCatalogue } from '../../src/infrastructure/amilon/sandbox/catalogue.ts';
import {
  type SandboxServer,
  type SandboxServerOptions,
  sandboxAccess,
  startSandbox,
} from '../../src/infrastructure/amilon/sandbox/start.ts';
import { createSystemClock } from '../../src/infrastructure/clock/system.ts';
import { externalId, line, recordingLog, submission } from './support.ts';

const clock = createSystemClock();
const clientOf = (url: string): AmilonClient =>
  createAmilonClient({ ...sandboxAccess(url), clock, monotonic: () => performance.now(), log: recordingLog().log });
const http = axios.create({ validateStatus: () => true, proxy: false, maxRedirects: 0 });

let folder: string;
let sandbox: SandboxServer;
let running: SandboxServer[];
const start = async (options: Partial<SandboxServerOptions> = {}) => {
  const file = path.join(folder, 'sandbox.sqlite');
  const server = await startSandbox({ host: '127.0.0.1', port: 0, file, ...options });
  running.push(server);
  return server;
};
const restarted = async () => {
  await stop(sandbox);
  return start();
};
const stop = async (server: SandboxServer) => {
  running = running.filter((other) => other !== server);
  await server.close();
};
const tokenOf = async (server: SandboxServer): Promise<string> => {
  const { tokenUrl, credentials } = sandboxAccess(server.url);
  const { clientId, clientSecret, username, password } = credentials;
  const form = { grant_type: 'password', client_id: clientId, client_secret: clientSecret, username, password };
  const { data } = await http.post<{ access_token: string }>(tokenUrl, new URLSearchParams(form));
  return data.access_token;
};

beforeEach(async () => {
  running = [];
  folder = await mkdtemp(path.join(tmpdir(), 'sandbox-'));
  sandbox = await start();
});
afterEach(async () => {
  for (const server of running) await server.close();
  await rm(folder, { recursive: true });
});

describe('what the sandbox keeps', () => {
  it('purchases, its clock and its codes survive a restart; no code is in its files', async () => {
    const order = submission(line('SIM_OK', 2));
    const created = await clientOf(sandbox.url).create(order, plus(clock.now(), 10_000));
    expect(created.is).toBe('done');
    sandbox.world.advance(60_000);
    const before = await clientOf(sandbox.url).read(order);
    await stop(sandbox);
    const files = await readdir(folder);
    const contents = await Promise.all(files.map((file) => readFile(path.join(folder, file), 'latin1')));
    sandbox = await start();
    expect(await clientOf(sandbox.url).read(order)).toEqual(before);
    expect(await clientOf(sandbox.url).create(order, plus(clock.now(), 10_000))).toEqual({ is: 'duplicate' });
    const vouchers = before.is === 'found' ? before.order.vouchers : [];
    expect(vouchers.length).toBe(2);
    expect(contents.join()).toContain(order.externalOrderId);
    for (const { secrets } of vouchers) {
      for (const secret of Object.values(secrets)) expect(contents.join()).not.toContain(secret);
    }
  });

  it('its seed, and says so when another one is given', async () => {
    await stop(sandbox);
    await expect(start({ seed: 2 })).rejects.toThrow("the sandbox's database was made with seed 1, not 2");
    sandbox = await start();
  });

  it('a token outlives a restart, but not its five minutes', async () => {
    const token = await tokenOf(sandbox);
    const categories = async () => {
      const headers = { Authorization: `Bearer ${token}` };
      return (await http.get(`${sandbox.url}/b2bwebapi/v1/retailers/categories`, { headers })).status;
    };
    sandbox = await restarted();
    expect(await categories()).toBe(200);
    sandbox.world.advance(300_000);
    expect(await categories()).toBe(401);
  });
});

describe('how strict the sandbox is', () => {
  const api = () => `${sandbox.url}/b2bwebapi/v1`;
  const { contractId, credentials } = sandboxAccess('http://127.0.0.1');

  it('trap 27: a password of any characters arrives, as the real client sends it', async () => {
    const password = 'a b&c#d$e@f+g%h*i=j';
    const access = { contractId, credentials: { ...credentials, password } };
    const strict = await start({ file: ':memory:', access });
    const options = { clock, monotonic: () => performance.now(), log: recordingLog().log };
    const good = createAmilonClient({ ...sandboxAccess(strict.url, access), ...options });
    expect(await good.ready()).toBe('ready');
    const wrong = createAmilonClient({ ...sandboxAccess(strict.url), ...options });
    expect(await wrong.ready()).toEqual({ why: 'unauthorized', retryAfter: 900_000 });
  });

  it.each([
    ['JSON instead of a form', { grant_type: 'password' }, 400, 'invalid_request'],
    ['another grant', new URLSearchParams({ grant_type: 'client_credentials' }), 400, 'unsupported_grant_type'],
    ['no client', new URLSearchParams({ grant_type: 'password' }), 401, 'invalid_client'],
  ])('no token for %s', async (_name, body, status, error) => {
    const answer = await http.post<{ error: string }>(sandboxAccess(sandbox.url).tokenUrl, body);
    expect([answer.status, answer.data.error]).toEqual([status, error]);
  });

  it('every endpoint needs a token', async () => {
    const paths = [`contracts/${contractId}`, 'retailers/categories', `Orders/${externalId()}/complete`];
    const statuses = await Promise.all(paths.map(async (each) => (await http.get(`${api()}/${each}`)).status));
    expect(statuses).toEqual([401, 401, 401]);
    expect((await http.post(`${api()}/Orders/create/${contractId}`, {})).status).toBe(401);
  });

  const good = () => ({ externalOrderId: externalId() as string, orderRows: [{ productId: 'SIM_OK', quantity: 1 }] });
  const bodies: readonly (readonly [string, object, string])[] = [
    ['no rows', { ...good(), orderRows: [] }, 'The request is invalid'],
    ['an unknown field', { ...good(), price: 1 }, 'The request is invalid'],
    ['an id of another form', { ...good(), externalOrderId: '../../x' }, 'The request is invalid'],
    ['an unknown product', { ...good(), orderRows: [{ productId: 'NOPE', quantity: 1 }] }, 'Invalid product'],
    [
      'an inactive product',
      { ...good(), orderRows: [{ productId: 'AMAZON_250_EUR', quantity: 1 }] },
      'Invalid product',
    ],
    [
      'an inactive merchant',
      { ...good(), orderRows: [{ productId: 'CINEMA_10_EUR', quantity: 1 }] },
      'Invalid product',
    ],
    ['quantity 0', { ...good(), orderRows: [{ productId: 'SIM_OK', quantity: 0 }] }, 'Invalid quantity'],
    ['quantity 1.5', { ...good(), orderRows: [{ productId: 'SIM_OK', quantity: 1.5 }] }, 'Invalid quantity'],
    ['quantity "1"', { ...good(), orderRows: [{ productId: 'SIM_OK', quantity: '1' }] }, 'Invalid quantity'],
    [
      'another currency than the contract has',
      { ...good(), orderRows: [{ productId: 'CORNER_25_GBP', quantity: 1 }] },
      'Invalid product',
    ],
    ['too many', { ...good(), orderRows: [{ productId: 'SIM_OK', quantity: 101 }] }, 'Invalid quantity'],
  ];
  it.each(bodies)('400 for %s, and nothing is bought', async (_name, body, message) => {
    const headers = { Authorization: `Bearer ${await tokenOf(sandbox)}` };
    const url = `${api()}/Orders/create/${contractId}`;
    const answer = await http.post<{ message: string }>(url, body, { headers });
    expect([answer.status, answer.data.message.split(':')[0]]).toEqual([400, message]);
    expect(sandbox.world.purchases()).toEqual([]);
  });

  it('422 for what is out of stock, 400 for an id of another form, and 400 for a form instead of JSON', async () => {
    const headers = { Authorization: `Bearer ${await tokenOf(sandbox)}` };
    const url = `${api()}/Orders/create/${contractId}`;
    const soldOut = { ...good(), orderRows: [{ productId: 'AMAZON_100_EUR', quantity: 1 }] };
    expect((await http.post(url, soldOut, { headers })).status).toBe(422);
    expect((await http.get(`${api()}/Orders/42/complete`, { headers })).status).toBe(400);
    const form = new URLSearchParams({ externalOrderId: good().externalOrderId });
    expect((await http.post(url, form, { headers })).status).toBe(400);
    expect(sandbox.world.purchases()).toEqual([]);
  });

  it('trap 29: a path in another case, another contract or culture is not there', async () => {
    const headers = { Authorization: `Bearer ${await tokenOf(sandbox)}` };
    const lower = await http.post(`${api()}/orders/create/${contractId}`, good(), { headers });
    expect([lower.status, lower.headers['content-type']]).toEqual([404, 'text/html; charset=utf-8']);
    expect((await http.post(`${api()}/Orders/create/other`, good(), { headers })).status).toBe(404);
    expect((await http.get(`${api()}/contracts/${contractId}/sv-SE/retailers`, { headers })).status).toBe(404);
  });
});

describe('its catalogue', () => {
  const products = async (culture: string, server = sandbox) => {
    const answer = await clientOf(server.url).products(Culture(culture));
    if (answer.is !== 'ok') throw new Error(answer.detail);
    expect(answer.quarantined).toEqual([]);
    return answer.value;
  };

  const cultures = ['pt-PT', 'it-IT', 'da-DK', 'en-GB', 'fr-FR', 'es-ES', 'de-DE', 'nl-NL', 'nn-NO', 'pl-PL'] as const;
  it.each(cultures)('is there in %s, verbatim (trap 33)', async (culture) => {
    const [amazon] = await products(culture);
    expect(amazon).toMatchObject({ productCode: 'AMAZON_50_EUR', description: `Amazon voucher (${culture})` });
  });

  it('has the keys of the examples, in their order', async () => {
    const headers = { Authorization: `Bearer ${await tokenOf(sandbox)}` };
    const { contractId } = sandboxAccess(sandbox.url);
    const base = `${sandbox.url}/b2bwebapi/v1`;
    const example = async (name: string) =>
      JSON.parse(await readFile(new URL(`examples/${name}.json`, import.meta.url), 'utf8')) as object[];
    for (const [name, tail] of [
      ['products', `contracts/${contractId}/pt-PT/products/complete`],
      ['retailers', `contracts/${contractId}/pt-PT/retailers`],
      ['categories', 'retailers/categories'],
    ] as const) {
      const { data } = await http.get<object[]>(`${base}/${tail}`, { headers });
      const [expected] = await example(name);
      expect([name, Object.keys(data[0] ?? {})]).toEqual([name, Object.keys(expected ?? {})]);
    }
    const text = await http.get<string>(`${base}/contracts/${contractId}`, { headers, transformResponse: [String] });
    expect(text.data).toContain('"maxOrderAmount":5000.00');
  });

  it('of any size is always the same', async () => {
    const codes = (extra: number) => [...createCatalogue(extra).products.keys()];
    expect(codes(5_000)).toEqual(codes(5_000));
    expect(codes(5_000).length - codes(0).length).toBe(5_000);
  });

  it('spreads what is generated over all cultures, with the merchants, the countries and the currencies of each', async () => {
    const large = await start({ file: ':memory:', products: 500 });
    const listed: (readonly [culture: string, products: number, currencies: string, countries: string])[] = [];
    for (const culture of cultures) {
      const merchants = await clientOf(large.url).merchants(Culture(culture));
      const byId = new Map(merchants.is === 'ok' ? merchants.value.map((row) => [row.merchantId, row.country]) : []);
      const rows = (await products(culture, large)).filter(({ productCode }) => productCode.startsWith('GEN_'));
      const all = <T>(of: (row: (typeof rows)[number]) => T): string => [...new Set(rows.map(of))].join();
      listed.push([
        culture,
        rows.length,
        all(({ price }) => price.currency),
        all(({ merchantId }) => (merchantId === undefined ? undefined : byId.get(merchantId))),
      ]);
    }
    expect(listed).toEqual([
      ['pt-PT', 50, 'EUR', 'PT'],
      ['it-IT', 50, 'EUR', 'IT'],
      ['da-DK', 50, 'DKK', 'DK'],
      ['en-GB', 50, 'GBP', 'GB'],
      ['fr-FR', 50, 'EUR', 'FR'],
      ['es-ES', 50, 'EUR', 'ES'],
      ['de-DE', 50, 'EUR', 'DE'],
      ['nl-NL', 50, 'EUR', 'NL'],
      ['nn-NO', 50, 'NOK', 'NO'],
      ['pl-PL', 50, 'PLN', 'PL'],
    ]);
  });
});

describe('/_sandbox', () => {
  const control = () => `${sandbox.url}/_sandbox`;

  it('shows what was bought, as JSON and to a person', async () => {
    const order = submission(line('SIM_OK', 2), line('AMAZON_50_EUR'));
    await clientOf(sandbox.url).create(order, plus(clock.now(), 10_000));
    const { data } = await http.get<object[]>(`${control()}/purchases`);
    expect(data).toEqual([
      {
        externalOrderId: order.externalOrderId,
        bought: 1,
        lines: [
          { productCode: 'SIM_OK', quantity: 2 },
          { productCode: 'AMAZON_50_EUR', quantity: 1 },
        ],
        total: '70.00',
        currency: 'EUR',
        at: expect.stringMatching(/Z$/),
      },
    ]);
    const page = await http.get<string>(control());
    expect(page.headers['content-type']).toBe('text/html; charset=utf-8');
    expect(page.data).toContain(order.externalOrderId);
    expect(page.data).not.toContain('SANDBOX-');
  });

  it('moves its clock', async () => {
    const before = sandbox.world.now();
    expect((await http.post(`${control()}/clock`, { advanceMs: 3_600_000 })).status).toBe(200);
    expect(sandbox.world.now()).toBeGreaterThanOrEqual(before + 3_600_000);
    expect((await http.post(`${control()}/clock`, { advanceMs: -1 })).status).toBe(400);
  });

  it('makes faults by request: so many, with a probability that follows the seed, until they are cleared', async () => {
    const fault = { endpoint: 'categories', does: 'status', status: 503, probability: 0.5, count: 3 };
    const categories = async () => (await clientOf(sandbox.url).categories()).is;
    const row = async () => {
      expect((await http.delete(`${control()}/faults`)).status).toBe(204);
      expect((await http.post(`${control()}/faults`, fault)).status).toBe(201);
      const answers: string[] = [];
      for (let n = 0; n < 20; n += 1) answers.push(await categories());
      return answers;
    };
    const first = await row();
    expect(first.filter((is) => is === 'failed').length).toBe(3);
    sandbox = await restarted();
    expect(await row()).toEqual(first);
    expect((await http.post(`${control()}/faults`, { endpoint: 'all' })).status).toBe(400);
  });
});
