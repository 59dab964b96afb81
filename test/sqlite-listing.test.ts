import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from '@jest/globals';
import { noProgress } from '../src/application/ports/consumers.ts';
import type { Hold, Owner } from '../src/application/ports/consumers.ts';
import type { ReadModel, Shadow, Write } from '../src/application/ports/read-models.ts';
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

const write = (key: string, version: number, text: string): Write<Line> => ({ key, version, doc: { text } });

const textsOf = async (model: ReadModel<Line>): Promise<readonly string[]> =>
  (await model.find({ limit: 30_000 })).found.map(({ doc }) => doc.text);

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
    expect(await textsOf(model)).toEqual(texts);
    const tables = db.prepare(`SELECT name FROM sqlite_schema WHERE name LIKE 'lines_g2%' ORDER BY name`).all();
    expect(tables.map(({ name }) => name)).toEqual(['lines_g2', 'lines_g2_entries']);
    db.close();
    await models.close();
  });

  it('are left to the newer of two rebuilds, which makes them whole', async () => {
    const file = scratch('two.sqlite');
    const { models, model, shadow, hold, texts } = await shadowed(file, 3, options);
    const newer = openSqliteReadModels(file, options);
    const other = await newer.shadow(lines);
    const after = await held(other, 'another rebuild');
    expect(await shadow.serve(hold, fromStart)).toBe('fenced');
    expect(await other.serve(after, fromStart)).toBe('served');
    expect(await textsOf(model)).toEqual(texts);
    await models.close();
    await newer.close();
  });

  it('hold the newest of a document that was kept more than once, and nothing of the older', async () => {
    const file = scratch('again.sqlite');
    const { models, shadow, hold } = await shadowed(file, 3, options);
    await shadow.sink.keep(hold, noProgress, [write('k2', 2, 'line of k2, later'), write('k4', 1, 'line of k4')]);
    await shadow.sink.keep(hold, noProgress, [write('k2', 3, 'line of k2, last'), write('k1', 1, 'never written')]);
    expect(await shadow.serve(hold, fromStart)).toBe('served');
    const db = new DatabaseSync(file);
    expect(db.prepare('SELECT key, sort FROM lines_g2_entries').all()).toMatchObject([
      { key: 'k3', sort: 'line 000000' },
      { key: 'k1', sort: 'line 000002' },
      { key: 'k2', sort: 'line of k2, last' },
      { key: 'k4', sort: 'line of k4' },
    ]);
    db.close();
    await models.close();
  });

  it('hold what others kept before and between: an interrupted rebuild, and one that was taken over for a while', async () => {
    const file = scratch('others.sqlite');
    const { models, model, shadow } = await shadowed(file, 2, options);
    const between = openSqliteReadModels(file, options);
    const other = await between.shadow(lines);
    const theirs = await held(other, 'another rebuild');
    await other.sink.keep(theirs, noProgress, [write('k2', 2, 'line of k2, later'), write('k3', 1, 'line of k3')]);
    await between.close();
    const again = await held(shadow);
    await shadow.sink.keep(again, noProgress, [write('k3', 2, 'line of k3, later'), write('k4', 1, 'line of k4')]);
    expect(await shadow.serve(again, fromStart)).toBe('served');
    expect(await textsOf(model)).toEqual(['line 000001', 'line of k2, later', 'line of k3, later', 'line of k4']);
    await models.close();
  });
});
