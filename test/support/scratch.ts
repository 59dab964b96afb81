import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from '@jest/globals';

/** Gives fresh paths for files of tests, gone with all that stands beside them when the tests of the file are over. */
export const scratchFiles = (): ((name: string) => string) => {
  const folder = mkdtempSync(join(tmpdir(), 'voucher-orders-'));
  let count = 0;
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return (name) => join(folder, `${String((count += 1))}-${name}`);
};
