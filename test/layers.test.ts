import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, writeFile, copyFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

const root = resolve(import.meta.dirname, '..');

/** A file that breaks the import table: what it imports, and the rule that must say so. */
const offences: readonly (readonly [file: string, imports: string, rule: string])[] = [
  ['src/domain/order/a.ts', 'node:crypto', 'domain-imports-nothing'],
  ['src/domain/order/b.ts', 'zod', 'domain-imports-nothing'],
  ['src/domain/order/c.ts', '../../application/good.ts', 'domain-imports-nothing'],
  ['src/domain/order/d.ts', '../contract/good.ts', 'aggregates-apart'],
  ['src/domain/catalog-snapshot/a.ts', '../order/good.ts', 'aggregates-apart'],
  ['src/domain/shared/a.ts', '../order/good.ts', 'aggregates-apart'],
  ['src/application/a.ts', 'zod', 'application-imports'],
  ['src/application/b.ts', 'node:fs', 'application-imports'],
  ['src/application/c.ts', '../projections/good.ts', 'application-imports'],
  ['src/application/d.ts', '../infrastructure/config/good.ts', 'application-imports'],
  ['src/application/ports/a.ts', '../good.ts', 'ports-import-no-application'],
  ['src/projections/a.ts', '../application/good.ts', 'projections-imports'],
  ['src/projections/b.ts', 'node:util', 'projections-imports'],
  ['src/infrastructure/event-store/a.ts', '../read-models/good.ts', 'infrastructure-folders-apart'],
  ['src/infrastructure/http/a.ts', '../composition/good.ts', 'infrastructure-folders-apart'],
  ['src/infrastructure/codec/a.ts', '../clock/good.ts', 'shared-infrastructure-is-a-leaf'],
  ['src/infrastructure/event-store/memory.ts', './sqlite/feed.ts', 'adapters-apart'],
  ['src/infrastructure/event-store/sqlite/a.ts', '../mongodb.ts', 'adapters-apart'],
  ['src/infrastructure/amilon/sandbox/a.ts', '../client.ts', 'sandbox-apart'],
  ['src/infrastructure/read-models/a.ts', '../../projections/good.ts', 'infrastructure-not-to-projections'],
  ['src/infrastructure/http/b.ts', '../../projections/good.ts', 'http-knows-types-of-projections'],
  ['src/infrastructure/http/c.ts', 'inversify', 'inversify-in-composition'],
  ['src/infrastructure/event-store/sqlite-b.ts', 'mongodb', 'mongodb-in-its-adapters'],
  ['src/infrastructure/read-models/b.ts', '@eventstore/db-client', 'eventstoredb-in-its-adapter'],
  ['src/infrastructure/http/d.ts', 'kafkajs', 'kafkajs-in-its-adapter'],
  ['src/infrastructure/http/e.ts', 'fast-check', 'production-dependencies-only'],
  ['src/infrastructure/http/f.ts', './nowhere.ts', 'no-unresolvable'],
  ['src/infrastructure/http/g.ts', '../../../test/good.ts', 'src-not-to-test'],
  ['src/infrastructure/http/h.ts', './h.ts', 'no-cycles'],
  ['src/infrastructure/helpers/a.ts', '../../domain/order/good.ts', 'listed-folders'],
  ['src/domain/helpers/a.ts', '../order/good.ts', 'listed-folders'],
];

/** Modules that import nothing and break nothing, for the others to import. */
const innocent = [
  'src/domain/order/good.ts',
  'src/domain/contract/good.ts',
  'src/application/good.ts',
  'src/projections/good.ts',
  'src/infrastructure/config/good.ts',
  'src/infrastructure/read-models/good.ts',
  'src/infrastructure/clock/good.ts',
  'src/infrastructure/composition/good.ts',
  'src/infrastructure/event-store/sqlite/feed.ts',
  'src/infrastructure/event-store/mongodb.ts',
  'src/infrastructure/amilon/client.ts',
  'test/good.ts',
];

/** Imports that the table allows. */
const allowed: readonly (readonly [file: string, imports: string])[] = [
  ['src/domain/order/ok.ts', '../shared/ok.ts'],
  ['src/domain/shared/ok.ts', './ok-too.ts'],
  ['src/domain/shared/ok-too.ts', './ok-three.ts'],
  ['src/domain/shared/ok-three.ts', './ok-four.ts'],
  ['src/domain/shared/ok-four.ts', './ok-five.ts'],
  ['src/application/ok.ts', './ports/ok.ts'],
  ['src/application/ports/ok.ts', '../../domain/order/good.ts'],
  ['src/projections/ok.ts', '../application/ports/ok.ts'],
  ['src/infrastructure/event-store/sqlite.ts', './sqlite/feed.ts'],
  ['src/infrastructure/event-store/ok.ts', '../config/good.ts'],
  ['src/infrastructure/http/ok.ts', 'express'],
  ['src/infrastructure/composition/ok.ts', 'inversify'],
  ['src/infrastructure/composition/ok-too.ts', '../event-store/mongodb.ts'],
  ['src/infrastructure/main.ts', './composition/good.ts'],
];

interface Cruise {
  readonly summary: { readonly violations: readonly { readonly from: string; readonly rule: { name: string } }[] };
}

const cruise = (folder: string): Promise<Cruise> =>
  new Promise((done, failed) => {
    const program = join(root, 'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs');
    const child = spawn(process.execPath, [program, 'src', 'test', '--output-type', 'json'], { cwd: folder });
    let output = '';
    let complaint = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (complaint += chunk.toString()));
    child.on('error', failed);
    child.on('close', () => {
      if (output === '') failed(new Error(complaint));
      else done(JSON.parse(output) as Cruise);
    });
  });

describe('the import table', () => {
  const found = new Map<string, string[]>();
  let folder = '';

  const put = async (file: string, text: string) => {
    await mkdir(dirname(join(folder, file)), { recursive: true });
    await writeFile(join(folder, file), text);
  };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'layers-'));
    await symlink(join(root, 'node_modules'), join(folder, 'node_modules'), 'junction');
    for (const file of ['.dependency-cruiser.cjs', 'package.json', 'tsconfig.json']) {
      await copyFile(join(root, file), join(folder, file));
    }
    for (const file of [...innocent, 'src/domain/shared/ok-five.ts']) await put(file, 'export {};\n');
    for (const [file, imports] of [...offences, ...allowed]) await put(file, `import '${imports}';\n`);
    await put('src/infrastructure/alone.ts', 'export {};\n');
    const { summary } = await cruise(folder);
    for (const { from, rule } of summary.violations) found.set(from, [...(found.get(from) ?? []), rule.name]);
  }, 60_000);

  afterAll(() => rm(folder, { recursive: true, force: true }));

  it.each(offences)('refuses that %s imports %s (%s)', (file, _imports, rule) => {
    expect(found.get(file)).toContain(rule);
  });

  it('refuses a module in a folder that is not listed, even one that imports nothing', () => {
    expect(found.get('src/infrastructure/alone.ts')).toEqual(['listed-folders-orphan']);
  });

  it.each(allowed)('allows that %s imports %s', (file) => {
    expect(found.get(file)).toBeUndefined();
  });
});
