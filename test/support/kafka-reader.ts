import { randomUUID } from 'node:crypto';
import { type Kafka, type KafkaMessage, Partitioners } from 'kafkajs';

/** Sends a last message to every partition of a topic, outside of all transactions. */
const endWith = async (client: Kafka, topic: string, sentinel: string): Promise<number> => {
  const admin = client.admin();
  const producer = client.producer({ createPartitioner: Partitioners.DefaultPartitioner });
  try {
    await Promise.all([admin.connect(), producer.connect()]);
    const [found] = (await admin.fetchTopicMetadata({ topics: [topic] })).topics;
    const partitions = found?.partitions.map(({ partitionId }) => partitionId) ?? [];
    await producer.send({
      topic,
      messages: partitions.map((partition) => ({ key: sentinel, value: null, partition })),
    });
    return partitions.length;
  } finally {
    await Promise.all([admin.disconnect(), producer.disconnect()]);
  }
};

/**
 * Every committed message of a topic up to now, each partition's in order, without the readers' own. A commit is
 * acknowledged before readers see it: a message sent after it is not shown before it, so that one is waited for.
 */
export const committed = async (client: Kafka, topic: string): Promise<readonly KafkaMessage[]> => {
  const sentinel = `sentinel-${randomUUID()}`;
  let left = await endWith(client, topic, sentinel);
  const consumer = client.consumer({ groupId: sentinel, maxWaitTimeInMs: 100 });
  const messages: KafkaMessage[] = [];
  try {
    await consumer.connect();
    await consumer.subscribe({ topics: [topic], fromBeginning: true });
    await new Promise<void>((resolve, reject) => {
      consumer.on('consumer.crash', ({ payload }) => {
        if (!payload.restart) reject(payload.error);
      });
      const eachMessage = async ({ message }: { message: KafkaMessage }): Promise<void> => {
        if (String(message.key) === sentinel) left -= 1;
        else if (!String(message.key).startsWith('sentinel-')) messages.push(message);
        if (left === 0) resolve();
      };
      consumer.run({ autoCommit: false, eachMessage }).catch(reject);
    });
  } finally {
    await consumer.disconnect();
  }
  return messages;
};
