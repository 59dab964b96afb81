import { performance } from 'node:perf_hooks';
import { Argument, Command } from 'commander';
import type { Difference } from '../../application/rebuild/difference.ts';
import type { Rebuilt } from '../../application/rebuild/rebuild.ts';
import type { Projection } from '../../projections/projection.ts';
import { readConfig } from '../config/config.ts';
import { createLogger } from '../logging/logger.ts';
import { allProjections } from './projections.ts';
import { openBeside } from './open-beside.ts';
import type { Beside } from './open-beside.ts';
import { rebuildModel } from './rebuild-model.ts';

const names = allProjections.map(({ definition }) => definition.name);

/** Fills read models anew from the history while the service runs, and has them served in one step each. */
export const rebuildCommand = (): Command =>
  new Command('rebuild')
    .description('fills read models anew from the history, beside the running service; interrupted, run it again')
    .addArgument(new Argument('[model]', 'one of them; else all, one after another').choices(names))
    .option('--rollback', 'serves again what was served before the last rebuild')
    .action(async (model: string | undefined, { rollback }: { readonly rollback?: true }) => {
      const config = readConfig(process.env);
      const log = createLogger(config.LOG_LEVEL);
      await using opened = new AsyncDisposableStack();
      const beside = await openBeside(config, log, opened);
      const stop = stopOnSignal();
      const wanted = allProjections.filter(({ definition }) => model === undefined || definition.name === model);
      for (const projection of wanted) {
        if (rollback === true) await rollBack(beside, projection);
        else if (!stop.aborted) await rebuildOne(beside, projection, { log, stop });
      }
    });

const stopOnSignal = (): AbortSignal => {
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
  return stop.signal;
};

const say = (text: string): void => void process.stdout.write(`${text}\n`);

const rollBack = async ({ readModels }: Beside, { definition }: Projection<unknown>): Promise<void> => {
  const done = await readModels.rollBack(definition);
  say(`${definition.name}: ${done ? 'what was served before is served again' : 'nothing to go back to'}`);
};

/** How often progress is told, in milliseconds. */
const TELL_MS = 1_000;

const rebuildOne = async (
  beside: Beside,
  projection: Projection<unknown>,
  { log, stop }: { readonly log: ReturnType<typeof createLogger>; readonly stop: AbortSignal },
): Promise<void> => {
  const { name } = projection.definition;
  const began = performance.now();
  let first: number | undefined;
  let last = began;
  const rate = (read: number): string => {
    const seconds = (performance.now() - began) / 1_000;
    return `${Math.round((read - (first ?? read)) / seconds).toLocaleString('en')} events/s`;
  };
  const rebuilt = await rebuildModel(beside, projection, {
    log,
    stop,
    began: (part) => {
      say(`${name}: ${part}`);
    },
    told: ({ read }) => {
      first ??= read;
      if (performance.now() - last < TELL_MS) return;
      last = performance.now();
      say(`${name}: ${read.toLocaleString('en')} events, ${rate(read)}`);
    },
  });
  report(name, rebuilt, (performance.now() - began) / 1_000);
};

const sentences: { readonly [Is in Exclude<Rebuilt['is'], 'served'>]: string } = {
  interrupted: 'interrupted; run it again, it goes on',
  fenced: 'another rebuild of it took over',
  damaged: 'the store does not give back what was written to it: nothing was changed',
  never_still: 'the model was never where the rebuild had come to; run it again, it goes on',
};

const report = (name: string, rebuilt: Rebuilt, seconds: number): void => {
  if (rebuilt.is !== 'served') {
    say(`${name}: ${sentences[rebuilt.is]}`);
    process.exitCode = 1;
    return;
  }
  const { documents, progress, found } = rebuilt;
  for (const difference of found.differences) say(`${name}: ${lineOf(difference)}`);
  const parked = Object.keys(progress.parked).length;
  say(
    `${name}: served, ${String(documents)} documents from ${String(progress.counts.read)} events in ${seconds.toFixed(1)} s; ` +
      `the sum of what is stored is right; ${String(found.many)} documents were different, ${String(parked)} streams are parked`,
  );
};

const was = { changed: 'was changed at', missing: 'was missing', stray: 'was there without a reason' };

const lineOf = ({ key, is, paths }: Difference): string => `${key} ${was[is]} ${paths.join(', ')}`.trimEnd();
