import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { scratchFiles } from '../support/scratch.ts';

interface Case {
  readonly line: string;
  /** What Node makes of it. */
  readonly value: string | undefined;
}

const cut: Readonly<Record<string, Case>> = {
  CUT_WORD: { line: 'CUT_WORD=planted#secret', value: 'planted' },
  CUT_EXPORT: { line: '  export CUT_EXPORT = planted#secret', value: 'planted' },
  CUT_WORDS: { line: 'CUT_WORDS=two words#secret', value: 'two words' },
  CUT_AFTER_SPACE: { line: 'CUT_AFTER_SPACE=two #words', value: 'two' },
  CUT_WHOLE: { line: 'CUT_WHOLE=#secret', value: '' },
};

const whole: Readonly<Record<string, Case>> = {
  WHOLE_PLAIN: { line: 'WHOLE_PLAIN=one', value: 'one' },
  WHOLE_SINGLE: { line: "WHOLE_SINGLE='planted#secret'", value: 'planted#secret' },
  WHOLE_DOUBLE: { line: 'WHOLE_DOUBLE= "planted#secret"', value: 'planted#secret' },
  WHOLE_SPACED: { line: "  WHOLE_SPACED =  'planted#secret'", value: 'planted#secret' },
  WHOLE_BACKTICK: { line: 'WHOLE_BACKTICK=`planted#secret`', value: 'planted#secret' },
  WHOLE_COMMENTED: { line: 'WHOLE_COMMENTED=one # see issue#5', value: 'one' },
  WHOLE_EMPTY: { line: 'WHOLE_EMPTY= # none yet', value: '' },
  WHOLE_COMMENT: { line: '# WHOLE_COMMENT=one#two', value: undefined },
  WHOLE_GIVEN: { line: 'WHOLE_GIVEN=other', value: 'kept' },
};

const files = scratchFiles();
const reader = pathToFileURL('src/infrastructure/composition/environment-file.ts').href;
const script = (file: string): string => `
  import { readEnvironmentFile } from ${JSON.stringify(reader)};
  readEnvironmentFile(${JSON.stringify(file)});
  process.stdout.write(JSON.stringify(process.env));
`;

/** A process of its own reads the file: what is read stays in the environment of who reads it. */
const read = (file: string): { readonly env: Readonly<Record<string, string>>; readonly said: readonly string[] } => {
  const child = spawnSync(process.execPath, ['--input-type=module', '--eval', script(file)], {
    env: { WHOLE_GIVEN: 'kept' },
    encoding: 'utf8',
  });
  return {
    env: JSON.parse(child.stdout) as Record<string, string>,
    said: child.stderr.split('\n').filter((line) => line.startsWith('voucher-orders: ')),
  };
};

describe('the .env file', () => {
  let file: string;
  let result: ReturnType<typeof read>;
  beforeAll(() => {
    file = files('.env');
    const lines = [...Object.values(cut), ...Object.values(whole)].map(({ line }) => line);
    writeFileSync(file, lines.join('\n'));
    result = read(file);
  });

  it('warns of each value that is cut at its #, and of no other', () => {
    expect(result.said).toEqual(
      Object.keys(cut).map(
        (name) => `voucher-orders: ${file}: the value of ${name} ends at its #; write it in 'single quotes'.`,
      ),
    );
  });

  it('tells nothing of the values', () => {
    expect(result.said.join('\n')).not.toMatch(/planted|secret/);
  });

  for (const [name, { line, value }] of Object.entries({ ...cut, ...whole })) {
    it(`is read as Node reads it: ${line}`, () => {
      expect(result.env[name]).toBe(value);
    });
  }

  it('may be missing', () => {
    expect(read(files('.env'))).toMatchObject({ env: { WHOLE_GIVEN: 'kept' }, said: [] });
  });
});
