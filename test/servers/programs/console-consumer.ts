import { join } from 'node:path';

import { run } from './commands.ts';
import { kafkaJars } from './kafka.ts';

export type ConsoleRecord = { partition: number; offset: number; headers: string; key: string; value: string };

const parsed = (line: string): ConsoleRecord => {
  const [partition = '', offset = '', headers = '', key = '', ...value] = line.split('\t');
  const after = (label: string, text: string): number => Number(text.slice(label.length));
  return {
    partition: after('Partition:', partition),
    offset: after('Offset:', offset),
    headers,
    key,
    value: value.join('\t'),
  };
};

const printed = ['partition', 'offset', 'headers', 'key'].flatMap((part) => ['--property', `print.${part}=true`]);

/**
 * Reads a topic from its beginning with Kafka's own console consumer, read-committed: a reader that shares no code with
 * kafkajs. Answers every record (headers as printed, `name:value,…`) and ends after `atMost` of them, or when none
 * came for `quietMs`.
 */
export const consoleConsumer = async (read: {
  brokers: string[];
  topic: string;
  atMost?: number;
  quietMs?: number;
}): Promise<ConsoleRecord[]> => {
  const java = ['-XX:TieredStopAtLevel=1', '-Dorg.slf4j.simpleLogger.defaultLogLevel=off', '-cp'];
  const what = ['--bootstrap-server', read.brokers.join(','), '--topic', read.topic, '--from-beginning'];
  const end = ['--timeout-ms', String(read.quietMs ?? 5_000)];
  if (read.atMost !== undefined) end.push('--max-messages', String(read.atMost));
  const consumer = ['org.apache.kafka.tools.consumer.ConsoleConsumer', ...what, '--isolation-level', 'read_committed'];
  const output = await run('java', ...java, join(await kafkaJars(), '*'), ...consumer, ...end, ...printed);
  return output
    .split('\n')
    .filter((line) => line.startsWith('Partition:'))
    .map(parsed);
};
