// Rebuild of the read model of orders from an embedded store beside raw iteration of the same feed, in the same run; a
// service runs on the same files meanwhile and answers. And how long a start on that store takes to be ready.
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as pause } from 'node:timers/promises';
import pino from 'pino';
import type { NewEvent, Position } from '../../src/application/ports/event-store.ts';
import { OrderId, Reference, UserId, externalOrderIdOf } from '../../src/domain/shared/ids.ts';
import { instant, plus } from '../../src/domain/shared/instant.ts';
import { openBeside } from '../../src/infrastructure/composition/open-beside.ts';
import type { Beside } from '../../src/infrastructure/composition/open-beside.ts';
import { rebuildModel } from '../../src/infrastructure/composition/rebuild-model.ts';
import { readConfig } from '../../src/infrastructure/config/config.ts';
import { ordersProjection } from '../../src/projections/orders.ts';
import { startProcess } from '../end-to-end/process.ts';
import type { ServiceProcess } from '../end-to-end/process.ts';
import { EVENTS_PER_ORDER, eventsOfOrder } from './orders.ts';
import { reportLatency, reportThroughput, secondsOf, sizes } from './report.ts';

const { events } = sizes({ events: 1_000_000 });
const say = (text: string): void => void process.stderr.write(`${text}\n`);
const MIB = 1024 * 1024;

/** Orders under way at once: an order's next event comes that many events later. */
const UNDER_WAY = 300;

const BEGUN = instant('2026-01-01T00:00:00.000Z');

/** The n-th order: a time, a reference and a user of its own. */
const lifeOf = (n: number): readonly NewEvent[] =>
  eventsOfOrder((event) => {
    const at = plus(BEGUN, n * 100);
    if (event.type !== 'OrderRequested') return { ...event, at };
    const uuid = randomUUID();
    const externalOrderId = externalOrderIdOf('ENGAGE', 2026, OrderId(`${uuid.slice(0, 14)}5${uuid.slice(15)}`));
    return {
      ...event,
      at,
      externalOrderId,
      reference: Reference(`r-${uuid}`),
      userId: UserId(`u-${String(n % 50_000)}`),
    };
  });

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

const dataDir = mkdtempSync(path.join(tmpdir(), 'voucher-orders-bench-'));
const env = { LOG_LEVEL: 'error', AMILON_CULTURES: 'pt-PT' };
try {
  const first = await startProcess(dataDir, env);
  await first.kill('SIGTERM');
  say(`filling a store: ${(await secondsOf(async () => fill(path.join(dataDir, 'events.sqlite')))).toFixed(0)} s`);

  const filled = await secondsOf(async () => {
    const filling = await startProcess(dataDir, env);
    await untilReady(filling);
    await filling.kill('SIGTERM');
  });
  say(`first read models: ${filled.toFixed(0)} s`);
  let service: ServiceProcess | undefined;
  const ready = await secondsOf(async () => {
    service = await startProcess(dataDir, env);
    await untilReady(service);
  });
  if (service === undefined) throw new Error('no service');
  reportLatency(`start to ready with ${String(events)} events`, [ready * 1_000], 2_000);

  await using opened = new AsyncDisposableStack();
  const log = pino({ level: 'silent' });
  const beside = await openBeside(readConfig({ DATA_DIR: dataDir }), log, opened);
  await iterate(beside); // Warm.
  let read = 0;
  const raw = await secondsOf(async () => {
    read = await iterate(beside);
  });
  const stop = new AbortController();
  const answers = asking(service, stop.signal);
  let filledIn = 0;
  let most = 0;
  const begun = performance.now();
  const rebuilt = await rebuildModel(beside, ordersProjection, {
    log,
    stop: stop.signal,
    began: (part) => {
      if (part === 'compare') filledIn = (performance.now() - begun) / 1_000;
    },
    told: () => {
      most = Math.max(most, process.memoryUsage.rss());
    },
  });
  const whole = (performance.now() - begun) / 1_000;
  stop.abort();
  if (rebuilt.is !== 'served' || rebuilt.found.many > 0) throw new Error(JSON.stringify(rebuilt).slice(0, 1_000));
  say(
    `compared and switched: ${(whole - filledIn).toFixed(1)} s more; peak memory ${String(Math.round(most / MIB))} MiB`,
  );
  const throughput = { unit: 'events', ours: read / filledIn, baseline: read / raw, aim: 25 };
  reportThroughput({ what: `rebuild of ${String(read)} events / raw iteration of the feed`, ...throughput });
  reportLatency('a page of orders meanwhile', await answers, 200);
  await service.kill('SIGTERM');
} finally {
  rmSync(dataDir, { recursive: true });
}
