// Runs the static checks (`npm run check`), two at a time, and prints what each said once it has ended.
import { spawn } from 'node:child_process';

const checks = ['check:lint', 'check:types', 'check:layers', 'check:format', 'check:unused'];
const atOnce = 2;

const run = (name) =>
  new Promise((resolve) => {
    const started = Date.now();
    // npm names itself to its scripts, so this works without a shell on every system.
    const child = spawn(process.execPath, [process.env.npm_execpath, 'run', '--silent', name]);
    const output = [];
    child.stdout.on('data', (chunk) => output.push(chunk));
    child.stderr.on('data', (chunk) => output.push(chunk));
    child.on('error', (error) => output.push(Buffer.from(`${error.message}\n`)));
    child.on('close', (code) => {
      const seconds = ((Date.now() - started) / 1000).toFixed(1);
      process.stdout.write(`${code === 0 ? 'ok    ' : 'FAILED'} ${name} (${seconds} s)\n`);
      if (code !== 0) process.stdout.write(Buffer.concat(output));
      resolve(code === 0);
    });
  });

const waiting = [...checks];
const worker = async () => {
  let good = true;
  for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) good = (await run(name)) && good;
  return good;
};
const results = await Promise.all(Array.from({ length: atOnce }, worker));
process.exitCode = results.every(Boolean) ? 0 : 1;
