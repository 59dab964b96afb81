import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { Log } from '../../application/ports/log.ts';

/** It reads pages and writes them elsewhere. */
const OLD_MB = 16;

/**
 * Checkpoints the write-ahead log of a database all along, in a thread: who writes would do it at once when the log has
 * reached its limit, and wait for the disk some 60 ms, with everything else in the process. He does so again where the
 * thread has ended.
 */
export const startWalCheckpoints = (file: string, log: Log): { close(): Promise<void> } => {
  const thread = new Worker(new URL('wal-checkpoints-thread.ts', import.meta.url), {
    workerData: file,
    resourceLimits: { maxOldGenerationSizeMb: OLD_MB },
  });
  const ended = once(thread, 'exit').catch((error: unknown) => {
    log.warn({ file, err: error }, 'no thread checkpoints this file any more: whoever writes in it does, and waits');
  });
  thread.unref();
  return {
    close: async () => {
      thread.ref();
      thread.postMessage('end');
      await ended;
    },
  };
};
