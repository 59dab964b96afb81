// A process of its own: prints its connection string once it listens.
import { parseArgs } from 'node:util';
import { startEventStoreDbDouble } from './double.ts';

const { values } = parseArgs({ options: { port: { type: 'string' }, file: { type: 'string' } } });
const double = await startEventStoreDbDouble({
  ...(values.port === undefined ? {} : { port: Number(values.port) }),
  ...(values.file === undefined ? {} : { file: values.file }),
});
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void double.close());
process.stdout.write(`${double.connectionString}\n`);
