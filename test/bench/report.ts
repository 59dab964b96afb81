import { parseArgs } from 'node:util';

export interface Row {
  readonly what: string;
  readonly ours: string;
  readonly baseline: string;
  readonly ratio: string;
  readonly aim: string;
  readonly met: boolean;
}

/** How a program of this folder hands a row to whoever runs all of them. */
const MARK = 'row: ';

const lineOf = ({ what, ours, baseline, ratio, aim, met }: Row): string =>
  `${what}: ${ours} · baseline ${baseline} · ratio ${ratio} · aim ${aim}: ${met ? 'met' : 'missed'}`;

const say = (text: string): void => void process.stdout.write(`${text}\n`);

/** A row of its own words. */
export const reportFigures = (row: Row): void => {
  say(process.env['BENCH_ROWS'] === undefined ? lineOf(row) : `${MARK}${JSON.stringify(row)}`);
};

export const rowIn = (line: string): Row | undefined =>
  line.startsWith(MARK) ? (JSON.parse(line.slice(MARK.length)) as Row) : undefined;

/** The rows in columns. A missed aim is shown, and is no failure. */
export const tableOf = (rows: readonly Row[]): string => {
  const head = ['', 'here', 'baseline', 'ratio', 'aim', ''];
  const lines = rows.map(({ what, ours, baseline, ratio, aim, met }) => {
    return [what, ours, baseline, ratio, aim, met ? 'met' : 'missed'];
  });
  const widths = head.map((_, column) => Math.max(...[head, ...lines].map((line) => line[column]?.length ?? 0)));
  return [head, ...lines]
    .map((line) => line.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '))
    .map((line) => line.trimEnd())
    .join('\n');
};

interface Throughput {
  readonly what: string;
  readonly unit: string;
  /** So many in a second, here and in what it is held against. */
  readonly ours: number;
  readonly baseline: number;
  /** The part of the baseline that is wanted, in per cent. */
  readonly aim: number;
}

const reportRates = ({ what, unit, ours, baseline, aim }: Throughput, percent: number): void => {
  reportFigures({
    what,
    ours: `${Math.round(ours).toLocaleString('en')} ${unit}/s`,
    baseline: `${Math.round(baseline).toLocaleString('en')} ${unit}/s`,
    ratio: `${String(Math.floor(percent))} %`,
    aim: `≥ ${String(aim)} %`,
    met: percent >= aim,
  });
};

export const reportThroughput = (throughput: Throughput): void => {
  reportRates(throughput, (100 * throughput.ours) / throughput.baseline);
};

/** Seconds that the same work took in one round, here and in what it is held against. */
export interface Round {
  readonly ours: number;
  readonly baseline: number;
}

interface Rounds extends Pick<Throughput, 'what' | 'unit' | 'aim'> {
  /** How much was done in each. */
  readonly many: number;
  readonly rounds: readonly Round[];
}

/** The ratio is the median of the rounds' own: what slows a machine for some seconds slows both sides of a round. */
export const reportRounds = ({ many, rounds, ...told }: Rounds): void => {
  const ours = many / median(rounds.map((round) => round.ours));
  const baseline = many / median(rounds.map((round) => round.baseline));
  const percent = 100 * median(rounds.map((round) => round.baseline / round.ours));
  reportRates({ ...told, ours, baseline }, percent);
};

interface Pages {
  readonly what: string;
  /** Milliseconds of each, here and in what it is held against. */
  readonly ours: readonly number[];
  readonly baseline: readonly number[];
  /** The longest p99 that is wanted, in milliseconds. */
  readonly aim: number;
}

export const reportPages = ({ what, ours, baseline, aim }: Pages): void => {
  const [mine, raw] = [ours, baseline].map((ms) => ({ p50: part(ms, 0.5), p99: part(ms, 0.99) }));
  if (mine === undefined || raw === undefined) return;
  const told = ({ p50, p99 }: typeof mine) => `p50 ${p50.toFixed(2)} ms, p99 ${p99.toFixed(2)} ms`;
  const ratio = `${(mine.p50 / raw.p50).toFixed(2)} at p50, ${(mine.p99 / raw.p99).toFixed(2)} at p99`;
  reportFigures({
    what,
    ours: told(mine),
    baseline: told(raw),
    ratio,
    aim: `p99 < ${String(aim)} ms`,
    met: mine.p99 < aim,
  });
};

/** The value below which this share of the values lies. */
const part = (ms: readonly number[], share: number): number =>
  ms.toSorted((a, b) => a - b)[Math.floor(ms.length * share)] ?? NaN;

/** @param aim The longest p99 that is wanted, in milliseconds. */
export const reportLatency = (what: string, ms: readonly number[], aim: number): void => {
  const ours = `p50 ${part(ms, 0.5).toFixed(0)} ms, p99 ${part(ms, 0.99).toFixed(0)} ms`;
  reportFigures({ what, ours, baseline: '—', ratio: '—', aim: `p99 < ${String(aim)} ms`, met: part(ms, 0.99) < aim });
};

export const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? NaN;

/** Seconds that the work takes. */
export const secondsOf = async (work: () => Promise<unknown>): Promise<number> => {
  const begun = performance.now();
  await work();
  return (performance.now() - begun) / 1_000;
};

/** Does something for every item, so many at once. */
export const atOnce = async <T>(many: number, items: readonly T[], work: (item: T) => Promise<unknown>) => {
  const queue = items.values();
  const worker = async (): Promise<void> => {
    for (const item of queue) await work(item);
  };
  await Promise.all(Array.from({ length: many }, worker));
};

/** Sizes by name, each smaller or larger by hand: `npm run bench:embedded -- --orders 100`. */
export const sizes = <Name extends string>(
  defaults: Readonly<Record<Name, number>>,
): Readonly<Record<Name, number>> => {
  const names = Object.keys(defaults) as Name[];
  const { values } = parseArgs({
    options: Object.fromEntries(names.map((name) => [name, { type: 'string' }] as const)),
  });
  const sized = names.map((name) => [name, Number(values[name] ?? defaults[name])]);
  return Object.fromEntries(sized) as Record<Name, number>;
};
