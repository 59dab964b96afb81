import { Worker } from 'node:worker_threads';
import type { Hold, Progress } from '../../application/ports/consumers.ts';
import { Unavailable } from '../../application/ports/errors.ts';
import type { Stored } from '../../application/ports/read-models.ts';

/** What is kept of a shadow in one transaction. */
export interface Asked {
  readonly n: number;
  readonly name: string;
  readonly generation: number;
  readonly hold: Hold;
  readonly next: Progress;
  readonly documents: readonly Stored[];
}

export interface Answer {
  readonly n: number;
  readonly result?: 'kept' | 'fenced';
  readonly failure?: unknown;
}

/** Writes shadows in a thread of its own: who fills them reads and folds meanwhile. */
export interface Filling {
  /** @throws Unavailable */
  keep(what: Omit<Asked, 'n'>): Promise<'kept' | 'fenced'>;
  /** Ends the thread where nobody waits for it; the next one who keeps something has another. */
  rest(): Promise<void>;
  /** What is being written is taken back, as when the process dies. */
  close(): Promise<void>;
}

interface Waiting {
  readonly resolve: (result: 'kept' | 'fenced') => void;
  readonly reject: (error: Error) => void;
}

const unavailable = (cause: unknown): Unavailable => new Unavailable('read models', { cause });

export const createFilling = (file: string): Filling => {
  const waiting = new Map<number, Waiting>();
  let thread: Worker | undefined;
  let closed = false;
  let n = 0;
  const answered = (answer: Answer): void => {
    const asked = waiting.get(answer.n);
    waiting.delete(answer.n);
    if (answer.result === undefined) asked?.reject(unavailable(answer.failure));
    else asked?.resolve(answer.result);
  };
  const ended = (cause: unknown): void => {
    thread = undefined;
    for (const { reject } of waiting.values()) reject(unavailable(cause));
    waiting.clear();
  };
  const start = (): Worker => {
    const worker = new Worker(new URL('sqlite-filling-thread.ts', import.meta.url), { workerData: file });
    worker.on('message', answered);
    worker.on('error', ended);
    worker.on('exit', () => {
      if (worker === thread) ended(new Error('the thread that writes has ended'));
    });
    return worker;
  };
  const end = async (): Promise<void> => {
    const worker = thread;
    await worker?.terminate();
  };
  return {
    keep: (what) =>
      new Promise((resolve, reject) => {
        if (closed) throw unavailable(new Error('it is closed'));
        n += 1;
        waiting.set(n, { resolve, reject });
        thread ??= start();
        thread.postMessage({ n, ...what } satisfies Asked);
      }),
    rest: async () => {
      if (waiting.size === 0) await end();
    },
    close: async () => {
      closed = true;
      await end();
    },
  };
};
