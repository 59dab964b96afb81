import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { run, runToEnd, startProcess, temporaryFolder } from './process.ts';
import type { ServiceProcess } from './process.ts';

/** The servers that an installation runs on, each at its URL; without MongoDB its read models are embedded. */
export interface Servers {
  readonly eventStoreUrl: string;
  readonly mongoUri?: string;
  readonly kafkaBrokers?: string;
  readonly sandboxUrl: string;
}

/** A process that says where it listens. */
export interface Listening {
  readonly url: string;
  readonly child: ChildProcess;
}

export const whenItSays = async (child: ChildProcess, pattern: RegExp): Promise<Listening> => {
  const url = await new Promise<string>((resolve, reject) => {
    let said = '';
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      const found = pattern.exec(said)?.[0];
      if (found !== undefined) resolve(found);
    });
    child.once('close', () => reject(new Error(`ended before it listened: ${said}`)));
  });
  return { url, child };
};

/** EventStoreDB's stand-in as a process of its own, durable in `file`. */
export const startDouble = (file: string, port = 0): Promise<Listening> =>
  whenItSays(
    spawn(process.execPath, [
      path.resolve('test/support/eventstoredb-double/main.ts'),
      '--file',
      file,
      '--port',
      String(port),
    ]),
    /esdb:\/\/\S+/,
  );

/** The sandbox as a process of its own, durable in `file`. */
export const startSandboxProcess = (file: string): Promise<Listening> =>
  whenItSays(run(['sandbox', '--port', '0', '--file', file, '--delivery-ms', '200'], {}), /http:\/\/[\d.]+:\d+/);

/** What instances of one installation share: a keyring, API keys, and the servers. */
export interface Installation {
  readonly key: string;
  start(): Promise<ServiceProcess>;
  /** Runs one of the program's commands to its end. */
  command(...args: readonly string[]): ReturnType<typeof runToEnd>;
  remove(): Promise<void>;
}

export const databaseOf = (mongoUri: string, database: string): string => {
  const uri = new URL(mongoUri);
  uri.pathname = `/${database}`;
  return uri.href;
};

/** Prepares an installation on real servers; any number of instances may be started in it. */
export const prepareInstallation = async (
  servers: Servers,
  names: { readonly database: string; readonly topicPrefix: string },
  env: Readonly<Record<string, string>> = {},
): Promise<Installation> => {
  const folder = await temporaryFolder();
  const files = {
    KEYRING_FILE: path.join(folder.dir, 'keyring.json'),
    API_KEYS_FILE: path.join(folder.dir, 'api-keys.json'),
  };
  const scopes = 'orders:write,orders:read,vouchers:read,vouchers:reveal,catalog:read,audit:read,ops';
  const made = await runToEnd(['keys', 'create', '--tenant', 'shop', '--scopes', scopes], {
    ...files,
    DATA_DIR: folder.dir,
  });
  const key = /vo_\S+/.exec(made.text)?.[0];
  if (made.code !== 0 || key === undefined) throw new Error(made.text);
  const environment = {
    ...files,
    EVENTSTORE_URL: servers.eventStoreUrl,
    ...(servers.mongoUri !== undefined && { MONGODB_URI: databaseOf(servers.mongoUri, names.database) }),
    ...(servers.kafkaBrokers !== undefined && {
      KAFKA_BROKERS: servers.kafkaBrokers,
      KAFKA_TOPIC_PREFIX: names.topicPrefix,
    }),
    AMILON: 'sandbox',
    AMILON_BASE_URL: servers.sandboxUrl,
    SUBMISSION_QUIET_MS: '0',
    ...env,
  };
  let instances = 0;
  return {
    key,
    start: async () => {
      instances += 1;
      const service = await startProcess(path.join(folder.dir, `instance-${String(instances)}`), environment);
      return { ...service, key };
    },
    command: (...args) => runToEnd(args, { ...environment, DATA_DIR: folder.dir }),
    remove: () => folder.remove(),
  };
};

/** Ends a process and waits for it. */
export const end = async (child: ChildProcess, signal: 'SIGKILL' | 'SIGTERM' = 'SIGTERM'): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const closed = once(child, 'close');
  child.kill(signal);
  await closed;
};
