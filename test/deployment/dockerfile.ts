import { readFileSync } from 'node:fs';

interface Instruction {
  readonly name: string;
  readonly text: string;
}

/** A stage: what stands between one FROM and the next. */
export interface Stage {
  readonly from: string;
  readonly instructions: readonly Instruction[];
}

/** The stages of the Dockerfile, in order; of its language no more than this project uses. */
export const stagesOf = (file: string): readonly Stage[] => {
  const lines = readFileSync(file, 'utf8')
    .replaceAll(/^#.*\n/gm, '')
    .replaceAll(/\\\n\s*/g, '')
    .split('\n');
  const instructions = lines
    .filter((line) => line !== '')
    .map((line) => {
      const [name = line] = line.split(' ', 1);
      return { name, text: line.slice(name.length).trim() };
    });
  const starts = instructions.flatMap(({ name }, index) => (name === 'FROM' ? [index] : []));
  return starts.map((start, index) => ({
    from: instructions[start]?.text ?? 'nothing',
    instructions: instructions.slice(start + 1, starts[index + 1]),
  }));
};

/** The texts of the stage's instructions of one name. */
export const textsOf = (stage: Stage, name: string): readonly string[] =>
  stage.instructions.filter((instruction) => instruction.name === name).map(({ text }) => text);

/** What the stage's only instruction of the name says. @throws Error when there is none, or another. */
export const textOf = (stage: Stage, name: string): string => {
  const [text, ...more] = textsOf(stage, name);
  if (text === undefined || more.length > 0) throw new Error(`one ${name} is expected in the stage of ${stage.from}`);
  return text;
};

/** The words of an instruction in exec form. @throws SyntaxError for one in shell form, which would take no signal. */
export const wordsOf = (text: string): readonly string[] => JSON.parse(text) as readonly string[];

/** The command that the image's HEALTHCHECK runs. */
export const healthCheckOf = (stage: Stage): readonly string[] =>
  wordsOf(textOf(stage, 'HEALTHCHECK').replace(/^.*?CMD /, ''));

/** What the image puts into the environment. */
export const environmentOf = (stage: Stage): Readonly<Record<string, string>> =>
  Object.fromEntries(
    textOf(stage, 'ENV')
      .split(' ')
      .map((pair) => pair.split('=') as [string, string]),
  );
