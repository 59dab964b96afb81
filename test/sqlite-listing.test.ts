import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from '@jest/globals';
import { noProgress } from '../src/application/ports/consumers.ts';
import type { Hold, Owner } from '../src/application/ports/consumers.ts';
import type { Shadow, Write } from '../src/application/ports/read-models.ts';
import { openSqliteReadModels } from '../src/infrastructure/read-models/sqlite.ts';
import { lines } from './support/lines.ts';
import type { Line } from './support/lines.ts';
import { scratchFiles } from './support/scratch.ts';

const scratch = scratchFiles();

type Options = Parameters<typeof openSqliteReadModels>[1];

const inThread: Options = { thread: new URL('support/lines-thread.ts', import.meta.url) };

/** A model that holds nothing, and a shadow beside it with so many documents. */
const shadowed = async (file: string, many: number, options: Options) => {
  const models = openSqliteReadModels(file, options);
  const { model } = await models.open(lines);
  const shadow = await models.shadow(lines);
  const hold = await held(shadow);
  const texts = Array.from({ length: many }, (_, n) => `line ${String(n).padStart(6, '0')}`);
  const writes = texts.map((text, n): Write<Line> => ({ key: `k${String(many - n)}`, version: 1, doc: { text } }));
  await shadow.sink.keep(hold, noProgress, writes);
  return { models, model, shadow, hold, texts };
};

const held = async ({ sink }: Shadow<Line>, owner = 'rebuild'): Promise<Hold> => {
  const hold = await sink.hold(owner as Owner);
  if (hold === 'held') throw new Error('another owner has the shadow');
  return hold;
};

const fromStart = new Set(['start'] as const);

describe.each([
  ['where they are wanted', {}],
  ['in the thread that writes', inThread],
])('lists that are made at the end, %s,', (_where, options: Options) => {
  it('are whole and in order, also where another rebuild died in the midst of making them', async () => {
    const file = scratch('died.sqlite');
    const { models, model, shadow, hold, texts } = await shadowed(file, 20_001, options);
    const db = new DatabaseSync(file);
    db.exec(`CREATE TABLE lines_g2_entries_unfinished (list, part, value, sort, key);
      INSERT INTO lines_g2_entries_unfinished VALUES ('', '', '', 'half', 'k1');`);
    expect(await shadow.serve(hold, fromStart)).toBe('served');
    expect((await model.find({ limit: 30_000 })).found.map(({ doc }) => doc.text)).toEqual(texts);
    const tables = db.prepare(`SELECT name FROM sqlite_schema WHERE name LIKE 'lines_g2%' ORDER BY name`).all();
    expect(tables.map(({ name }) => name)).toEqual(['lines_g2', 'lines_g2_entries']);
    db.close();
    await models.close();
  });

  it('are left to the newer of two rebuilds, which makes them whole', async () => {
    const file = scratch('two.sqlite');
    const { models, model, shadow, hold, texts } = await shadowed(file, 3, options);
    const serving = shadow.serve(hold, fromStart);
    const newer = openSqliteReadModels(file, options);
    const other = await newer.shadow(lines);
    const after = await held(other, 'another rebuild');
    expect(await serving).toBe('fenced');
    expect(await other.serve(after, fromStart)).toBe('served');
    expect((await model.find({ limit: 10 })).found.map(({ doc }) => doc.text)).toEqual(texts);
    await models.close();
    await newer.close();
  });
});
