import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from '@jest/globals';
import { noProgress } from '../src/application/ports/consumers.ts';
import type { Hold, Owner } from '../src/application/ports/consumers.ts';
import { Unavailable } from '../src/application/ports/errors.ts';
import type { Write } from '../src/application/ports/read-models.ts';
import { openSqliteReadModels } from '../src/infrastructure/read-models/sqlite.ts';
import { lines } from './support/lines.ts';
import type { Line } from './support/lines.ts';
import { scratchFiles } from './support/scratch.ts';

const scratch = scratchFiles();

const write = (n: number, text = `line ${String(n)}`): Write<Line> => ({
  key: `k${String(n)}`,
  version: n,
  doc: { text },
});

/** An empty model with a shadow beside it. */
const shadowed = async (file: string) => {
  const models = openSqliteReadModels(file);
  await models.open(lines);
  const shadow = await models.shadow(lines);
  const hold = (await shadow.sink.hold('rebuild' as Owner)) as Hold;
  const keep = (...writes: readonly Write<Line>[]) => shadow.sink.keep(hold, noProgress, writes);
  return { models, shadow, hold, keep };
};

describe('the thread that writes a shadow', () => {
  it('keeps in the order in which it is asked, without being waited for', async () => {
    const { models, shadow, keep } = await shadowed(scratch('order.sqlite'));
    expect(await Promise.all([keep(write(1), write(2)), keep(write(3)), keep()])).toEqual(['kept', 'kept', 'kept']);
    const keys: string[] = [];
    for await (const { key } of shadow.model.scan()) keys.push(key);
    expect(keys).toEqual(['k1', 'k2', 'k3']);
    await models.close();
  });

  it('waits its turn while somebody else writes in the file', async () => {
    const file = scratch('busy.sqlite');
    const { models, shadow, keep } = await shadowed(file);
    const other = new DatabaseSync(file);
    other.exec('BEGIN IMMEDIATE');
    const keeping = keep(write(1));
    await models.existing(lines);
    other.exec('COMMIT');
    other.close();
    expect(await keeping).toBe('kept');
    expect(await shadow.model.get('k1')).toEqual({ version: 1, doc: { text: 'line 1' } });
    await models.close();
  });

  it('tells what went wrong, and is there again for the next', async () => {
    const file = scratch('wrong.sqlite');
    const { models, keep } = await shadowed(file);
    await keep(write(1));
    const other = new DatabaseSync(file);
    other.exec('ALTER TABLE lines_g2 RENAME TO gone');
    await expect(keep(write(2))).rejects.toThrow(Unavailable);
    other.exec('ALTER TABLE gone RENAME TO lines_g2');
    other.close();
    expect(await keep(write(2))).toBe('kept');
    await models.close();
  });

  it('lets nobody wait once it is closed', async () => {
    const file = scratch('closed.sqlite');
    const { models, keep } = await shadowed(file);
    const other = new DatabaseSync(file);
    other.exec('BEGIN IMMEDIATE');
    const keeping = expect(keep(write(1))).rejects.toThrow(Unavailable);
    await models.close();
    await keeping;
    await expect(keep(write(2))).rejects.toThrow(Unavailable);
    other.close();
  });
});
