import type { ConsumerRecords } from '../../application/ports/consumer-records.ts';
import type { Progress } from '../../application/ports/consumers.ts';
import type { StreamId } from '../../application/ports/event-store.ts';
import { orUnavailable, whenFree } from '../sqlite/sqlite.ts';
import { openDocuments } from './sqlite.ts';

export interface SqliteRecords extends ConsumerRecords {
  close(): Promise<void>;
}

const PART = 'consumer records';

// No row twice: asking again while the first request waits is the same request.
const schema = `
  CREATE TABLE IF NOT EXISTS retries (
    n INTEGER PRIMARY KEY, consumer TEXT NOT NULL, stream TEXT NOT NULL, UNIQUE (consumer, stream)
  ) STRICT;`;

/** The records of the consumers whose documents are in a file; also for a process that holds none of them. */
export const openSqliteRecords = (file: string): SqliteRecords => {
  const db = openDocuments(file, schema);
  const progress = db.prepare(
    'SELECT progress FROM consumers JOIN generations USING (name, generation) WHERE name = ?',
  );
  const ask = db.prepare('INSERT INTO retries (consumer, stream) VALUES (?, ?) ON CONFLICT DO NOTHING');
  const asked = db.prepare('SELECT stream FROM retries WHERE consumer = ? ORDER BY n');
  const done = db.prepare('DELETE FROM retries WHERE consumer = ? AND stream = ?');
  const reach = <T>(work: () => T): T => orUnavailable(PART, work);
  return {
    progress: async (consumer) =>
      reach(() => {
        const found = progress.get(consumer);
        return found === undefined ? undefined : (JSON.parse(String(found['progress'])) as Progress);
      }),
    askRetry: async (consumer, stream) => {
      await whenFree(PART, () => ask.run(consumer, stream));
    },
    askedRetries: async (consumer) => reach(() => asked.all(consumer).map((row) => row['stream'] as StreamId)),
    retried: async (consumer, stream) => {
      await whenFree(PART, () => done.run(consumer, stream));
    },
    close: async () => {
      if (db.isOpen) db.close();
    },
  };
};
