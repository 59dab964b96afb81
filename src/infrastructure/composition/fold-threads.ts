import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { Logger } from 'pino';
import { Unavailable } from '../../application/ports/errors.ts';
import type { Hold } from '../../application/ports/consumers.ts';
import type { StoreId } from '../../application/ports/event-store.ts';
import type { Folded, Part, Parts } from '../../application/rebuild/parts.ts';
import type { PartOf } from '../event-store/sqlite-part.ts';
import type { Parcel } from '../read-models/sqlite-parcel.ts';
import type { SqliteShadow } from '../read-models/sqlite.ts';

/** What a thread folds. */
export interface Work {
  readonly events: string;
  readonly storeId: StoreId;
  readonly part: PartOf;
  readonly documents: string;
  readonly model: string;
  readonly generation: number;
  readonly hold: Hold;
  readonly logLevel: string;
}

export interface Answer {
  readonly folded?: Folded<Parcel>;
  readonly failure?: unknown;
}

const program = new URL('fold-thread.ts', import.meta.url);

/** Each thread folds some 12 µs an event and whoever keeps what they folded writes 4: more of them would wait for him. */
const MANY = 3;

/** An order is written once where its events are not further apart; the more, the longer documents are in memory. */
const STRETCH = 12_000;

/** In memory a document takes some ten times as many bytes, and those of three stretches may be there at once. */
const ROOM = 16 * 1_024 * 1_024;

/** Threads begin with some 100 ms of loading and compiling, each for itself. */
const WORTH_IT = 50_000;

/** The documents of a stretch live as long as it is folded, and are copied the more often the less room there is (MiB). */
const YOUNG_MB = 64;

/** Where documents grow too fast for that, a thread ends here (MiB), and the main one goes on: it keeps large ones sooner. */
const OLD_MB = 512;

const startPart = (work: Work): { readonly part: Part<Parcel>; readonly end: () => Promise<unknown> } => {
  const thread = new Worker(program, {
    workerData: work,
    resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB, maxOldGenerationSizeMb: OLD_MB },
  });
  const waiting: { readonly resolve: (folded: Folded<Parcel>) => void; readonly reject: (error: Error) => void }[] = [];
  let over: Unavailable | undefined;
  const end = (cause: unknown): void => {
    over = new Unavailable('a thread that folds', { cause });
    for (const { reject } of waiting.splice(0)) reject(over);
  };
  thread.on('message', ({ folded, failure }: Answer) => {
    if (folded === undefined) end(failure);
    else waiting.shift()?.resolve(folded);
  });
  thread.on('error', end);
  thread.on('exit', () => end(new Error('it has ended')));
  return {
    part: {
      fold: (events) =>
        new Promise((resolve, reject) => {
          if (over !== undefined) throw over;
          waiting.push({ resolve, reject });
          thread.postMessage(events);
        }),
    },
    end: () => thread.terminate(),
  };
};

/**
 * Threads that fold the events in one file for a shadow in another, each some of the streams.
 * @returns nothing where they are no quicker than one: on one processor, or for few events
 */
export const startFoldThreads = <Doc>(
  work: Omit<Work, 'part' | 'generation' | 'logLevel'>,
  packed: NonNullable<SqliteShadow<Doc>['packed']>,
  how: { readonly events: number; readonly log: Logger; readonly threads?: number },
): Parts<Parcel> | undefined => {
  const { events, log, threads: of = Math.min(availableParallelism(), MANY) } = how;
  if (of < 2 || events < WORTH_IT) return undefined;
  const started = Array.from({ length: of }, (_, n) =>
    startPart({ ...work, part: { n, of }, generation: packed.generation, logLevel: log.level }),
  );
  return {
    each: started.map(({ part }) => part),
    stretch: STRETCH,
    room: ROOM,
    keep: packed.keep,
    close: async () => {
      await Promise.all(started.map(({ end }) => end()));
    },
  };
};
