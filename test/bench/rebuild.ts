// Rebuild of the read model of orders from an embedded store beside raw iteration of the same feed, in the same run. The
// service, the rebuild and whoever asks the service meanwhile are a process each, as in life. Besides: how long the first
// fill of all read models takes, and a start after it. `--events 1000000` for the full size.
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as pause } from 'node:timers/promises';
import pino from 'pino';
import type { NewEvent, Position } from '../../src/application/ports/event-store.ts';
import { openBeside } from '../../src/infrastructure/composition/open-beside.ts';
import type { Beside } from '../../src/infrastructure/composition/open-beside.ts';
import { readConfig } from '../../src/infrastructure/config/config.ts';
import { run, startProcess } from '../end-to-end/process.ts';
import type { ServiceProcess } from '../end-to-end/process.ts';
import { EVENTS_PER_ORDER } from '../support/order-life.ts';
import { lifeOf } from './orders-to-come.ts';
import { reportFigures, reportLatency, reportThroughput, secondsOf, sizes } from './report.ts';

const { events } = sizes({ events: 100_000 });
const say = (text: string): void => void process.stderr.write(`${text}\n`);

/** Orders under way at once: an order's next event comes that many events later. */
const UNDER_WAY = 300;

/** The lives of all orders, so many of them at once. */
const interleaved = function* (orders: number): Iterable<NewEvent> {
  for (let n = 0; n < orders; n += UNDER_WAY) {
    const lives = Array.from({ length: Math.min(UNDER_WAY, orders - n) }, (_, index) => lifeOf(n + index));
    for (let version = 1; version <= EVENTS_PER_ORDER; version += 1) {
      yield* lives.flatMap((life) => life.slice(version - 1, version));
    }
  }
};

const fill = (file: string): void => {
  const db = new DatabaseSync(file);
  db.exec('PRAGMA synchronous = OFF');
  const insert = db.prepare(
    'INSERT INTO events (stream, version, id, type, schema, envelope, data) VALUES (?, ?, ?, ?, ?, ?, ?)',
  );
  db.exec('BEGIN');
  for (const { stream, version, id, type, schema, envelope, data } of interleaved(events / EVENTS_PER_ORDER)) {
    insert.run(stream, version, id, type, schema, JSON.stringify(envelope), JSON.stringify(data));
  }
  db.exec('COMMIT');
  db.close();
};

const iterate = async ({ feed }: Beside): Promise<number> => {
  let read = 0;
  for (let at: Position | 'start' = 'start', atHead = false; !atHead;) {
    const batch = await feed.read(at, 4_000);
    read += batch.events.length;
    ({ to: at, atHead } = batch);
  }
  return read;
};

/** Asks the service for a page of orders again and again. */
const asking = async ({ url, key }: ServiceProcess, stop: AbortSignal): Promise<readonly number[]> => {
  const taken: number[] = [];
  while (!stop.aborted) {
    const begun = performance.now();
    const answer = await fetch(new URL('/v1/orders?limit=20', url), { headers: { authorization: `Bearer ${key}` } });
    await answer.arrayBuffer();
    if (answer.status !== 200) throw new Error(`the service answered ${String(answer.status)}`);
    taken.push(performance.now() - begun);
    await pause(20);
  }
  return taken;
};

const untilReady = async ({ url }: ServiceProcess): Promise<void> => {
  while ((await fetch(new URL('/readyz', url))).status !== 200) await pause(10);
};

