import { once } from 'node:events';
import { type AddressInfo } from 'node:net';
import { TOKEN_PATH, createSandboxApp } from './app.ts';
import { type SandboxAccess, openAccess } from './access.ts';
import { type SandboxOptions, type SandboxWorld, createSandboxWorld } from './world.ts';

export interface SandboxServerOptions extends SandboxOptions {
  /** 0 takes a free one. */
  readonly port: number;
  readonly host: string;
}

export interface SandboxServer {
  /** The base of Amilon's API; `/_sandbox` under it shows what was bought. */
  readonly url: string;
  readonly world: SandboxWorld;
  /** Ends also the calls that hang on purpose. */
  close(): Promise<void>;
}

/** What a client needs to reach the sandbox at `url`. */
export const sandboxAccess = (
  url: string,
  access: SandboxAccess = openAccess,
): SandboxAccess & { readonly baseUrl: string; readonly tokenUrl: string } => ({
  ...access,
  baseUrl: url,
  tokenUrl: new URL(TOKEN_PATH, url).href,
});

/** The sandbox on a port of its own. @throws when the port is taken or the database has another seed. */
export const startSandbox = async ({ port, host, ...options }: SandboxServerOptions): Promise<SandboxServer> => {
  const world = createSandboxWorld(options);
  const server = createSandboxApp(world).listen(port, host);
  try {
    await once(server, 'listening');
  } catch (error) {
    world.close();
    throw error;
  }
  const { port: taken } = server.address() as AddressInfo;
  const url = `http://${host.includes(':') ? `[${host}]` : host}:${String(taken)}`;
  return {
    url,
    world,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
      world.close();
    },
  };
};
