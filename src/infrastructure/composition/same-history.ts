import { ForeignPosition } from '../../application/ports/errors.ts';
import { RELAY } from '../../application/public-messages/relay.ts';
import { ConfigurationError } from '../config/config.ts';
import { consumerNames } from './consumers.ts';
import type { OpenPorts } from './open-ports.ts';

/**
 * Read models that follow another history would show it, and orders would be taken that nobody fulfils: no start. The
 * relay to Kafka stops by itself, since orders go on without it.
 * @throws ConfigurationError
 */
export const assertSameHistory = async ({ records, feed }: Pick<OpenPorts, 'records' | 'feed'>): Promise<void> => {
  for (const name of consumerNames.filter((consumer) => consumer !== RELAY)) {
    const progress = await records.progress(name);
    if (progress === undefined) continue;
    try {
      await feed.read(progress.at, 1);
    } catch (cause) {
      if (!(cause instanceof ForeignPosition)) throw cause;
      throw new ConfigurationError(
        `The read model ${name} follows another history: ${cause.message}. Put back the events that belong to it; or, where these are the right ones, remove read-models.sqlite with its -wal and -shm (in MongoDB the collections consumers and …_g<number>, never data_keys): all is filled anew.`,
        { cause },
      );
    }
  }
};
