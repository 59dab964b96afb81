// What runs in the thread that checkpoints a write-ahead log.
import { DatabaseSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';

/** Often enough that little is left for a writer that comes to the log's limit. */
const EVERY_MS = 200;

const db = new DatabaseSync(String(workerData));
const checkpoint = db.prepare('PRAGMA wal_checkpoint(PASSIVE)');
const checkpointing = setInterval(() => {
  try {
    checkpoint.all();
  } catch {
    // Another is at it, or the disk is full: whoever writes is told by his own statement.
  }
}, EVERY_MS);

parentPort?.once('message', () => {
  clearInterval(checkpointing);
  db.close();
});
