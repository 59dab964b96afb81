// What runs in the thread that moves a write-ahead log into its file.
import { DatabaseSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';

/** Often enough that little is left for a writer that comes to the log's limit. */
const EVERY_MS = 200;

const db = new DatabaseSync(String(workerData));
const move = db.prepare('PRAGMA wal_checkpoint(PASSIVE)');
const moving = setInterval(() => {
  try {
    move.all();
  } catch {
    // Another moves it, or the disk is full: whoever writes is told by his own statement.
  }
}, EVERY_MS);

parentPort?.once('message', () => {
  clearInterval(moving);
  db.close();
});
