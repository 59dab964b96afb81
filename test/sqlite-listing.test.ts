import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from '@jest/globals';
import { noProgress } from '../src/application/ports/consumers.ts';
import type { Hold, Owner } from '../src/application/ports/consumers.ts';
import type { ReadModel, Shadow, Write } from '../src/application/ports/read-models.ts';
import { openDocuments } from '../src/infrastructure/checkpoints/sqlite.ts';
import { createFilling } from '../src/infrastructure/read-models/sqlite-filling.ts';
import { packed } from '../src/infrastructure/read-models/sqlite-parcel.ts';
import { makeLists } from '../src/infrastructure/read-models/sqlite-listing.ts';
import { tableNames } from '../src/infrastructure/read-models/sqlite-tables.ts';
import { sortedLists } from '../src/infrastructure/read-models/sqlite-unlisted.ts';
import { openSqliteReadModels } from '../src/infrastructure/read-models/sqlite.ts';
import { lines, otherLines } from './support/lines.ts';
import type { Line } from './support/lines.ts';
import { scratchFiles } from './support/scratch.ts';

const scratch = scratchFiles();

/** A model that holds nothing, and a shadow beside it with so many documents. */
const shadowed = async (file: string, many: number) => {
  const models = openSqliteReadModels(file);
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

describe('lists that are made at the end', () => {
  it('are whole and in order, also where another rebuild died in the midst of making them', async () => {
    const file = scratch('died.sqlite');
    const { models, model, shadow, hold, texts } = await shadowed(file, 20_001);
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
    const { models, model, shadow, hold, texts } = await shadowed(file, 3);
    const newer = openSqliteReadModels(file);
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
    const { models, shadow, hold } = await shadowed(file, 3);
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
    const { models, model, shadow } = await shadowed(file, 2);
    const between = openSqliteReadModels(file);
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

  it("are each model's own where two are filled side by side", async () => {
    const file = scratch('two-models.sqlite');
    const { models, model, shadow, hold, texts } = await shadowed(file, 20_001);
    const { model: otherModel } = await models.open(otherLines);
    const other = await models.shadow(otherLines);
    const theirs = await held(other);
    const theirTexts = texts.map((text) => `other ${text}`);
    await other.sink.keep(
      theirs,
      noProgress,
      theirTexts.map((text) => write(`key of ${text}`, 1, text)),
    );
    await shadow.sink.keep(hold, noProgress, [write('k0', 1, 'line of k0')]);
    await other.sink.keep(theirs, noProgress, [write('o1', 1, 'other line of o1')]);
    expect(await Promise.all([shadow.list(hold), other.list(theirs)])).toEqual(['listed', 'listed']);
    expect([await shadow.serve(hold, fromStart), await other.serve(theirs, fromStart)]).toEqual(['served', 'served']);
    expect(await textsOf(model)).toEqual([...texts, 'line of k0']);
    expect(await textsOf(otherModel)).toEqual([...theirTexts, 'other line of o1']);
    await models.close();
  });

  it('know nothing of a shadow that was discarded, though the next has its number', async () => {
    const file = scratch('discarded.sqlite');
    const { models, model, shadow, hold } = await shadowed(file, 2);
    const between = openSqliteReadModels(file);
    const taken = await between.shadow(lines);
    expect(await taken.discard(await held(taken))).toBe('discarded');
    await between.close();
    const next = await models.shadow(lines);
    const theirs = await held(next);
    await next.sink.keep(theirs, noProgress, [write('n1', 1, 'line of n1')]);
    expect(await shadow.sink.keep(hold, noProgress, [write('k9', 1, 'too late')])).toBe('fenced');
    expect(await next.serve(theirs, fromStart)).toBe('served');
    expect(await textsOf(model)).toEqual(['line of n1']);
    const db = new DatabaseSync(file);
    expect(db.prepare('SELECT key FROM lines_g2_entries').all()).toMatchObject([{ key: 'n1' }]);
    db.close();
    await models.close();
  });
});

describe('the thread that writes shadows', () => {
  it('may be asked while it ends, because another model was served: another thread does it', async () => {
    const file = scratch('ending.sqlite');
    const { models, shadow, hold } = await shadowed(file, 1);
    const filling = createFilling(file);
    const keep = (key: string) =>
      filling.keep({
        ...{ name: 'lines', generation: 2, hold, next: noProgress },
        parcels: [packed([{ key, version: 1, json: '{}', cells: [key] }])],
      });
    expect(await keep('k2')).toBe('kept');
    const resting = filling.rest();
    expect(await keep('k3')).toBe('kept');
    await resting;
    expect(await keep('k4')).toBe('kept');
    for (const key of ['k2', 'k3', 'k4']) expect(await shadow.model.get(key)).toMatchObject({ version: 1 });
    await filling.close();
    await models.close();
  });
});

describe('making the lists of a shadow', () => {
  it('ends in its midst where another takes the shadow over, and leaves no temporary table', async () => {
    const file = scratch('midst.sqlite');
    const { models } = await shadowed(file, 3);
    const db = openDocuments(file);
    const names = tableNames('lines', 2);
    let steps = 0;
    const mine = (): boolean => (steps += 1) <= 2;
    expect(await makeLists(db, names, sortedLists(lines, names), mine)).toBe('fenced');
    const tables = `SELECT name FROM sqlite_schema WHERE name LIKE '%entries%' UNION SELECT name FROM sqlite_temp_schema`;
    expect(db.prepare(`${tables} ORDER BY name`).all()).toEqual([
      { name: 'lines_g1_entries' },
      { name: 'lines_g2_entries_unfinished' },
    ]);
    db.close();
    await models.close();
  });
});
