import { MachineryError } from '../../application/ports/errors.ts';
import { ConfigurationError } from '../config/config.ts';

/** Ends the process with what a person can act on: a sentence where the mistake is known, else the whole error. */
export const failWithSentence = (error: unknown): void => {
  tell(error);
  // A connection that was half open may keep the process alive for ever.
  process.exit(1);
};

const tell = (error: unknown): void => {
  if (error instanceof ConfigurationError || error instanceof MachineryError) {
    process.stderr.write(`voucher-orders: ${error.message}\n`);
    return;
  }
  if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') {
    process.stderr.write(`voucher-orders: the port is in use (${error.message}). Set PORT to another one.\n`);
    return;
  }
  process.stderr.write(`voucher-orders: this is a fault of the program.\n${describe(error)}\n`);
};

const describe = (error: unknown): string => (error instanceof Error ? (error.stack ?? error.message) : String(error));
