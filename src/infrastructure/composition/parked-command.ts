import { Command } from 'commander';
import { createParkedStreams } from '../../application/parked.ts';
import type { ParkedStream, ParkedStreams } from '../../application/parked.ts';
import { ConfigurationError, readConfig } from '../config/config.ts';
import { createLogger } from '../logging/logger.ts';
import { consumerNames } from './consumers.ts';
import { openBeside, withRelayBeside } from './open-beside.ts';

/** `parked list` and `parked retry`: also beside a running service, which does what is asked for. */
export const parkedCommand = (): Command =>
  new Command('parked')
    .description('streams that wait behind an event that a consumer could not apply')
    .addCommand(
      new Command('list').description('shows them, one a line: id, versions that wait, reason').action(() =>
        withParked(async (parked) => {
          const all = await parked.list();
          process.stdout.write(all.length === 0 ? 'nothing is parked\n' : all.map(lineOf).join(''));
        }),
      ),
    )
    .addCommand(
      new Command('retry')
        .description('has streams tried again by the service, in their order; one that does not run, after its start')
        .argument('<id...>', 'as parked list shows them')
        .action((ids: readonly string[]) =>
          withParked(async (parked) => {
            for (const id of ids) {
              if ((await parked.retry(id)) === undefined) {
                throw new ConfigurationError(`Nothing is parked under ${id}: see parked list.`);
              }
              process.stdout.write(`asked for: ${id}\n`);
            }
          }),
        ),
    );

const withParked = async (work: (parked: ParkedStreams) => Promise<void>): Promise<void> => {
  const config = readConfig(process.env);
  const log = createLogger(config.LOG_LEVEL);
  await using opened = new AsyncDisposableStack();
  const beside = await openBeside(config, log, opened);
  const records = await withRelayBeside(config, beside, { log, opened });
  await work(createParkedStreams({ records, consumers: consumerNames }));
};

const lineOf = ({ id, version, last, reason, retrying }: ParkedStream): string =>
  `${id}  ${String(version)}–${String(last)}  ${reason}${retrying ? '  (retry asked for)' : ''}\n`;
