import { Worker } from 'node:worker_threads';
import type { Hold, Progress } from '../../application/ports/consumers.ts';
import { Unavailable } from '../../application/ports/errors.ts';
import type { Parcel } from './sqlite-parcel.ts';
import type { Sorted } from './sqlite-unlisted.ts';

export interface Place {
  readonly name: string;
  readonly generation: number;
  readonly hold: Hold;
}

/** What is kept of a shadow in one transaction. */
export interface Kept extends Place {
  readonly next: Progress;
  readonly parcels: readonly Parcel[];
}

/** What the lists of a shadow are made from. */
interface ToList extends Place {
  readonly lists: readonly Sorted[];
}

export type Asked = (Kept | ToList) & { readonly n: number };

export type Result = 'kept' | 'listed' | 'fenced';

export interface Answer {
  readonly n: number;
  readonly result?: Result;
  readonly failure?: unknown;
}

/** Writes shadows in a thread of its own: who fills them reads, folds and compares meanwhile. */
export interface Filling {
  /** @throws Unavailable */
  keep(kept: Kept): Promise<'kept' | 'fenced'>;
  /** Makes the lists. @throws Unavailable */
  list(toList: ToList): Promise<'listed' | 'fenced'>;
  /** Ends the thread where nothing is asked of it; the next one who wants something has another. */
  rest(): Promise<void>;
  /** What is being written is taken back, as when the process dies. */
  close(): Promise<void>;
}

interface Waiting {
  readonly resolve: (result: Result) => void;
  readonly reject: (error: Error) => void;
}

const program = new URL('sqlite-filling-thread.ts', import.meta.url);

/** What it is sent lives for one transaction: more room would only be filled later. */
const YOUNG_MB = 16;

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
    const worker = new Worker(program, { workerData: file, resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB } });
    const over = (cause: unknown): void => {
      if (worker === thread) ended(cause);
    };
    worker.on('message', answered);
    worker.on('error', over);
    worker.on('exit', () => over(new Error('the thread that writes has ended')));
    return worker;
  };
  const end = async (): Promise<void> => {
    const worker = thread;
    // Whoever asks from now on has another thread.
    ended(new Error('the thread that writes was ended'));
    await worker?.terminate();
  };
  const ask = (what: Kept | ToList, moved: ArrayBuffer[] = []): Promise<Result> =>
    new Promise((resolve, reject) => {
      if (closed) throw unavailable(new Error('it is closed'));
      n += 1;
      waiting.set(n, { resolve, reject });
      thread ??= start();
      thread.postMessage({ n, ...what } satisfies Asked, moved);
    });
  return {
    keep: (kept) =>
      ask(
        kept,
        kept.parcels.map(({ texts }) => texts),
      ) as ReturnType<Filling['keep']>,
    list: (toList) => ask(toList) as ReturnType<Filling['list']>,
    rest: async () => {
      if (waiting.size === 0) await end();
    },
    close: async () => {
      closed = true;
      await end();
    },
  };
};
