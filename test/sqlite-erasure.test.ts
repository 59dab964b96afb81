import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from '@jest/globals';
import type { WrappedKey } from '../src/application/ports/data-keys.ts';
import { OrderId } from '../src/domain/shared/ids.ts';
import { openSqliteDataKeys } from '../src/infrastructure/data-keys/sqlite.ts';
import { scratchFiles } from './support/scratch.ts';

const scratch = scratchFiles();

const orderId = (n: number) => OrderId(`${String((n * 7919) % 100_000).padStart(8, '0')}-0000-5000-8000-000000000000`);
const boxOf = (n: number, made: string): string => `${made}-${String(n).padStart(6, '0')}-`.padEnd(80, 'k');
const key = (n: number, made = 'first'): WrappedKey => ({
  // Another length, so that rows grow and their neighbours are moved.
  kekId: made === 'first' ? 'k' : 'a-longer-key-id-than-that',
  box: boxOf(n, made),
});

const bytesOf = (file: string): string =>
  readdirSync(dirname(file))
    .filter((name) => name.startsWith(basename(file)))
    .map((name) => readFileSync(join(dirname(file), name), 'latin1'))
    .join('\n');

/** The orders of whose keys there is a trace in any of the store's files. */
const tracesIn = (file: string, orders: readonly number[]): readonly number[] => {
  const bytes = bytesOf(file);
  return orders.filter((n) => bytes.includes(boxOf(n, 'first')) || bytes.includes(boxOf(n, 'again')));
};

describe('data keys on SQLite', () => {
  it('leave nothing of a destroyed key in any file, open or closed', async () => {
    const file = scratch('data-keys.sqlite');
    const keys = openSqliteDataKeys(file);
    const all = Array.from({ length: 300 }, (_, n) => n);
    for (const n of all) await keys.createOnce(orderId(n), key(n));
    for (const n of all.filter((each) => each % 3 === 0)) await keys.rewrap(orderId(n), key(n), key(n, 'again'));
    expect(tracesIn(file, all)).toEqual(all);

    const destroyed = all.filter((n) => n % 2 === 0);
    for (const n of destroyed) await keys.destroy(orderId(n));
    const kept = all.filter((n) => n % 2 === 1);
    expect(tracesIn(file, all)).toEqual(kept);
    expect(bytesOf(file)).not.toContain(boxOf(kept[1] ?? 0, 'first'));
    await keys.close();
    expect(tracesIn(file, all)).toEqual(kept);
  });

  it('do not say that a key is destroyed while another reader keeps it in the log', async () => {
    const file = scratch('data-keys.sqlite');
    const keys = openSqliteDataKeys(file);
    await keys.createOnce(orderId(1), key(1));
    const reader = new DatabaseSync(file);
    reader.exec('BEGIN; SELECT * FROM data_keys');
    await expect(keys.destroy(orderId(1))).rejects.toMatchObject({ name: 'Unavailable', retryable: true });
    reader.exec('COMMIT');
    await keys.destroy(orderId(1));
    expect(tracesIn(file, [1])).toEqual([]);
    reader.close();
    await keys.close();
  });
});
