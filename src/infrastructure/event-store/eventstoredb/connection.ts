import { EventStoreDBClient } from '@eventstore/db-client';
import { ConfigurationError } from '../../config/config.ts';
import { within } from './patience.ts';

const KEEP_ALIVE_MS = 10_000;
const DISPOSE_MS = 2_000;
// Every try of ours discovers anew; the client's own tries would go on for minutes after we gave up.
const DISCOVERY = 'maxDiscoverAttempts=1&gossipTimeout=2';

/** One client at a time, replaced when it is spoilt. */
export interface Connection {
  client(): Promise<EventStoreDBClient>;
  /** Puts a new client, on a new connection, in the place of this one. */
  replace(spoilt: EventStoreDBClient): void;
  /** Ends what is open on the client. */
  close(): Promise<void>;
}

/** Opens the nth client of a process. */
export type Connect = (nth: number) => EventStoreDBClient;

/** Host and port of the nodes, without user and password. */
export const hostsIn = (connectionString: string): string =>
  connectionString.replace(/^[^:]*:\/\/(?:.*@)?/, '').replace(/[/?].*$/, '');

/** @throws ConfigurationError that never shows the user and password in the string. */
export const createConnect = (connectionString: string): Connect => {
  if (!/^esdb(?:\+discover)?:\/\//.test(connectionString)) {
    throw new ConfigurationError(
      'EVENTSTORE_URL must begin with esdb:// or esdb+discover:// (also where the server calls it kurrentdb://).',
    );
  }
  const [nodes = '', settings = ''] = connectionString.split('?', 2);
  const keepAlive = Number(/[?&]keepAliveInterval=(-?\d+)/i.exec(connectionString)?.[1] ?? KEEP_ALIVE_MS);
  return (nth) => {
    // Clients with equal settings share one TCP connection, so a new client would be stuck on the old one's.
    const interval = keepAlive < 0 ? keepAlive : keepAlive + nth;
    const own = `keepAliveInterval=${interval}&throwOnAppendFailure=true`;
    // The last of equal settings counts.
    const all = [DISCOVERY, settings, own].filter((part) => part !== '').join('&');
    try {
      return EventStoreDBClient.connectionString(`${nodes}?${all}`);
    } catch (error) {
      const message = error instanceof Error && /certificate|userCertFile/.test(error.message) ? error.message : '';
      throw new ConfigurationError(`EVENTSTORE_URL cannot be used as a connection string. ${message}`.trim());
    }
  };
};

/**
 * @param ending Whether an old client's calls are ended before the new one begins. Appends need that: the client
 *   rejects the appends of all clients when one of their streams breaks, so no two may be in use at once. Reads must
 *   not: a read that is ended so looks complete.
 */
export const createConnection = (connect: Connect, ending: 'end calls' | 'leave calls'): Connection => {
  let nth = 0;
  let current = connect(nth);
  let replacing: Promise<void> | undefined;

  const end = async (client: EventStoreDBClient): Promise<void> => {
    // Waits for ever where a call was left open.
    await within(DISPOSE_MS, client.dispose()).catch(() => undefined);
  };

  const renew = async (): Promise<void> => {
    if (ending === 'end calls') await end(current);
    nth += 1;
    current = connect(nth);
    replacing = undefined;
  };

  return {
    client: async () => {
      await replacing;
      return current;
    },
    replace: (spoilt) => {
      if (spoilt === current) replacing ??= renew();
    },
    close: () => end(current),
  };
};
