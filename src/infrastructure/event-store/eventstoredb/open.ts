import { BACKWARDS, END } from '@eventstore/db-client';
import { Unavailable } from '../../../application/ports/errors.ts';
import type { StoreId } from '../../../application/ports/event-store.ts';
import type { Log } from '../../../application/ports/log.ts';
import { ConfigurationError } from '../../config/config.ts';
import type { OpenEventStore } from '../open-event-store.ts';
import { createAppending } from './append.ts';
import { createConnect, createConnection, hostsIn } from './connection.ts';
import { failureOf, PART } from './failures.ts';
import { createFeed, headOf } from './feed.ts';
import { createNews } from './news.ts';
import { patiently } from './patience.ts';
import { createReads, createStreamReading, type Reads } from './reads.ts';

export interface EventStoreDbOptions {
  /** How long one answer may take: 3 s. An append gives up after three times that, a read after one. */
  readonly deadlineMs?: number;
  /** How long a start waits for the server: 8 s, and one deadline for its last try. */
  readonly startMs?: number;
  /** How long `changed` of the feed waits at the longest: 1 s. */
  readonly longestWaitMs?: number;
  readonly log?: Pick<Log, 'debug'>;
}

const silent = { debug: () => undefined };

/** The first word with the server. @throws Unavailable or ConfigurationError with a sentence for whoever starts it. */
const greet = async (reads: Reads, hosts: string, ms: number): Promise<void> => {
  const { signal } = new AbortController();
  const last = () => reads.page((client) => client.readAll({ direction: BACKWARDS, fromPosition: END, maxCount: 1 }));
  try {
    await patiently({ ms, stop: signal }, last);
  } catch (error) {
    if (failureOf(error) === 'denied') {
      throw new ConfigurationError(
        `EventStoreDB at ${hosts} refuses the user: EVENTSTORE_URL needs a user and password that may read $all.`,
      );
    }
    const reason = error instanceof Error ? error.message : String(error);
    throw new Unavailable(PART, { cause: error, detail: `EVENTSTORE_URL points to ${hosts} (${reason})` });
  }
};

/**
 * Streams and feed on an EventStoreDB server (22.10 or newer) or cluster.
 * @param connectionString `esdb://…` or `esdb+discover://…`, with user, password and TLS options as the client knows them.
 * @throws ConfigurationError for a string that cannot be used or a user who is refused; Unavailable when nobody
 *   answers for about ten seconds.
 */
export const openEventStoreDb = async (
  connectionString: string,
  options: EventStoreDbOptions = {},
): Promise<OpenEventStore> => {
  const { deadlineMs = 3_000, startMs = 8_000, longestWaitMs = 1_000, log = silent } = options;
  const connect = createConnect(connectionString);
  const closing = new AbortController();
  const stop = closing.signal;
  // Two clients: what a broken read does to its client's connection must not touch appends.
  const forAppends = createConnection(connect, 'end calls');
  const forReads = createConnection((nth) => connect(nth + READS_APART), 'leave calls');
  const reads = createReads(forReads, { deadlineMs, stop });
  let id = 'unbound' as StoreId;
  const close = async (): Promise<void> => {
    closing.abort();
    await Promise.all([forAppends.close(), forReads.close()]);
  };
  try {
    await greet(reads, hostsIn(connectionString), startMs);
  } catch (error) {
    await close();
    throw error;
  }
  const head = () => headOf(reads);
  const news = createNews(forReads, {
    head,
    disturbed: () => reads.disturbed(),
    log,
    deadlineMs,
    longestWaitMs,
    stop,
  });
  return {
    events: {
      read: createStreamReading(reads, () => id),
      append: createAppending(forAppends, reads, { deadlineMs, stop }),
    },
    feed: (storeId) => {
      id = storeId;
      return createFeed(storeId, reads, news);
    },
    close,
  };
};

// Far enough that the two never have equal settings, and so never share a connection.
const READS_APART = 500;
