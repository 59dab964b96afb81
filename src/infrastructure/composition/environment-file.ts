import { existsSync, readFileSync } from 'node:fs';
import { loadEnvFile } from 'node:process';

/** An unquoted value with `#`: the rest of it is taken for a comment. A `#` between spaces is meant as one. */
const CUT = /^\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=(?:#\S|[ \t]*(?![\s'"`#])[^#\n]*(?:[^#\s]#|#\S))/;

/**
 * Reads variables from the file, where it exists; what the environment has already stays.
 * Says so where a value is cut at `#`: a password is easily lost that way.
 */
export const readEnvironmentFile = (file: string): void => {
  if (!existsSync(file)) return;
  loadEnvFile(file);
  for (const line of readFileSync(file, 'utf8').split('\n')) {
    const name = CUT.exec(line)?.[1];
    if (name === undefined) continue;
    process.stderr.write(`voucher-orders: ${file}: the value of ${name} ends at its #; write it in 'single quotes'.\n`);
  }
};
