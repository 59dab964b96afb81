import type { Message, TopicMessages } from 'kafkajs';
import type { PublicMessage } from '../../application/public-messages/message.ts';
import { recordOf, weightOf } from './record.ts';
import type { Topics } from './topics.ts';

/** The topic of a message: its source names the category of its stream. */
export const topicOf = ({ messages }: Topics, { source }: PublicMessage): string => {
  const category = source.split(':').at(3);
  for (const [name, topic] of Object.entries(messages)) if (name === category) return topic;
  throw new RangeError(`no topic for messages of ${source}`);
};

type Step = Map<string, Message[]>;

interface Plan {
  readonly topics: Topics;
  readonly maxBatchBytes: number;
  /** The record of the position, which ends the last step. */
  readonly position: Message;
}

/**
 * What is sent, step by step, in the messages' order. One step, unless it weighs more than the broker takes: a batch
 * of a partition counts as one there, and all that is sent at once may go to one partition.
 */
export const stepsOf = (
  out: readonly PublicMessage[],
  { topics, maxBatchBytes, position }: Plan,
): readonly TopicMessages[][] => {
  const steps: Step[] = [new Map<string, Message[]>()];
  let weight = 0;
  for (const message of out) {
    const record = recordOf(message);
    const more = weightOf(record);
    if (weight > 0 && weight + more > maxBatchBytes) {
      steps.push(new Map<string, Message[]>());
      weight = 0;
    }
    weight += more;
    add(steps, topicOf(topics, message), record);
  }
  add(steps, topics.positions, position);
  return steps.map((step) => [...step].map(([topic, messages]) => ({ topic, messages })));
};

const add = (steps: Step[], topic: string, message: Message): void => {
  const step = steps.at(-1);
  const messages = step?.get(topic);
  if (messages === undefined) step?.set(topic, [message]);
  else messages.push(message);
};
