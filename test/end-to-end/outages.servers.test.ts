import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { startKafka } from '../servers/programs/kafka.ts';
import { startMongo } from '../servers/programs/mongodb.ts';
import { createClient, eventually } from './client.ts';
import { end, prepareInstallation, startDouble, startSandboxProcess } from './installation.ts';
import type { Installation, Listening } from './installation.ts';
import { endAll, temporaryFolder } from './process.ts';
import type { ServiceProcess } from './process.ts';

/** How long each server is out; `OUTAGE_SECONDS=20` by hand. */
const OUT = Number(process.env['OUTAGE_SECONDS'] ?? 6) * 1_000;

jest.setTimeout(300_000);

const say = (text: string): void => void process.stderr.write(`outage: ${text}\n`);

interface Part {
  readonly part: string;
  readonly state: string;
  readonly reason?: string;
}

describe('a server that is out for a while under load', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let mongo: Awaited<ReturnType<typeof startMongo>>;
  let kafka: Awaited<ReturnType<typeof startKafka>>;
  let double: Listening;
  let sandbox: Listening;
  let installation: Installation;
  let service: ServiceProcess;

  beforeAll(async () => {
    folder = await temporaryFolder();
    [mongo, kafka] = await Promise.all([startMongo({ replicaSet: true }), startKafka()]);
    double = await startDouble(path.join(folder.dir, 'eventstore.log'));
    sandbox = await startSandboxProcess(path.join(folder.dir, 'sandbox.sqlite'));
    const servers = {
      eventStoreUrl: double.url,
      mongoUri: mongo.uri,
      kafkaBrokers: kafka.brokers.join(','),
      sandboxUrl: sandbox.url,
    };
    installation = await prepareInstallation(
      servers,
      { database: 'outages', topicPrefix: 'outages' },
      { LOG_LEVEL: 'error', AMILON_CREATES_PER_SECOND: '100', AMILON_READS_PER_SECOND: '200' },
    );
    service = await installation.start();
    await eventually(
      () => createClient(service).call('GET', '/v1/catalog/products'),
      ({ status }) => status === 200,
    );
  });
  afterAll(async () => {
    endAll();
    await Promise.all([end(double.child, 'SIGKILL'), end(sandbox.child, 'SIGKILL'), mongo.stop(), kafka.stop()]);
    await folder.remove();
  });

  const ready = async (): Promise<{ readonly status: number; readonly out: readonly Part[] }> => {
    const { status, body } = await createClient(service).call('GET', '/readyz');
    return { status, out: (body['parts'] as readonly Part[]).filter(({ state }) => state !== 'ready') };
  };

  /** Orders all the while; answers what clients saw, and waits until whatever was accepted is completed. */
  const orderThrough = async (name: string, outage: () => Promise<void>) => {
    const client = createClient(service);
    const body = { lines: [{ productCode: 'FNAC_25_EUR', quantity: 1 }] };
    const seen = new Map<number, number>();
    const refused = new Set<string>();
    const accepted = new Map<string, string>();
    const over = new AbortController();
    const load = (async () => {
      for (let n = 0; !over.signal.aborted; n += 1) {
        const key = `${name} ${String(n)}`;
        const answer = await client.order(key, body);
        seen.set(answer.status, (seen.get(answer.status) ?? 0) + 1);
        if (answer.status === 202) accepted.set(key, String(answer.body['id']));
        else refused.add(key);
        await pause(50);
      }
    })();
    await pause(1_000);
    await outage();
    await eventually(ready, ({ out }) => out.length === 0, 120_000);
    over.abort();
    await load;
    // A client that was refused sends the same again.
    for (const key of refused) accepted.set(key, String((await client.order(key, body)).body['id']));
    const finals = await Promise.all([...accepted.values()].map((id) => client.untilFinal(id)));
    say(`${name}: answers ${JSON.stringify([...seen])}, ${String(finals.length)} orders completed`);
    return { statuses: [...seen.keys()], finals: finals.map(({ body: order }) => order['status']) };
  };

  const bought = async (): Promise<readonly number[]> => {
    const response = await fetch(new URL('/_sandbox/purchases', sandbox.url));
    return ((await response.json()) as readonly { readonly bought: number }[]).map((purchase) => purchase.bought);
  };

  it.each([
    {
      server: 'Kafka',
      parts: ['kafka-relay'],
      kill: () => kafka.kill('SIGKILL'),
      restart: () => kafka.restart(),
      answers: [202],
    },
    {
      server: 'MongoDB',
      parts: ['orders', 'due-orders', 'vouchers'],
      kill: () => mongo.kill('SIGKILL'),
      restart: () => mongo.restart(),
      answers: [202, 503],
    },
    {
      server: 'EventStoreDB',
      parts: ['orders', 'due-orders', 'vouchers'],
      kill: () => end(double.child, 'SIGKILL'),
      restart: async () => {
        const port = Number(/:(\d+)/.exec(double.url.slice('esdb://'.length))?.[1]);
        double = await startDouble(path.join(folder.dir, 'eventstore.log'), port);
      },
      answers: [202, 503],
    },
  ])('$server: readiness names what is out, clients hear 503 at most, and nothing is lost', async (outage) => {
    const through = await orderThrough(outage.server, async () => {
      await outage.kill();
      const { out } = await eventually(
        ready,
        (now) => outage.parts.every((part) => now.out.some((known) => known.part === part)),
        60_000,
      );
      say(`${outage.server} is out: ${JSON.stringify(out)}`);
      await pause(OUT);
      await outage.restart();
    });
    expect(through.statuses.filter((status) => !outage.answers.includes(status))).toEqual([]);
    expect(through.finals).toEqual(through.finals.map(() => 'completed'));
    expect((await bought()).filter((times) => times !== 1)).toEqual([]);
  });
});
