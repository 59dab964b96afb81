import { MachineryError } from '../../application/ports/errors.ts';
import { ConfigurationError } from '../config/config.ts';

/** Ends the process with what a person can act on: a sentence where the mistake is known, else the whole error. */
export const failWithSentence = (error: unknown): void => {
  tell(error);
  // A connection that was half open may keep the process alive for ever.
  process.exit(1);
};

/** What fails where the service begins to listen. */
const listening: ReadonlyMap<string, string> = new Map([
  [
    'listen',
    'the port is in use, or the address is not of this machine: set PORT or HOST, for the sandbox SANDBOX_PORT or --port',
  ],
  ['getaddrinfo', 'HOST is no address of this machine'],
]);

const tell = (error: unknown): void => {
  if (error instanceof ConfigurationError || error instanceof MachineryError) {
    process.stderr.write(`voucher-orders: ${error.message}\n`);
    return;
  }
  if (error instanceof Error && 'syscall' in error) {
    const use = listening.get(String(error.syscall));
    if (use !== undefined) {
      process.stderr.write(`voucher-orders: ${use} (${error.message}).\n`);
      return;
    }
  }
  process.stderr.write(`voucher-orders: this is a fault of the program.\n${describe(error)}\n`);
};

const describe = (error: unknown): string => (error instanceof Error ? (error.stack ?? error.message) : String(error));
