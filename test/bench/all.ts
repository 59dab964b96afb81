// All measurements, one after another, and what they found in one table. Ratios are of one run and one machine; what
// else the machine does meanwhile shows in them. A missed aim is told, and fails nothing.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { rowIn, tableOf } from './report.ts';
import type { Row } from './report.ts';

const parts = ['embedded', 'rebuild', 'catalog', 'eventstoredb', 'mongodb', 'kafka', 'latency'];
const quiet = ['--disable-warning=ExperimentalWarning', '--disable-warning=TimeoutNegativeWarning'];

/** The rows of one part. What else it says is passed on. */
const measured = async (part: string): Promise<readonly Row[]> => {
  process.stderr.write(`${part} …\n`);
  const child = spawn(process.execPath, [...quiet, path.join(import.meta.dirname, `${part}.ts`)], {
    env: { ...process.env, BENCH_ROWS: '1' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const closed = once(child, 'close');
  const rows: Row[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    const row = rowIn(line);
    if (row === undefined) process.stderr.write(`${line}\n`);
    else rows.push(row);
  }
  const [code] = (await closed) as [number | null];
  if (code !== 0) {
    process.stderr.write(`${part} ended with ${String(code)}\n`);
    process.exitCode = 1;
  }
  return rows;
};

const rows: Row[] = [];
for (const part of parts) rows.push(...(await measured(part)));
process.stdout.write(`${tableOf(rows)}\n`);
