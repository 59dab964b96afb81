import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setImmediate } from 'node:timers/promises';
import { jsonEvent } from '@eventstore/db-client';
import { describe, expect, it } from '@jest/globals';
import { BrokenChain, Unavailable, Undecodable } from '../src/application/ports/errors.ts';
import { createCodec } from '../src/infrastructure/codec/codec.ts';
import { openEventStoreDb } from '../src/infrastructure/event-store/eventstoredb/open.ts';
import { openedStores } from './support/eventstoredb-stores.ts';
import { eventOf, eventsOf, freshStream, readAll, written } from './support/stored-events.ts';

const codec = createCodec();
const never = new AbortController().signal;

// Appends to many streams at once until its input ends, and tells each append once it is acknowledged.
const writeOn = `
  const { openEventStoreDb } = await import('${import.meta.resolve('../src/infrastructure/event-store/eventstoredb/open.ts')}');
  const { eventOf, freshStream } = await import('${import.meta.resolve('./support/stored-events.ts')}');
  const store = await openEventStoreDb(process.argv[1]);
  // So many and so large that they wait for the connection.
  const large = 'x'.repeat(20_000);
  let goesOn = true;
  process.stdin.on('end', () => (goesOn = false)).resume();
  const write = async () => {
    while (goesOn) {
      const stream = freshStream();
      const outcome = await store.events.append(stream, 0, [eventOf(stream, 1, large)]);
      process.stdout.write(outcome + ' ' + stream + '\\n');
    }
  };
  await Promise.all(Array.from({ length: 200 }, write));
  await store.close();`;

