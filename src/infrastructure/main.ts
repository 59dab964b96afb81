#!/usr/bin/env -S node --disable-warning=ExperimentalWarning --disable-warning=TimeoutNegativeWarning
import 'reflect-metadata';
import { Command } from 'commander';
import { amilonCommand } from './composition/amilon-command.ts';
import { createKeysCommand } from './composition/keys-command.ts';
import { parkedCommand } from './composition/parked-command.ts';
import { rebuildCommand } from './composition/rebuild-command.ts';
import { sandboxCommand } from './composition/sandbox-command.ts';
import { serveCommand } from './composition/serve-command.ts';
import { verifyCommand } from './composition/verify-command.ts';
import { readEnvironmentFile } from './composition/environment-file.ts';
import { failWithSentence } from './composition/failing.ts';

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

try {
  readEnvironmentFile('.env');
  await program.parseAsync();
} catch (error) {
  failWithSentence(error);
}
