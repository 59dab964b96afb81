import type { EventStoreDBClient, RecordedEvent, ResolvedEvent, StreamingRead } from '@eventstore/db-client';
import type { EventStore, StoreId } from '../../../application/ports/event-store.ts';
import type { Connection } from './connection.ts';
import { failureOf, NoAnswer, portError, spoilsClient } from './failures.ts';
import { patiently } from './patience.ts';
import { recordedOf } from './records.ts';

// Events of the catalogue have up to 256 KiB each.
const PAGE = 64;

type OpenRead = (client: EventStoreDBClient) => StreamingRead<ResolvedEvent>;

export interface Reads {
  /**
   * All events of a read that says how many it wants at most; none of an unknown stream.
   * @throws the client's error where trying again did not help.
   */
  page(open: OpenRead): Promise<readonly RecordedEvent[]>;
  /** How often a call broke: something else may answer since. */
  readonly disturbances: number;
  disturbed(): void;
}

interface ReadsOptions {
  /** The longest wait for the next event of a read, and for a try that succeeds. */
  readonly deadlineMs: number;
  readonly stop: AbortSignal;
}

// A call that is only left, not cancelled, stays open for ever; a hundred of them block the connection.
const allOf = async (read: StreamingRead<ResolvedEvent>, deadlineMs: number): Promise<readonly RecordedEvent[]> => {
  const events: RecordedEvent[] = [];
  // An error after the loop has ended would have no listener, and end the process.
  read.on('error', () => undefined);
  const timer = setTimeout(() => read.destroy(new NoAnswer(deadlineMs)), deadlineMs);
  try {
    for await (const { event } of read) {
      if (event !== undefined) events.push(event);
      timer.refresh();
    }
    return events;
  } finally {
    clearTimeout(timer);
    // Not waited for: it waits for a connection that may never come. A call that is over costs a twentieth to cancel.
    if (!read.readableEnded) read.cancel().catch(() => undefined);
  }
};

export const createReads = (connection: Connection, { deadlineMs, stop }: ReadsOptions): Reads => {
  let disturbances = 0;

  const tryPage = async (open: OpenRead): Promise<readonly RecordedEvent[]> => {
    const client = await connection.client();
    try {
      stop.throwIfAborted();
      return await allOf(open(client), deadlineMs);
    } catch (error) {
      if (failureOf(error) === 'absent') return [];
      disturbances += 1;
      if (spoilsClient(error)) connection.replace(client);
      throw error;
    }
  };

  return {
    page: (open) => patiently({ ms: deadlineMs, stop }, () => tryPage(open)),
    get disturbances() {
      return disturbances;
    },
    disturbed: () => {
      disturbances += 1;
    },
  };
};

/** How a stream is read: in pages, so that no call stays open while the reader does something else. */
export const createStreamReading = (reads: Reads, storeId: () => StoreId): EventStore['read'] =>
  async function* (stream, after, until = Number.MAX_SAFE_INTEGER) {
    let from = after;
    for (let size = PAGE; size === PAGE && from < until;) {
      const maxCount = Math.min(PAGE, until - from);
      const page = await reads
        .page((client) => client.readStream(stream, { fromRevision: BigInt(from), maxCount }))
        .catch((error: unknown) => Promise.reject(portError(error) as Error));
      for (const event of page) {
        const recorded = recordedOf(storeId(), event);
        from = recorded.version;
        yield recorded;
      }
      size = page.length;
    }
  };
