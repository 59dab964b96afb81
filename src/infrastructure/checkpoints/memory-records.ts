import type { ConsumerRecords } from '../../application/ports/consumer-records.ts';
import type { StreamId } from '../../application/ports/event-store.ts';
import type { MemoryProgress } from './memory.ts';

/** The records of consumers whose progress is in `kept`. */
export const createMemoryRecords = (kept: MemoryProgress): ConsumerRecords => {
  const asked = new Map<string, Set<StreamId>>();
  return {
    progress: async (consumer) => kept.get(consumer)?.(),
    askRetry: async (consumer, stream) => {
      asked.set(consumer, (asked.get(consumer) ?? new Set()).add(stream));
    },
    askedRetries: async (consumer) => [...(asked.get(consumer) ?? [])],
    retried: async (consumer, stream) => {
      asked.get(consumer)?.delete(stream);
    },
  };
};
