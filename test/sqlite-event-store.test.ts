import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { DatabaseSync } from 'node:sqlite';
import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { BrokenChain, Unavailable, Undecodable } from '../src/application/ports/errors.ts';
import type { Position, Recorded, StoreId, StreamId } from '../src/application/ports/event-store.ts';
import { createCodec } from '../src/infrastructure/codec/codec.ts';
import { createMemoryEventStore } from '../src/infrastructure/event-store/memory.ts';
import { openSqliteEventStore } from '../src/infrastructure/event-store/sqlite.ts';
import { scratchFiles } from './support/scratch.ts';
import { eventOf, eventsOf, freshStream, readAll } from './support/stored-events.ts';

const scratch = scratchFiles();
const codec = createCodec();
const storeId = 'store-1' as StoreId;
const unavailable = { status: 'rejected', reason: expect.any(Unavailable) };
const never = new AbortController().signal;

// A process of its own: appends to many streams at once, and tells each append once it is acknowledged.
const appendForEver = `
  const { openSqliteEventStore } = await import('${import.meta.resolve('../src/infrastructure/event-store/sqlite.ts')}');
  const { eventsOf, freshStream } = await import('${import.meta.resolve('./support/stored-events.ts')}');
  const { events } = openSqliteEventStore(process.argv[1]);
  const forEver = async () => {
    for (;;) {
      const stream = freshStream();
      const outcome = await events.append(stream, 0, eventsOf(stream, 0, 2));
      process.stdout.write(outcome + ' ' + stream + '\\n');
    }
  };
  await Promise.all(Array.from({ length: 8 }, forEver));`;

describe('the event store on SQLite', () => {
  it('has all of it again when it is opened again', async () => {
    const file = scratch('events.sqlite');
    const stream = freshStream();
    const appended = eventsOf(stream, 0, 3);
    const before = openSqliteEventStore(file);
    await before.events.append(stream, 0, appended);
    const shown = await before.feed(storeId).read('start', 10);
    await before.close();

    const after = openSqliteEventStore(file);
    const feed = after.feed(storeId);
    expect(await readAll(after.events, stream)).toEqual(appended);
    expect(await feed.read('start', 10)).toEqual(shown);
    expect(await after.events.append(stream, 0, [eventOf(stream, 1)])).toBe('conflict');
    expect(await after.events.append(stream, 3, [eventOf(stream, 4)])).toBe('appended');
    expect((await feed.read(shown.to, 10)).events.map(({ version }) => version)).toEqual([4]);
    await after.close();
  });

  it('tells a conflict also where another has written in its file meanwhile', async () => {
    const file = scratch('events.sqlite');
    const [one, other] = [openSqliteEventStore(file), openSqliteEventStore(file)];
    const [stream, another] = [freshStream(), freshStream()];
    await one.events.append(stream, 0, [eventOf(stream, 1)]);
    await other.events.append(stream, 1, [eventOf(stream, 2)]);
    const behind = [
      one.events.append(stream, 1, [eventOf(stream, 2)]),
      one.events.append(another, 0, [eventOf(another, 1)]),
    ];
    expect(await Promise.all(behind)).toEqual(['conflict', 'appended']);
    await other.events.append(another, 1, [eventOf(another, 2)]);
    expect(await one.events.append(another, 1, [eventOf(another, 2)])).toBe('conflict');
    expect(await one.events.append(stream, 2, [eventOf(stream, 3)])).toBe('appended');
    for (const store of [one, other]) await store.close();
  });

  it('writes what still waits before it closes', async () => {
    const file = scratch('events.sqlite');
    const store = openSqliteEventStore(file);
    const stream = freshStream();
    const appending = store.events.append(stream, 0, [eventOf(stream, 1)]);
    await store.close();
    expect(await appending).toBe('appended');
    const again = openSqliteEventStore(file);
    expect(await readAll(again.events, stream)).toHaveLength(1);
    await again.close();
  });

  it('loses nothing that was acknowledged, and keeps no half, when its process is killed', async () => {
    const file = scratch('events.sqlite');
    const options = ['--disable-warning=ExperimentalWarning', '--input-type=module', '--eval', appendForEver, file];
    const child = spawn(process.execPath, options, { stdio: ['ignore', 'pipe', 'inherit'] });
    const ended = once(child, 'exit');
    const acknowledged: string[] = [];
    for await (const line of createInterface({ input: child.stdout })) {
      acknowledged.push(line);
      if (acknowledged.length === 300) child.kill('SIGKILL');
    }
    await ended;

    const store = openSqliteEventStore(file);
    const { events } = await store.feed(storeId).read('start', 1_000_000);
    const counts = Map.groupBy(events, ({ stream }) => stream);
    const lost = acknowledged.filter((line) => !counts.has(line.replace('appended ', '') as StreamId));
    expect(acknowledged.length).toBeGreaterThanOrEqual(300);
    expect(lost).toEqual([]);
    expect([...counts.values()].filter((own) => own.length !== 2)).toEqual([]);
    await store.close();
  });

  it('is unavailable while another process writes, and keeps nothing of what it refused', async () => {
    const file = scratch('events.sqlite');
    const store = openSqliteEventStore(file);
    const stream = freshStream();
    const other = new DatabaseSync(file);
    other.exec('BEGIN IMMEDIATE');
    const refused = [stream, freshStream()].map((one) => store.events.append(one, 0, [eventOf(one, 1)]));
    expect(await Promise.allSettled(refused)).toEqual(Array(2).fill(unavailable));
    other.exec('ROLLBACK');
    other.close();
    expect(await readAll(store.events, stream)).toEqual([]);
    expect(await store.events.append(stream, 0, [eventOf(stream, 1)])).toBe('appended');
    await store.close();
  });

  it('lets an append that cannot be written fail no other that came with it', async () => {
    const store = openSqliteEventStore(scratch('events.sqlite'));
    const streams = [freshStream(), freshStream(), freshStream()];
    const outcomes = await Promise.allSettled(
      streams.map((stream, index) => {
        const event = eventOf(stream, 1);
        return store.events.append(stream, 0, [index === 1 ? { ...event, schema: 1.5 } : event]);
      }),
    );
    expect(outcomes).toEqual([
      { status: 'fulfilled', value: 'appended' },
      unavailable,
      { status: 'fulfilled', value: 'appended' },
    ]);
    expect(await Promise.all(streams.map(async (stream) => (await readAll(store.events, stream)).length))).toEqual([
      1, 0, 1,
    ]);
    await store.close();
  });

  it('is unavailable once it is closed, and says why to those who look for the cause', async () => {
    const store = openSqliteEventStore(scratch('events.sqlite'));
    const feed = store.feed(storeId);
    await store.close();
    const stream = freshStream();
    const refused = await Promise.allSettled([
      store.events.append(stream, 0, [eventOf(stream, 1)]),
      readAll(store.events, stream),
      feed.read('start', 1),
      feed.find(stream, 1),
      feed.head(),
    ]);
    expect(refused).toEqual(Array(5).fill(unavailable));
    const error: unknown = await feed.read('start', 1).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ part: 'event store', retryable: true });
    expect((error as Unavailable).cause).toMatchObject({ code: 'ERR_INVALID_STATE' });
    await expect(feed.changed('start', never)).resolves.toBeUndefined();
  });

  it('hands a damaged event on for decoding and verifying to name it', async () => {
    const file = scratch('events.sqlite');
    const store = openSqliteEventStore(file);
    const stream = freshStream();
    await store.events.append(stream, 0, eventsOf(stream, 0, 2));
    const other = new DatabaseSync(file);
    other.exec(`UPDATE events SET data = substr(data, 1, 9) WHERE version = 1`);
    other.exec(`UPDATE events SET envelope = 'x' WHERE version = 2`);
    other.close();
    const { events } = await store.feed(storeId).read('start', 10);
    for (const event of events) {
      expect(() => codec.decode(event)).toThrow(Undecodable);
      expect(() => codec.verify(event, codec.genesis)).toThrow(BrokenChain);
    }
    expect(events.map(({ version }) => version)).toEqual([1, 2]);
    await store.close();
  });

  it('does not take a file for its own that is no database', () => {
    const file = scratch('events.sqlite');
    writeFileSync(file, 'no database at all, but long enough to be looked at'.repeat(20));
    expect(() => openSqliteEventStore(file)).toThrow('not a database');
  });
});

