import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

/** It reads pages and writes them elsewhere. */
const OLD_MB = 16;

export interface Moving {
  close(): Promise<void>;
}

/**
 * Moves the write-ahead log of a database into its file, all along, in a thread: who writes would do it at once when the
 * log has reached its limit, and wait for the disk some 60 ms, with everything else in the process. Where the thread has
 * ended, he does it as ever.
 */
export const startMoving = (file: string): Moving => {
  const thread = new Worker(new URL('moving-thread.ts', import.meta.url), {
    workerData: file,
    resourceLimits: { maxOldGenerationSizeMb: OLD_MB },
  });
  const ended = once(thread, 'exit');
  ended.catch(() => undefined);
  thread.on('error', () => undefined);
  thread.unref();
  return {
    close: async () => {
      thread.ref();
      thread.postMessage('end');
      await ended.catch(() => undefined);
    },
  };
};
