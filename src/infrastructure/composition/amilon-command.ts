import { performance } from 'node:perf_hooks';
import { Command } from 'commander';
import type { CallNote, Drift } from '../../application/ports/amilon-watch.ts';
import type { Log } from '../../application/ports/log.ts';
import { checkAmilon } from '../amilon/client/check.ts';
import type { Finding } from '../amilon/client/check.ts';
import { createAmilonClient } from '../amilon/client/client.ts';
import { sandboxAccess } from '../amilon/sandbox/start.ts';
import { createSystemClock } from '../clock/system.ts';
import { ConfigurationError, readAmilonConfig } from '../config/config.ts';
import type { AmilonAccess, AmilonConfig } from '../config/config.ts';

/** `amilon check`: does the configured access work? */
export const amilonCommand = (): Command =>
  new Command('amilon').description('Amilon, as it is configured').addCommand(
    new Command('check')
      .description('asks for token, contract and catalogue, never for an order; says what works, and what to do')
      .action(async () => {
        const config = readAmilonConfig(process.env);
        const { findings, drifts } = await check(accessOf(config), config);
        const bad = findings.filter(({ works }) => !works).length;
        for (const drift of new Set(drifts.map(({ kind, where, what }) => `${kind}: ${where} ${what}`))) {
          process.stdout.write(`note    ${drift}\n`);
        }
        process.stdout.write(
          bad === 0 ? 'Amilon works as configured.\n' : `${String(bad)} of ${String(findings.length)} failed.\n`,
        );
        if (bad > 0) process.exitCode = 1;
      }),
  );

const accessOf = ({ amilon, AMILON_BASE_URL }: AmilonConfig): AmilonAccess => {
  if (amilon !== undefined) return amilon;
  if (AMILON_BASE_URL !== undefined) return sandboxAccess(AMILON_BASE_URL);
  throw new ConfigurationError(
    'No Amilon is configured, so the built-in sandbox stands in: set the seven AMILON_… variables first (README.md).',
  );
};

/** What goes wrong is told by the findings. */
const silent: Log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

const check = async (access: AmilonAccess, { AMILON_CULTURES }: AmilonConfig) => {
  const notes: CallNote[] = [];
  const drifts: Drift[] = [];
  const findings: Finding[] = [];
  const clock = createSystemClock();
  const monotonic = () => performance.now();
  const amilon = createAmilonClient({
    ...access,
    clock,
    monotonic,
    log: silent,
    onCall: (note) => notes.push(note),
    onDrift: (drift) => drifts.push(drift),
  });
  for await (const finding of checkAmilon({ amilon, notes, cultures: AMILON_CULTURES, now: clock.now(), monotonic })) {
    process.stdout.write(lineOf(finding));
    findings.push(finding);
  }
  return { findings, drifts };
};

const lineOf = ({ asked, works, ms, says, todo }: Finding): string => {
  const line = `${works ? 'ok    ' : 'FAILED'}  ${asked.padEnd(16)} ${String(Math.round(ms)).padStart(6)} ms  ${says}\n`;
  return todo === undefined ? line : `${line}        ${todo}\n`;
};
