import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

const MAIN = path.resolve('src/infrastructure/main.ts');

/** Everything a process said, on both of its outputs. */
interface Output {
  readonly text: () => string;
}

export interface ServiceProcess extends Output {
  readonly url: string;
  readonly key: string;
  readonly kill: (signal: 'SIGKILL' | 'SIGTERM') => Promise<number | null>;
}

const running = new Set<ChildProcess>();

/** For `afterAll`: a failed test leaves no process behind. */
export const endAll = (): void => {
  for (const child of running) child.kill('SIGKILL');
};

const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { readonly scripts: Record<string, string> };

/** What Node is told where npm runs this command of the program. */
const flagsFor = (command = ''): readonly string[] => {
  const script = Object.values(scripts).find((line) => line.includes(` src/infrastructure/main.ts ${command}`));
  if (script === undefined) throw new Error(`no script runs the command ${command}`);
  return script.split(' ').filter((word) => word.startsWith('--'));
};

/** The program, run as a user runs it, with nothing of this environment but the path. */
export const run = (args: readonly string[], env: Readonly<Record<string, string>>): ChildProcess & Output => {
  const child = spawn(process.execPath, [...flagsFor(args[0]), MAIN, ...args], {
    env: { PATH: process.env['PATH'], ...env },
    cwd: tmpdir(),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.add(child);
  child.once('close', () => running.delete(child));
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
  return Object.assign(child, { text: () => said });
};

/** Runs the program to its end. */
export const runToEnd = async (
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<{ readonly code: number | null; readonly text: string }> => {
  const child = run(args, env);
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, text: child.text() };
};

/** Starts the service on a data folder and waits for its banner. @throws Error with its output when it ends first. */
export const startProcess = async (
  dataDir: string,
  env: Readonly<Record<string, string>> = {},
): Promise<ServiceProcess> => {
  const child = run(['serve'], { DATA_DIR: dataDir, PORT: '0', SANDBOX_DELIVERY_MS: '200', ...env });
  const url = await new Promise<string>((resolve, reject) => {
    const look = (): void => {
      const found = /listens on (http:\/\/\S+)/.exec(child.text())?.[1];
      if (found !== undefined) resolve(found);
    };
    child.stdout?.on('data', look);
    child.once('close', () => reject(new Error(`the service ended before it listened:\n${child.text()}`)));
  });
  const closed = once(child, 'close');
  return {
    url,
    key: await readFile(path.join(dataDir, 'dev-api-key'), 'utf8').catch(() => ''),
    text: child.text,
    kill: async (signal) => {
      child.kill(signal);
      const [code] = (await closed) as [number | null];
      return code;
    },
  };
};

/** A data folder of its own, removed with everything in it. */
export const temporaryFolder = async (): Promise<{ readonly dir: string; remove(): Promise<void> }> => {
  const dir = await mkdtemp(path.join(tmpdir(), 'voucher-orders-test-'));
  return { dir, remove: () => rm(dir, { recursive: true, force: true }) };
};
