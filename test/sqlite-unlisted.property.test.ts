import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { noProgress } from '../src/application/ports/consumers.ts';
import type { Owner, Sink } from '../src/application/ports/consumers.ts';
import type { ReadModelDefinition, Scalar, Versioned, Write } from '../src/application/ports/read-models.ts';
import { openSqliteReadModels } from '../src/infrastructure/read-models/sqlite.ts';
import { scratchFiles } from './support/scratch.ts';

interface Thing {
  readonly owner: string;
  readonly at: number;
  readonly colours: readonly Scalar[];
  readonly size?: Scalar;
  readonly rank?: string;
}

const things: ReadModelDefinition<Thing> = {
  name: 'things',
  schema: 1,
  fields: {
    size: (thing) => thing.size,
    owner: (thing) => thing.owner,
    colours: (thing) => thing.colours,
    at: (thing) => thing.at,
    rank: (thing) => thing.rank,
  },
  within: 'owner',
  sort: { field: 'at', direction: 'desc' },
  orders: { rank: ['colours', 'size'] },
};

const text = fc.string({ unit: 'grapheme', maxLength: 6 });
const scalar = fc.oneof(
  text,
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true, noInteger: true }),
  fc.boolean(),
);
const thing: fc.Arbitrary<Thing> = fc.record(
  {
    owner: fc.constantFrom('a', 'ä'),
    at: fc.integer(),
    colours: fc.array(scalar, { maxLength: 4 }),
    size: scalar,
    rank: text,
  },
  { requiredKeys: ['owner', 'at', 'colours'] },
);
const key = fc.integer({ min: 1, max: 20 }).map((n) => `k${String(n)}`);
// Each run starts a thread, so few runs with many writes each.
const writes = fc.array(fc.record({ key, version: fc.integer({ min: 1, max: 5 }), doc: thing }), {
  minLength: 40,
  maxLength: 60,
});

const scratch = scratchFiles();
const fromStart = new Set(['start'] as const);

const keepIn = async (sink: Sink<Versioned<Thing>, Write<Thing>>, all: readonly Write<Thing>[]) => {
  const hold = await sink.hold('a holder' as Owner);
  if (hold === 'held') throw new Error('another has it');
  for (const write of all) await sink.keep(hold, noProgress, [write]);
  return hold;
};

const entriesOf = (file: string, generation: number): readonly unknown[] => {
  const db = new DatabaseSync(file);
  const entries = db.prepare(`SELECT * FROM things_g${String(generation)}_entries`).all();
  db.close();
  return entries;
};

describe('the lists of a shadow', () => {
  it('are what its documents would be found by if each were written into them, whatever its values', async () => {
    let n = 0;
    await fc.assert(
      fc.asyncProperty(writes, async (all) => {
        const file = scratch(`${String((n += 1))}.sqlite`);
        const models = openSqliteReadModels(file);
        const { sink } = await models.open(things);
        const shadow = await models.shadow(things);
        const hold = await keepIn(shadow.sink, all);
        await keepIn(sink, all);
        expect(await shadow.serve(hold, fromStart)).toBe('served');
        await models.close();
        expect(entriesOf(file, 2)).toEqual(entriesOf(file, 1));
      }),
      { numRuns: 5 },
    );
  });
});
