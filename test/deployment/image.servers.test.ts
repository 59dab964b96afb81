// Installs packages, so it may need their registry: it runs with the tests that need servers.
import { spawn } from 'node:child_process';
import type { ChildProcess, StdioOptions } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { temporaryFolder } from '../end-to-end/process.ts';
import { environmentOf, healthCheckOf, stagesOf, textOf, textsOf, wordsOf } from './dockerfile.ts';

jest.setTimeout(180_000);

const [dependencies, image] = stagesOf('Dockerfile');
if (dependencies === undefined || image === undefined) throw new Error('the Dockerfile has no two stages');

// What the build is given: everything is left out, but for what .dockerignore lets in again.
const [everything, ...letIn] = readFileSync('.dockerignore', 'utf8')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'));
const context = letIn.map((line) => line.replace(/^!/, ''));

/** What npm tells its scripts about this project is not for an installation elsewhere. */
const ownEnvironment = (): NodeJS.ProcessEnv =>
  Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(npm_|INIT_CWD$|NODE_ENV$|NODE_OPTIONS$)/.test(name)),
  );

const running = new Set<ChildProcess>();

const runWords = (words: readonly string[], cwd: string, env: NodeJS.ProcessEnv): ChildProcess & { said(): string } => {
  const [program = 'none', ...args] = words;
  const stdio: StdioOptions = ['ignore', 'pipe', 'pipe'];
  const child = spawn(program === 'node' ? process.execPath : program, args, { cwd, env, stdio });
  running.add(child);
  child.once('close', () => running.delete(child));
  let text = '';
  for (const output of [child.stdout, child.stderr]) {
    output?.setEncoding('utf8').on('data', (more: string) => (text += more));
  }
  return Object.assign(child, { said: () => text });
};

const runToEnd = async (words: readonly string[], cwd: string, env: NodeJS.ProcessEnv): Promise<unknown> => {
  const child = runWords(words, cwd, env);
  const [code] = (await once(child, 'close')) as [number | null];
  return code === 0 ? code : `${String(code)}: ${child.said()}`;
};

describe('the image', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let app: string;
  let data: string;

  /** COPY, from the build context. */
  const copy = (text: string): void => {
    const words = text.split(' ');
    const to = words.at(-1) ?? '.';
    for (const from of words.slice(0, -1)) {
      if (!context.includes(from)) throw new Error(`${from} is not in the build context`);
      cpSync(from, to === './' ? path.join(app, from) : path.join(app, to), { recursive: true });
    }
  };

  beforeAll(async () => {
    folder = await temporaryFolder();
    [app, data] = [path.join(folder.dir, 'app'), path.join(folder.dir, 'data')];
    mkdirSync(app);
    mkdirSync(data);
    textsOf(dependencies, 'COPY').forEach(copy);
    const install = textOf(dependencies, 'RUN').split(' ');
    expect(await runToEnd([...install, '--prefer-offline', '--no-audit'], app, ownEnvironment())).toBe(0);
    textsOf(image, 'COPY')
      .filter((text) => !text.startsWith('--from'))
      .forEach(copy);
  });
  afterAll(async () => {
    for (const child of running) child.kill('SIGKILL');
    await folder.remove();
  });

  it('is of the sources and production packages only', () => {
    expect([everything, textsOf(image, 'COPY')[0]]).toEqual([
      '*',
      '--from=dependencies /app/node_modules node_modules',
    ]);
    expect(readdirSync(app).sort()).toEqual(['node_modules', 'package-lock.json', 'package.json', 'src']);
    const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8')) as {
      readonly packages: Readonly<Record<string, { readonly dev?: true }>>;
    };
    const development = Object.keys(packages).filter((name) => packages[name]?.dev === true);
    expect(development).toContain('node_modules/typescript');
    expect(development.filter((name) => existsSync(path.join(app, name)))).toEqual([]);
  });

  it('is healthy when it serves, writes to its data folder only, and ends with 0 at SIGTERM', async () => {
    const env = {
      ...environmentOf(image),
      HOST: '127.0.0.1',
      PORT: '0',
      DATA_DIR: data,
      AMILON: 'sandbox',
      // In place of a read-only root file system: any other write is refused, but for SQLite's own.
      NODE_OPTIONS: `--permission --allow-worker --allow-fs-read=* --allow-fs-write=${data}`,
    };
    const command = [...wordsOf(textOf(image, 'ENTRYPOINT')), ...wordsOf(textOf(image, 'CMD'))];
    const installed = readdirSync(app, { recursive: true }).sort();
    const service = runWords(command, app, env);
    const closed = once(service, 'close');
    const port = await new Promise<string>((resolve, reject) => {
      service.stdout?.on('data', () => {
        const found = /listens on http:\/\/127\.0\.0\.1:(\d+)/.exec(service.said())?.[1];
        if (found !== undefined) resolve(found);
      });
      service.once('close', () => reject(new Error(service.said())));
    });

    const healthy = (at: string): Promise<unknown> => runToEnd(healthCheckOf(image), app, { PORT: at });
    while ((await healthy(port)) !== 0) expect(service.exitCode).toBeNull();

    service.kill('SIGTERM');
    expect(await closed).toEqual([0, null]);
    expect(await healthy(port)).toBe('1: ');
    expect(readdirSync(app, { recursive: true }).sort()).toEqual(installed);
  });
});
