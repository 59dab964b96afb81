import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createServer as createTcp } from 'node:net';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sandboxAccess, startSandbox } from '../../src/infrastructure/amilon/sandbox/start.ts';
import type { SandboxServer } from '../../src/infrastructure/amilon/sandbox/start.ts';
import { listening } from '../amilon/listening.ts';
import { temporaryFolder } from './process.ts';

const PASSWORD = 'a b&c#d$e@f+g%h*i=j';
const access = {
  contractId: 'planted-contract',
  credentials: { clientId: 'client', clientSecret: 'planted-secret+/=', username: 'user@example', password: PASSWORD },
};

let sandbox: SandboxServer;
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
beforeAll(async () => {
  folder = await temporaryFolder();
  sandbox = await startSandbox({ port: 0, host: '127.0.0.1', access });
});
afterAll(async () => {
  await sandbox.close();
  await folder.remove();
});

type Variables = Readonly<Record<string, string>>;

/** As somebody writes it into a `.env` file. */
const right = (): Variables => {
  const { baseUrl, tokenUrl } = sandboxAccess(sandbox.url, access);
  return {
    AMILON_BASE_URL: baseUrl,
    AMILON_TOKEN_URL: tokenUrl,
    AMILON_CONTRACT_ID: access.contractId,
    AMILON_CLIENT_ID: access.credentials.clientId,
    AMILON_CLIENT_SECRET: `'${access.credentials.clientSecret}'`,
    AMILON_USERNAME: access.credentials.username,
    AMILON_PASSWORD: `'${PASSWORD}'`,
    AMILON_CULTURES: 'pt-PT,it-IT',
  };
};

/** Runs the command in a folder with this `.env` file and with nothing in its environment. */
const check = async (variables: Variables) => {
  const lines = Object.entries(variables).map(([name, value]) => `${name}=${value}\n`);
  await writeFile(path.join(folder.dir, '.env'), lines.join(''));
  const main = path.resolve('src/infrastructure/main.ts');
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', main, 'amilon', 'check'], {
    cwd: folder.dir,
    env: { PATH: process.env['PATH'] },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
  const [code] = (await once(child, 'close')) as [number];
  for (const secret of [PASSWORD, 'a b&c', 'planted']) expect(said).not.toContain(secret);
  return { code, said: said.replaceAll(/ +\d+ ms/g, '').replaceAll(/\d+ rows/g, 'n rows') };
};

describe('voucher-orders amilon check', () => {
  it('trap 27: a password with every difficult character arrives whole, from the .env file to the token host', async () => {
    const before = sandbox.world.calls().length;
    expect(await check(right())).toEqual({
      code: 0,
      said: [
        'ok      token  given',
        `ok      contract  EUR, until ${String(new Date().getUTCFullYear() + 5)}-12-31T23:59:59.000Z`,
        'ok      categories  n rows',
        'ok      merchants pt-PT  n rows',
        'ok      products pt-PT  n rows',
        'ok      merchants it-IT  n rows',
        'ok      products it-IT  n rows',
        'Amilon works as configured.',
        '',
      ].join('\n'),
    });
    const asked = sandbox.world.calls().slice(before);
    expect(asked.map(({ endpoint }) => endpoint)).toEqual([
      'token',
      'contract',
      'categories',
      'merchants',
      'products',
      'merchants',
      'products',
    ]);
  });

  it('never orders anything', () => {
    expect(sandbox.world.purchases()).toEqual([]);
  });

  it('a value that its # cuts is told at the start, and why no token is given', async () => {
    const { code, said } = await check({ ...right(), AMILON_PASSWORD: PASSWORD });
    expect(code).toBe(1);
    expect(said).toContain("the value of AMILON_PASSWORD ends at its #; write it in 'single quotes'.");
    expect(said).toContain('FAILED  token  unauthorized: status 401, oauth invalid_grant\n');
    expect(said).toContain('Check AMILON_USERNAME and AMILON_PASSWORD;');
  });

  it('a wrong client secret', async () => {
    const { code, said } = await check({ ...right(), AMILON_CLIENT_SECRET: 'wrong' });
    expect(code).toBe(1);
    expect(said).toBe(
      'FAILED  token  unauthorized: status 401, oauth invalid_client\n' +
        '        Check AMILON_CLIENT_ID and AMILON_CLIENT_SECRET.\n1 of 1 failed.\n',
    );
  });

  it('a wrong contract: what does not depend on it still works', async () => {
    const { code, said } = await check({ ...right(), AMILON_CONTRACT_ID: 'wrong' });
    expect(code).toBe(1);
    expect(said).toContain('ok      token ');
    expect(said).toContain('Amilon has no such contract: check AMILON_CONTRACT_ID.');
    expect(said).toContain('ok      categories ');
    expect(said).toContain('5 of 7 failed.\n');
  });

  it('a culture that Amilon does not have', async () => {
    const { said } = await check({ ...right(), AMILON_CULTURES: 'pt-PT,xx-XX' });
    expect(said).toContain('FAILED  products xx-XX  not_found: status 404');
    expect(said).toContain('check AMILON_CULTURES.');
  });

  it('a host that is not there', async () => {
    const { url, stop } = await listening(createTcp());
    await stop();
    const { code, said } = await check({ ...right(), AMILON_TOKEN_URL: `${url}/token` });
    expect(code).toBe(1);
    expect(said).toBe(
      'FAILED  token  not_sent ECONNREFUSED\n' +
        '        The host in AMILON_TOKEN_URL takes no connection: check host and port.\n1 of 1 failed.\n',
    );
  });

  it("a proxy's page in place of Amilon", async () => {
    const { url, stop } = await listening(
      createServer((_request, response) => {
        response.setHeader('Content-Type', 'text/html').end('<html>Sign in</html>');
      }),
    );
    const token = await check({ ...right(), AMILON_TOKEN_URL: `${url}/token` });
    const api = await check({ ...right(), AMILON_BASE_URL: url });
    await stop();
    expect(token.said).toContain('AMILON_TOKEN_URL leads to a web page, not to Amilon');
    expect(api.said).toContain('ok      token ');
    expect(api.said).toContain('FAILED  contract  unreadable: html\n');
    expect(api.said).toContain('AMILON_BASE_URL leads to a web page, not to Amilon');
    expect([token.code, api.code]).toEqual([1, 1]);
  });

  it('no Amilon at all is said too', async () => {
    const { code, said } = await check({});
    expect(code).toBe(1);
    expect(said).toContain('No Amilon is configured');
  });
});
