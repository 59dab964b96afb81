import { Worker } from 'node:worker_threads';
import type { Hold, Progress } from '../../application/ports/consumers.ts';
import { Unavailable } from '../../application/ports/errors.ts';
import type { Stored } from '../../application/ports/read-models.ts';

export interface Place {
  readonly name: string;
  readonly generation: number;
  readonly hold: Hold;
}

/** What is kept of a shadow in one transaction. */
export interface Kept extends Place {
  readonly next: Progress;
  readonly documents: readonly Stored[];
}

/** With nothing to keep: the shadow's lists are wanted. */
export interface Asked extends Place, Partial<Pick<Kept, 'next' | 'documents'>> {
  readonly n: number;
}

export type Result = 'kept' | 'listed' | 'fenced' | 'not_here';

export interface Answer {
  readonly n: number;
  readonly result?: Result;
  readonly failure?: unknown;
}

/** Writes shadows in a thread of its own: who fills them reads, folds and compares meanwhile. */
export interface Filling {
  /** @throws Unavailable */
  keep(kept: Kept): Promise<'kept' | 'fenced'>;
  /** Makes the lists; `not_here`: the thread does not know the model. @throws Unavailable */
  list(place: Place): Promise<'listed' | 'fenced' | 'not_here'>;
  /** Ends the thread where nothing is being filled; the next one who wants something has another. */
  rest(): Promise<void>;
  /** What is being written is taken back, as when the process dies. */
  close(): Promise<void>;
}

interface Waiting {
  readonly resolve: (result: Result) => void;
  readonly reject: (error: Error) => void;
}

/** Of which no model's lists can be made: they are functions, which no thread can be sent. */
const plainThread = new URL('sqlite-filling-thread.ts', import.meta.url);

/** What it is sent lives for one transaction: more room would only be filled later. */
const YOUNG_MB = 16;

const unavailable = (cause: unknown): Unavailable => new Unavailable('read models', { cause });

/** @param program what runs in the thread */
export const createFilling = (file: string, program: URL = plainThread): Filling => {
  const waiting = new Map<number, Waiting>();
  /** Whose lists are not made yet: the thread has their entries. */
  const filled = new Set<string>();
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
  const ask = (what: Omit<Asked, 'n'>): Promise<Result> =>
    new Promise((resolve, reject) => {
      if (closed) throw unavailable(new Error('it is closed'));
      n += 1;
      waiting.set(n, { resolve, reject });
      thread ??= start();
      thread.postMessage({ n, ...what } satisfies Asked);
    });
  return {
    keep: (kept) => {
      filled.add(kept.name);
      return ask(kept) as ReturnType<Filling['keep']>;
    },
    list: (place) => {
      filled.delete(place.name);
      return ask(place) as ReturnType<Filling['list']>;
    },
    rest: async () => {
      if (waiting.size === 0 && filled.size === 0) await end();
    },
    close: async () => {
      closed = true;
      await end();
    },
  };
};
