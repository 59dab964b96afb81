import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, describe, expect, it, jest } from '@jest/globals';
import { magic } from '../../src/infrastructure/amilon/sandbox/magic.ts';
import { runStories } from './magic/run.ts';
import { stories } from './magic/stories.ts';
import { tableIn, tableOf } from './magic/table.ts';
import { endAll } from './process.ts';

jest.setTimeout(300_000);
afterAll(endAll);

describe('every magic product, through the service as a user runs it', () => {
  it('has its story', () => {
    expect(stories.map(({ product }) => product).toSorted()).toEqual([...magic.keys()].toSorted());
  });

  it('ends as docs/amilon.md says: state, purchase, attention, how often it was bought, events in order', async () => {
    const document = await readFile(path.resolve('docs/amilon.md'), 'utf8');
    const rows = (table: string): readonly string[] => table.split('\n');
    expect(rows(tableOf(await runStories(stories)))).toEqual(rows(tableIn(document)));
  });
});