describe.each([
  ['memory', createMemoryEventStore],
  ['SQLite', () => openSqliteEventStore(scratch('events.sqlite'))],
] as const)('the event store in %s', (_name, open) => {
  it('keeps a consumer waiting while nothing happens, and lets it go when it closes', async () => {
    const store = open();
    const seen: string[] = [];
    const waiting = store
      .feed(storeId)
      .changed('start', never)
      .then(() => seen.push('woken'));
    for (let turn = 0; turn < 20; turn += 1) await setImmediate();
    seen.push('closed');
    await store.close();
    await waiting;
    expect(seen).toEqual(['closed', 'woken']);
  });

  it('has its head at the start while it is empty', async () => {
    const store = open();
    expect(await store.feed(storeId).head()).toBe('start');
    await store.close();
  });

  it('knows the head from a batch that is just full', async () => {
    const store = open();
    const stream = freshStream();
    await store.events.append(stream, 0, eventsOf(stream, 0, 4));
    const feed = store.feed(storeId);
    const first = await feed.read('start', 2);
    const second = await feed.read(first.to, 2);
    expect([first.atHead, second.atHead]).toEqual([false, true]);
    await store.close();
  });

  it('gives the events of a stream the positions that its feed gives them', async () => {
    const store = open();
    const feed = store.feed(storeId);
    const stream = freshStream();
    await store.events.append(stream, 0, eventsOf(stream, 0, 2));
    const positions: Position[] = [];
    for await (const { position } of store.events.read(stream, 0)) positions.push(position);
    const { events } = await feed.read('start', 10);
    expect(positions).toEqual(events.map((event: Recorded) => event.position));
    await store.close();
  });
});
