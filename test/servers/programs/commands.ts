import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/** Runs a program to its end and answers what it printed (both channels); rejects where it is absent or fails. */
export const run = async (command: string, ...args: string[]): Promise<string> => {
  const { stdout, stderr } = await execute(command, args, { maxBuffer: 256 * 1024 * 1024 });
  return stdout + stderr;
};

/** The first of these commands that answers; `undefined` where none does. */
export const firstThatRuns = async (...candidates: string[]): Promise<string | undefined> => {
  for (const command of candidates) {
    const found = await run(command, '--version').then(
      () => true,
      () => false,
    );
    if (found) return command;
  }
  return undefined;
};

/** One line about what takes time or was chosen; a test run shows it before jest's own output. */
export const say = (line: string): void => {
  process.stdout.write(`servers: ${line}\n`);
};
