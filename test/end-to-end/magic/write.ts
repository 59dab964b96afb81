// npm run docs:amilon: runs every magic product through the service and writes the table of docs/amilon.md.
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { runStories } from './run.ts';
import { stories } from './stories.ts';
import { tableOf, withTable } from './table.ts';

const file = path.resolve('docs/amilon.md');
const table = tableOf(await runStories(stories));
await writeFile(file, withTable(await readFile(file, 'utf8'), table));
