import { Command } from 'commander';
import { amilonCommand } from './amilon-command.ts';
import { readEnvironmentFile } from './environment-file.ts';
import { failWithSentence } from './failing.ts';
import { createKeysCommand } from './keys-command.ts';
import { parkedCommand } from './parked-command.ts';
import { rebuildCommand } from './rebuild-command.ts';
import { sandboxCommand } from './sandbox-command.ts';
import { serveCommand } from './serve-command.ts';
import { verifyCommand } from './verify-command.ts';

const program = new Command('voucher-orders')
  .description('Buys digital gift vouchers from Amilon and hands them to users, without losing or doubling an order.')
  .addHelpText('after', '\nConfiguration is by environment variables or a .env file: README.md has the table.')
  .addCommand(serveCommand())
  .addCommand(sandboxCommand())
  .addCommand(new Command('keys').description('the keys of clients and of encryption').addCommand(createKeysCommand()))
  .addCommand(verifyCommand())
  .addCommand(parkedCommand())
  .addCommand(rebuildCommand())
  .addCommand(amilonCommand());

/** The command line. What goes wrong is told in a sentence. */
export const runProgram = async (): Promise<void> => {
  try {
    readEnvironmentFile('.env');
    await program.parseAsync();
  } catch (error) {
    failWithSentence(error);
  }
};
