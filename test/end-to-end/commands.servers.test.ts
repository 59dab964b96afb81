import { EventStoreDBClient, NO_STREAM } from '@eventstore/db-client';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { MongoClient } from 'mongodb';
import path from 'node:path';
import { dataOf } from '../../src/infrastructure/event-store/eventstoredb/records.ts';
import { given } from '../servers/given.ts';
import { eventsOfOrder } from '../support/order-life.ts';
import { createClient, eventually } from './client.ts';
import { end, prepareInstallation, startDouble, startSandboxProcess } from './installation.ts';
import type { Installation, Listening } from './installation.ts';
import { endAll, temporaryFolder } from './process.ts';
import type { ServiceProcess } from './process.ts';

jest.setTimeout(300_000);

const models = ['orders', 'vouchers', 'products', 'merchants', 'categories', 'contract'];
const names = { database: `commands_${String(process.pid)}`, topicPrefix: `commands-${String(process.pid)}` };
const order = { lines: [{ productCode: 'FNAC_25_EUR', quantity: 1 }] };

describe('the commands, beside a service on EventStoreDB, MongoDB and Kafka', () => {
  const children: Listening[] = [];
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let installation: Installation;
  let service: ServiceProcess;
  let eventStoreUrl: string;

  beforeAll(async () => {
    folder = await temporaryFolder();
    const double = await startDouble(path.join(folder.dir, 'eventstore.log'));
    const sandbox = await startSandboxProcess(path.join(folder.dir, 'sandbox.sqlite'));
    children.push(double, sandbox);
    eventStoreUrl = double.url;
    const servers = {
      eventStoreUrl,
      mongoUri: given('TEST_MONGODB_URI'),
      kafkaBrokers: given('TEST_KAFKA_BROKERS'),
      sandboxUrl: sandbox.url,
    };
    installation = await prepareInstallation(servers, names, { LOG_LEVEL: 'error' });
    service = await installation.start();
  });
  afterAll(async () => {
    await service.kill('SIGTERM');
    endAll();
    await Promise.all(children.map(({ child }) => end(child, 'SIGKILL')));
    await installation.remove();
    await folder.remove();
  });

  const completedOrder = async (key: string): Promise<string> => {
    const client = createClient(service);
    const { body } = await eventually(
      () => client.order(key, order),
      ({ status }) => status < 300,
    );
    await client.untilFinal(String(body['id']));
    await eventually(
      () => client.call('GET', '/v1/orders?status=completed'),
      (list) => JSON.stringify(list.body).includes(String(body['id'])),
    );
    return String(body['id']);
  };

  const changeByHand = async (): Promise<void> => {
    const client = await MongoClient.connect(given('TEST_MONGODB_URI'));
    await client
      .db(names.database)
      .collection('orders_g1')
      .updateOne({}, { $set: { 'doc.order.status': 'changed' } });
    await client.close();
  };

  it('name a document that was changed by hand, serve the right one by a rebuild, and take that back', async () => {
    const id = await completedOrder('one');
    await changeByHand();
    expect(await installation.command('verify')).toMatchObject({
      code: 1,
      text: expect.stringContaining(`FAULT: orders ${id} is not what order-${id} says`),
    });

    const rebuilt = await installation.command('rebuild');
    expect(rebuilt).toMatchObject({
      code: 0,
      text: expect.stringContaining(`orders: ${id} was changed at order.status\n`),
    });
    for (const model of models) expect(rebuilt.text).toContain(`${model}: served, `);
    const another = await completedOrder('two');
    const list = await createClient(service).call('GET', '/v1/orders?status=completed');
    expect(list.body['data']).toMatchObject([{ id: another }, { id }]);
    expect(await installation.command('verify')).toMatchObject({ code: 0 });

    expect(await installation.command('rebuild', 'vouchers', '--rollback')).toEqual({
      code: 0,
      text: 'vouchers: what was served before is served again\n',
    });
  });

  it('show an order that no consumer can read, and ask for it again', async () => {
    const [first] = eventsOfOrder();
    const store = EventStoreDBClient.connectionString(eventStoreUrl);
    const unknown = { ...dataOf(first), type: 'OrderGiftWrapped' };
    await store.appendToStream(first.stream, unknown, { expectedRevision: NO_STREAM });
    await store.dispose();
    const shown = await eventually(
      () => installation.command('parked', 'list'),
      ({ text }) => ['orders', 'vouchers', 'due-orders', 'kafka-relay'].every((by) => text.includes(`${by}:`)),
    );
    expect(shown.text).toContain(`orders:${first.stream}  1–1  cannot read`);

    expect(await installation.command('parked', 'retry', `orders:${first.stream}`)).toEqual({
      code: 0,
      text: `asked for: orders:${first.stream}\n`,
    });
    await completedOrder('behind it');
  });
});
