import type { Progress } from './consumers.ts';
import type { StreamId } from './event-store.ts';

/** What is on record of consumers for those who do not hold them. Every call throws Unavailable. */
export interface ConsumerRecords {
  /** The progress that was kept last; `undefined` for a consumer that never was. */
  progress(consumer: string): Promise<Progress | undefined>;
  /** Asks the consumer's holder, now or after a restart, to try a parked stream again (design 14). */
  askRetry(consumer: string, stream: StreamId): Promise<void>;
  /** The streams that were asked for, the first first. */
  askedRetries(consumer: string): Promise<readonly StreamId[]>;
  /** The stream was tried again: nobody asks any more. */
  retried(consumer: string, stream: StreamId): Promise<void>;
}
