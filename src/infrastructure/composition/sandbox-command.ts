import { Command, InvalidArgumentError, Option } from 'commander';
import { type WireForm, wireForms } from '../amilon/sandbox/calls.ts';
import { startSandbox } from '../amilon/sandbox/start.ts';
import { untilStopped } from './signals.ts';

const whole = (text: string): number => {
  const number = Number(text);
  if (!Number.isSafeInteger(number) || number < 0) throw new InvalidArgumentError('must be a whole number from 0 on');
  return number;
};

interface Options {
  readonly host: string;
  readonly port: number;
  readonly seed: number;
  readonly products: number;
  readonly file: string;
  readonly deliveryMs: number;
  readonly wire: WireForm;
}

/** Amilon's stand-in as a process of its own. */
export const sandboxCommand = (): Command =>
  new Command('sandbox')
    .description("Amilon's built-in stand-in, alone: speaks its API, buys nothing")
    .option('--host <host>', 'address to listen on', '127.0.0.1')
    .option('--port <port>', 'port to listen on', whole, 8090)
    .option('--seed <seed>', 'what its codes are derived from', whole, 1)
    .option('--products <count>', 'products besides the ordinary ones, over all cultures', whole, 0)
    .option('--file <file>', 'where it keeps what was bought', ':memory:')
    .option('--delivery-ms <ms>', 'how long vouchers take', whole, 2_000)
    .addOption(
      new Option('--wire <form>', 'answers as the report writes them, or as they were seen')
        .choices(wireForms)
        .default('report'),
    )
    .action(async (options: Options) => {
      const { deliveryMs, ...rest } = options;
      const sandbox = await startSandbox({ ...rest, deliveryDelayMs: deliveryMs });
      process.stdout.write(
        `Amilon sandbox at ${sandbox.url} (nothing is bought). What was ordered: ${sandbox.url}/_sandbox\n`,
      );
      await untilStopped();
      await sandbox.close();
    });
