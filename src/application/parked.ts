import type { ConsumerRecords } from './ports/consumer-records.ts';
import type { StreamId } from './ports/event-store.ts';

/** A stream that waits in a consumer behind an event that could not be applied (design 14). */
export interface ParkedStream {
  /** `{consumer}:{stream}`. */
  readonly id: string;
  readonly consumer: string;
  readonly stream: StreamId;
  /** The first event that could not be applied. */
  readonly version: number;
  /** The newest event that waits behind it. */
  readonly last: number;
  readonly reason: string;
  /** Whether a retry was asked for that the consumer's holder has not come to yet. */
  readonly retrying: boolean;
}

export interface ParkedStreams {
  /** Every parked stream of every consumer. @throws Unavailable */
  list(): Promise<readonly ParkedStream[]>;
  /**
   * Asks the consumer's holder to try the stream again: within seconds where one runs, else after the next start.
   * @returns `undefined` where nothing of that id is parked. @throws Unavailable
   */
  retry(id: string): Promise<ParkedStream | undefined>;
}

/** Parked streams as the consumers' records have them: also for who holds none of the consumers. */
export const createParkedStreams = (deps: {
  readonly records: ConsumerRecords;
  /** The names of all consumers. */
  readonly consumers: readonly string[];
}): ParkedStreams => {
  const { records, consumers } = deps;
  const of = async (consumer: string): Promise<readonly ParkedStream[]> => {
    const parked = Object.entries((await records.progress(consumer))?.parked ?? {});
    if (parked.length === 0) return [];
    const asked = new Set<string>(await records.askedRetries(consumer));
    return parked.map(([stream, { version, last, reason }]) => ({
      id: `${consumer}:${stream}`,
      consumer,
      stream: stream as StreamId,
      version,
      last,
      reason,
      retrying: asked.has(stream),
    }));
  };
  return {
    list: async () => (await Promise.all(consumers.map(of))).flat(),
    retry: async (id) => {
      const consumer = consumers.find((name) => id.startsWith(`${name}:`));
      const parked = consumer === undefined ? undefined : (await of(consumer)).find((each) => each.id === id);
      if (parked === undefined) return undefined;
      await records.askRetry(parked.consumer, parked.stream);
      return { ...parked, retrying: true };
    },
  };
};