/** What a process that still runs holds of memory, in MiB; told by Linux only. */
const memoryOf = (pid: number | undefined): readonly number[] => {
  try {
    const told = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${String(pid)}/status`, 'utf8'))?.[1];
    return told === undefined ? [] : [Math.round(Number(told) / 1024)];
  } catch {
    return [];
  }
};

interface Rebuilt {
  /** Seconds until the documents were filled, and until they were served. */
  readonly filled: number;
  readonly served: number;
  /** MiB, all along. */
  readonly memory: readonly number[];
}

/** Runs the program's own command. */
const rebuildOrders = async (dataDir: string): Promise<Rebuilt> => {
  const child = run(['rebuild', 'orders'], { DATA_DIR: dataDir, LOG_LEVEL: 'error' });
  const closed = once(child, 'close');
  const at = new Map<string, number>();
  const memory: number[] = [];
  child.stdout?.on('data', () => {
    for (const part of ['fill', 'compare', 'switch']) {
      if (!at.has(part) && child.text().includes(`orders: ${part}\n`)) at.set(part, performance.now());
    }
  });
  const watch = setInterval(() => memory.push(...memoryOf(child.pid)), 100);
  const [code] = (await closed) as [number | null];
  clearInterval(watch);
  const end = performance.now();
  if (code !== 0 || !child.text().includes(' 0 documents were different')) throw new Error(child.text().slice(-1_000));
  const since = (part: string): number => (at.get(part) ?? NaN) - (at.get('fill') ?? NaN);
  say(child.text().trimEnd().split('\n').at(-1) ?? '');
  return { filled: since('compare') / 1_000, served: (end - (at.get('fill') ?? NaN)) / 1_000, memory };
};

const dataDir = mkdtempSync(path.join(tmpdir(), 'voucher-orders-bench-'));
const env = { LOG_LEVEL: 'error', AMILON_CULTURES: 'pt-PT' };
try {
  const empty = await secondsOf(async () => {
    const first = await startProcess(dataDir, env);
    await untilReady(first);
    await first.kill('SIGTERM');
  });
  say(`start to ready and stop without events: ${empty.toFixed(1)} s`);
  say(`filling a store: ${(await secondsOf(async () => fill(path.join(dataDir, 'events.sqlite')))).toFixed(0)} s`);

  // As after a new schema of every read model: nothing is there yet.
  for (const left of ['', '-wal', '-shm']) rmSync(path.join(dataDir, `read-models.sqlite${left}`), { force: true });
  const filled = await secondsOf(async () => {
    const filling = await startProcess(dataDir, env);
    await untilReady(filling);
    await filling.kill('SIGTERM');
  });
  say(`all read models filled by the service: ${filled.toFixed(1)} s, ${(events / filled).toFixed(0)} events/s`);
  let service: ServiceProcess | undefined;
  const ready = await secondsOf(async () => {
    service = await startProcess(dataDir, env);
    await untilReady(service);
  });
  if (service === undefined) throw new Error('no service');
  // Some GiB were written for this: the system brings them to the disk later, and would do so while it is measured.
  execFileSync('sync');
  reportLatency(`start to ready with ${String(events)} events`, [ready * 1_000], 2_000);

  await using opened = new AsyncDisposableStack();
  const beside = await openBeside(readConfig({ DATA_DIR: dataDir }), pino({ level: 'silent' }), opened);
  await iterate(beside); // Warm.
  let read = 0;
  const iterated = async (): Promise<number> =>
    secondsOf(async () => {
      read = await iterate(beside);
    });
  const before = await iterated();
  const quiet = await asking(service, AbortSignal.timeout(2_000));
  reportLatency('a page of orders, nothing else going on', quiet, 200);
  const stop = new AbortController();
  const answers = asking(service, stop.signal);
  const rebuilt = await rebuildOrders(dataDir);
  stop.abort();
  reportLatency('a page of orders during the rebuild', await answers, 200);
  const [begin, middle, most] = [
    rebuilt.memory[10],
    rebuilt.memory[rebuilt.memory.length >> 1],
    Math.max(...rebuilt.memory),
  ];
  say(`memory after 1 s ${String(begin)}, in the middle ${String(middle)}, at most ${String(most)} MiB`);
  const what = `rebuild of ${String(read)} events`;
  // A shared machine is not as fast all the time.
  const baseline = read / ((before + (await iterated())) / 2);
  const [fills, serves] = [read / rebuilt.filled, read / rebuilt.served];
  reportThroughput({
    what: `${what}, to the filled documents / raw iteration`,
    unit: 'events',
    ours: fills,
    baseline,
    aim: 25,
  });
  reportThroughput({ what: `${what}, to the switch / raw iteration`, unit: 'events', ours: serves, baseline, aim: 25 });
  reportFigures({
    what: `${what}, to the filled documents`,
    ours: `${Math.round(fills).toLocaleString('en')} events/s`,
    baseline: '—',
    ratio: '—',
    aim: '≥ 100,000 events/s',
    met: fills >= 100_000,
  });
  await service.kill('SIGTERM');
} finally {
  rmSync(dataDir, { recursive: true });
}