describe('the EventStoreDB adapter, when all is not well,', () => {
  const { open } = openedStores();

  const until = async (holds: () => boolean) => {
    while (!holds()) await setImmediate();
  };

  /** A slow machine may need more than one try. */
  const again = async <T>(call: () => Promise<T>): Promise<T> =>
    call().catch((error: unknown) => (error instanceof Unavailable ? again(call) : Promise.reject(error as Error)));

  describe('writes once and says so', () => {
    it.each([
      ['the reply is lost with its stream', 'loseReplies', 2],
      ['the reply is lost', 'swallowReplies', 1],
      ['the append is lost', 'silent', 1],
      ['the server is starting', 'notReady', 2],
      ['the server does not tell its features', 'breakFeatures', 2],
    ] as const)('where %s', async (_what, fault, times) => {
      const { faults, events } = await open({ deadlineMs: 300 });
      const stream = freshStream();
      const appended = eventsOf(stream, 0, 3);
      faults[fault] = times;
      expect(await events.append(stream, 0, appended)).toBe('appended');
      expect(faults[fault]).toBe(0);
      expect(await readAll(events, stream)).toEqual(appended);
    });

    it('where the reply is lost and the server takes the repeat for a conflict', async () => {
      const { faults, events } = await open({ deadlineMs: 300 });
      const stream = freshStream();
      const appended = eventsOf(stream, 0, 2);
      Object.assign(faults, { swallowReplies: 1, forgetIds: 2 });
      expect(await events.append(stream, 0, appended)).toBe('appended');
      expect(faults.forgetIds).toBe(0);
      expect(await readAll(events, stream)).toEqual(appended);
    });
  });

  it('learns of the conflict when another wrote while its append was lost', async () => {
    const { faults, events, double } = await open({ deadlineMs: 300 });
    const other = await openEventStoreDb(double.connectionString);
    const stream = freshStream();
    faults.silent = 1;
    const lost = events.append(stream, 0, [eventOf(stream, 1, 'lost')]);
    await until(() => faults.silent === 0);
    const won = eventOf(stream, 1, 'won');
    expect(await other.events.append(stream, 0, [won])).toBe('appended');
    expect(await lost).toBe('conflict');
    expect(await readAll(events, stream)).toEqual([won]);
    await other.close();
  });

  it('is unavailable while nobody answers its appends, and well again after that', async () => {
    const { faults, first } = await open({ deadlineMs: 300 });
    const appendForty = () => Promise.allSettled(Array.from({ length: 40 }, () => first(freshStream())));
    faults.silent = Infinity;
    expect(await appendForty()).toEqual(Array(40).fill({ status: 'rejected', reason: expect.any(Unavailable) }));
    faults.silent = 0;
    expect(await appendForty()).toEqual(Array(40).fill({ status: 'fulfilled', value: 'appended' }));
  });

  it('reads on where a read breaks off in the middle', async () => {
    const { faults, events, feed } = await open();
    const stream = freshStream();
    const appended = eventsOf(stream, 0, 100);
    await events.append(stream, 0, appended);
    faults.breakReads = 2;
    expect(await readAll(events, stream)).toEqual(appended);
    faults.breakReads = 2;
    expect((await feed.read('start', 1_000)).events.map(written)).toEqual(appended);
    expect(faults.breakReads).toBe(0);
  });

  it.each(['silentReads', 'breakReads', 'notReady'] as const)(
    'is unavailable for readers while it has %s, and leaves no call open',
    async (fault) => {
      const { faults, events, feed, double, first } = await open({ deadlineMs: 300 });
      const stream = freshStream();
      await first(stream);
      faults[fault] = Infinity;
      const readers = Array.from({ length: 150 }, () => readAll(events, stream));
      const refused = await Promise.allSettled([...readers, feed.read('start', 1), feed.head(), feed.find(stream, 1)]);
      expect(refused).toEqual(Array(153).fill({ status: 'rejected', reason: expect.any(Unavailable) }));
      faults[fault] = 0;
      expect(await again(() => readAll(events, stream))).toHaveLength(1);
      await until(() => double.openReads() === 0);
    },
  );

  it('lets one of fifty first appends win', async () => {
    const { events } = await open();
    const stream = freshStream();
    const outcomes = await Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        events.append(stream, 0, [eventOf(stream, 1, `rival ${String(index)}`)]),
      ),
    );
    expect(outcomes.toSorted()).toEqual(['appended', ...Array<string>(49).fill('conflict')]);
  });

  it.each(['end', 'drop'] as const)('wakes who waits after its subscription met its %s', async (how) => {
    const { double, feed, events } = await open({ longestWaitMs: 3_600_000 });
    const stream = freshStream();
    for (const version of [1, 2, 3]) {
      const { to } = await feed.read('start', 100);
      // Comes back once for every subscription that begins.
      await feed.changed(to, never);
      const woken = feed.changed(to, never);
      await events.append(stream, version - 1, [eventOf(stream, version)]);
      await woken;
      double.subscriptions[how]();
      await until(() => double.subscriptions.open === 1);
    }
    expect((await feed.read('start', 100)).events.map(({ version }) => version)).toEqual([1, 2, 3]);
  });

  it('goes on past what others write, and tells positions of its own events only', async () => {
    const { raw, feed, first } = await open();
    const foreign = (many: number) =>
      Array.from({ length: many }, () => jsonEvent({ type: 'SomethingElse', data: {} }));
    await raw.appendToStream('others-1', foreign(1_100));
    expect(await feed.read('start', 10)).toEqual({ events: [], to: 'start', atHead: true });
    expect(await feed.head()).toBe('start');
    const stream = freshStream();
    await first(stream);
    await raw.appendToStream('others-1', foreign(60));
    const position = await feed.find(stream, 1);
    expect(await feed.read('start', 10)).toMatchObject({ events: [{ stream }], to: position, atHead: true });
    expect(await feed.head()).toBe(position);
    const next = freshStream();
    await first(next);
    expect(await feed.read(position ?? 'start', 10)).toMatchObject({ events: [{ stream: next }], atHead: true });
  });

  it('hands on what somebody else wrote to a stream of ours, for decoding and verifying to name it', async () => {
    const { raw, feed, events } = await open();
    const stream = freshStream();
    await raw.appendToStream(stream, jsonEvent({ type: 'OrderCompleted', data: { by: 'hand' } }));
    await raw.appendToStream(stream, jsonEvent({ type: 'OrderCompleted', data: {}, metadata: new Uint8Array([1]) }));
    const batch = await feed.read('start', 10);
    expect(batch.events).toHaveLength(2);
    for (const event of batch.events) {
      expect(() => codec.decode(event)).toThrow(Undecodable);
      expect(() => codec.verify(event, codec.genesis)).toThrow(BrokenChain);
    }
    expect(await readAll(events, stream)).toEqual(batch.events.map(written));
  });

  it('notices that a stream was deleted', async () => {
    const { raw, events, first } = await open();
    const [soft, hard] = [freshStream(), freshStream()];
    for (const stream of [soft, hard]) await first(stream);
    await raw.deleteStream(soft);
    await raw.tombstoneStream(hard);
    for (const stream of [soft, hard]) await expect(first(stream)).rejects.toThrow(BrokenChain);
    await expect(readAll(events, hard)).rejects.toThrow(BrokenChain);
  });

  it('refuses what cannot be written, without asking again', async () => {
    const { events, faults } = await open();
    const stream = freshStream();
    const event = eventOf(stream, 1);
    const append = (data: unknown) => events.append(stream, 0, [{ ...event, data }]);
    await expect(append({ n: 1n })).rejects.toThrow(TypeError);
    await expect(append(undefined)).rejects.toThrow(TypeError);
    await expect(append({ text: 'x'.repeat(1_100_000) })).rejects.toThrow(RangeError);
    faults.denied = 1;
    await expect(events.append(stream, 0, [event])).rejects.toThrow('it refuses the user');
    expect(await readAll(events, stream)).toEqual([]);
  });

  it('is unavailable once it is closed', async () => {
    const { store, feed, events, first } = await open();
    await store.close();
    const refused = await Promise.allSettled([first(freshStream()), readAll(events, freshStream()), feed.head()]);
    expect(refused).toEqual(Array(3).fill({ status: 'rejected', reason: expect.any(Unavailable) }));
    await expect(feed.changed('start', never)).resolves.toBeUndefined();
  });

  it('writes everything once while its server is killed and comes back, and nothing is left uncaught', async () => {
    const { double, feed } = await open();
    const options = ['--disable-warning=ExperimentalWarning', '--input-type=module', '--eval', writeOn];
    // A process of its own: what nobody catches would end it.
    const writer = spawn(process.execPath, [...options, double.connectionString], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const ended = once(writer, 'exit');
    const acknowledged: string[] = [];
    for await (const line of createInterface({ input: writer.stdout })) {
      acknowledged.push(line);
      if (acknowledged.length % 100 === 0 && acknowledged.length < 400) {
        double.kill();
        await double.restart();
      }
      if (acknowledged.length === 500) writer.stdin.end();
    }
    expect(await ended).toEqual([0, null]);
    const { events } = await feed.read('start', 10_000);
    expect(acknowledged.toSorted()).toEqual(events.map(({ stream }) => `appended ${stream}`).toSorted());
    expect(acknowledged.length).toBeGreaterThanOrEqual(500);
  }, 60_000);
});
