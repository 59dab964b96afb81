import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { describe, expect, it } from '@jest/globals';
import type { Position, StoreId, StreamId } from '../src/application/ports/event-store.ts';
import { ConfigurationError } from '../src/infrastructure/config/config.ts';
import { openEventStoreDb } from '../src/infrastructure/event-store/eventstoredb/open.ts';
import { eventStoreContract } from './contracts/event-store.contract.ts';
import { feedContract } from './contracts/feed.contract.ts';
import { startEventStoreDbDouble } from './support/eventstoredb-double/double.ts';
import { openedStores } from './support/eventstoredb-stores.ts';
import { scratchFiles } from './support/scratch.ts';
import { eventsOf, freshStream, readAll } from './support/stored-events.ts';

const scratch = scratchFiles();
const storeId = 'store-1' as StoreId;

describe('the EventStoreDB adapter', () => {
  const eventStore = async () => {
    const double = await startEventStoreDbDouble();
    const subject = await openEventStoreDb(double.connectionString);
    const close = async () => {
      await subject.close();
      await double.close();
    };
    return { subject, beyondHead: (id: StoreId) => `${id}:999999999999/999999999999` as Position, close };
  };
  eventStoreContract(eventStore);
  feedContract(eventStore);
});

describe('the EventStoreDB adapter, when it opens,', () => {
  const { open, closing } = openedStores();

  const listenDeaf = async () => {
    const deaf = createServer((socket) => closing(async () => void socket.destroy()));
    closing(async () => void deaf.close());
    await once(deaf.listen(0, '127.0.0.1'), 'listening');
    return String((deaf.address() as AddressInfo).port);
  };

  it.each([
    ['kurrentdb://localhost:2113', 'EVENTSTORE_URL must begin with esdb://'],
    ['http://localhost:2113', 'EVENTSTORE_URL must begin with esdb://'],
    ['esdb://user:s3cret@', 'EVENTSTORE_URL cannot be used as a connection string'],
    ['esdb://user:s3cret@localhost?tlsCAFile=/nowhere/ca.crt', 'Failed to load certificate file'],
  ])('refuses %s with a sentence that shows no password', async (url, sentence) => {
    const error: unknown = await openEventStoreDb(url).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ConfigurationError);
    expect((error as Error).message).toContain(sentence);
    expect((error as Error).message).not.toContain('s3cret');
  });

  it('says who refuses the user', async () => {
    const { double, faults } = await open();
    faults.denied = Infinity;
    const { port } = double;
    const url = `esdb://user:s3cret@127.0.0.1:${String(port)}?tls=false`;
    await expect(openEventStoreDb(url)).rejects.toThrow(`EventStoreDB at 127.0.0.1:${String(port)} refuses the user`);
  });

  it.each(['esdb://127.0.0.1:%?tls=false', 'esdb://127.0.0.1:%', 'esdb://127.0.0.1:%,127.0.0.1:%?tls=false'])(
    'says where nobody answers: %s',
    async (pattern) => {
      const port = await listenDeaf();
      const url = pattern.replaceAll('%', port);
      const opening = openEventStoreDb(url, { deadlineMs: 100, startMs: 200 });
      await expect(opening).rejects.toThrow(`event store is not available: EVENTSTORE_URL points to 127.0.0.1:${port}`);
    },
  );

  it('finds the leader of a cluster', async () => {
    const { double, first } = await open();
    const stream = freshStream();
    await first(stream);
    const node = `127.0.0.1:${String(double.port)}`;
    for (const url of [`esdb://${node},${node}?tls=false`, `esdb+discover://${node}?tls=false`]) {
      const store = await openEventStoreDb(url);
      expect(await readAll(store.events, stream)).toHaveLength(1);
      await store.close();
    }
  });
});

describe('the double of EventStoreDB', () => {
  it('keeps what it acknowledged when its process is killed', async () => {
    const file = scratch('data.log');
    const start = async () => {
      const main = new URL('./support/eventstoredb-double/main.ts', import.meta.url).pathname;
      const child = spawn(process.execPath, [main, '--file', file], { stdio: ['ignore', 'pipe', 'inherit'] });
      for await (const url of createInterface({ input: child.stdout })) return { child, url };
      throw new Error('the double did not start');
    };
    const { child, url } = await start();
    const store = await openEventStoreDb(url, { deadlineMs: 100 });
    const acknowledged: StreamId[] = [];
    const write = async () => {
      for (let stream = freshStream(); ; stream = freshStream()) {
        const outcome = await store.events.append(stream, 0, eventsOf(stream, 0, 2)).catch(() => 'unavailable');
        if (outcome !== 'appended') return;
        acknowledged.push(stream);
        if (acknowledged.length === 100) child.kill('SIGKILL');
      }
    };
    await Promise.all(Array.from({ length: 8 }, write));
    await store.close();
    const again = await start();
    const reopened = await openEventStoreDb(again.url);
    const { events } = await reopened.feed(storeId).read('start', 10_000);
    const counts = Map.groupBy(events, ({ stream }) => stream);
    expect(acknowledged.filter((stream) => counts.get(stream)?.length !== 2)).toEqual([]);
    expect([...counts.values()].filter((own) => own.length !== 2)).toEqual([]);
    await reopened.close();
    again.child.kill();
  }, 60_000);
});
