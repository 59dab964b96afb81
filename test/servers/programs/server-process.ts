import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

/** A server that this process started. */
export type ServerProcess = {
  /** Sends the signal and, unless it only freezes or wakes, waits until the process has ended. */
  kill: (signal: NodeJS.Signals) => Promise<void>;
  /** Starts it again (killing it first if it runs) on the same port and data, and waits until it is ready. */
  restart: () => Promise<void>;
  /** Ends it for good and removes its folder. */
  stop: () => Promise<void>;
};

export type Program = {
  name: string;
  folder: GuardedFolder;
  command: string;
  args: string[];
  /** Resolves when the server can be used; gives up when the signal says so. */
  ready: (giveUp: AbortSignal) => Promise<void>;
};

export type GuardedFolder = { path: string; remove: () => Promise<void> };

const readyWithinMs = 90_000;
const betweenChecksMs = 40;

/** Waits until the condition holds; rejects when the signal says so. */
export const until = async (holds: () => Promise<boolean>, giveUp: AbortSignal): Promise<void> => {
  while (!(await holds())) await pause(betweenChecksMs, undefined, { signal: giveUp });
};

// A shell of its own session that outlives us by a moment: its input closes when we end, however we end (SIGKILL too).
const guardScript = 'cat >/dev/null; if [ -f "$1/pid" ]; then kill -9 "$(cat "$1/pid")"; sleep 1; fi; rm -rf "$1"';

/** A temporary folder; it and the server whose process id is in its file `pid` go when this process ends. */
export const guardedFolder = async (name: string): Promise<GuardedFolder> => {
  const path = await mkdtemp(join(tmpdir(), `${name}-`));
  const guard = spawn('sh', ['-c', guardScript, 'sh', path], { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
  guard.unref();
  const remove = async (): Promise<void> => {
    guard.ref();
    const gone = once(guard, 'exit');
    guard.stdin.end();
    await gone;
  };
  return { path, remove };
};

const lastLines = async (log: string): Promise<string> =>
  (await readFile(log, 'utf8')).split('\n').slice(-15).join('\n');

const hasEnded = (child: ChildProcess): boolean => child.exitCode !== null || child.signalCode !== null;

const launch = async ({ command, args, folder }: Program): Promise<ChildProcess> => {
  const log = openSync(join(folder.path, 'log'), 'a');
  const child = spawn(command, args, { cwd: folder.path, stdio: ['ignore', log, log] });
  closeSync(log);
  await once(child, 'spawn');
  await writeFile(join(folder.path, 'pid'), String(child.pid));
  child.unref(); // A server that nobody stopped must not keep a finished test run alive.
  return child;
};

const readyOrEnded = async (program: Program, child: ChildProcess): Promise<void> => {
  const ended = new AbortController();
  const onExit = (): void => ended.abort(new Error('it ended'));
  child.once('exit', onExit);
  try {
    await program.ready(AbortSignal.any([ended.signal, AbortSignal.timeout(readyWithinMs)]));
  } catch (cause) {
    child.kill('SIGKILL');
    const log = await lastLines(join(program.folder.path, 'log'));
    throw new Error(`${program.name} did not get ready. Its last lines:\n${log}`, { cause });
  } finally {
    child.off('exit', onExit);
  }
};

/** Starts the program and waits until it is ready. */
export const startProgram = async (program: Program): Promise<ServerProcess> => {
  let child: ChildProcess;
  const start = async (): Promise<void> => {
    child = await launch(program);
    await readyOrEnded(program, child);
  };
  const kill = async (signal: NodeJS.Signals): Promise<void> => {
    if (hasEnded(child)) return;
    const exit = once(child, 'exit');
    child.kill(signal);
    if (signal === 'SIGSTOP' || signal === 'SIGCONT') return;
    child.ref();
    await exit;
    await rm(join(program.folder.path, 'pid'), { force: true });
  };
  const stop = async (): Promise<void> => {
    await kill('SIGKILL');
    await program.folder.remove();
  };
  try {
    await start();
  } catch (error) {
    await program.folder.remove();
    throw error;
  }
  return {
    kill,
    restart: async () => {
      await kill('SIGKILL');
      await start();
    },
    stop,
  };
};
