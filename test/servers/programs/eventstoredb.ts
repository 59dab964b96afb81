import path from 'node:path';
import { end, startDouble } from '../../end-to-end/installation.ts';
import type { Started } from '../choose.ts';
import { guardedFolder } from './server-process.ts';

/** EventStoreDB's stand-in as a process of its own: no registry has the server as a program. */
export const startDoubleProcess = async (): Promise<Started> => {
  const folder = await guardedFolder('voucher-orders-eventstoredb');
  const { url, child } = await startDouble(path.join(folder.path, 'events.log'));
  return {
    url,
    what: `the double of test/support/eventstoredb-double at ${url}`,
    stop: async () => {
      await end(child);
      await folder.remove();
    },
  };
};
