import { createServer } from 'node:http';
import type { RequestListener, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SECOND } from '../../domain/shared/instant.ts';
import type { Ms } from '../../domain/shared/instant.ts';
import { createHttpApp } from './app.ts';
import type { HttpServices } from './services.ts';

export interface HttpServer {
  readonly port: number;
  /**
   * Refuses new requests with a problem, lets those in hand finish (waiting ones answer at once), then closes.
   * Whatever is still there at the deadline is cut off.
   */
  stop(): Promise<void>;
}

export interface HttpServerOptions {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  readonly deadline?: Ms;
}

/** Serves the application over HTTP. @throws what listening throws, such as a port in use. */
export const startHttpServer = async (
  services: Omit<HttpServices, 'stopping'>,
  { host, port, deadline = 20 * SECOND }: HttpServerOptions,
): Promise<HttpServer> => {
  const stopping = new AbortController();
  const app = createHttpApp({ ...services, stopping: stopping.signal }) as RequestListener;
  const inHand = new Set<ServerResponse>();
  const server = createServer((request, response) => {
    inHand.add(response);
    response.once('close', () => inHand.delete(response));
    app(request, response);
  });
  // A request is received in this time; its answer may take as long as the longest wait.
  server.headersTimeout = 10 * SECOND;
  server.requestTimeout = 30 * SECOND;
  // Longer than load balancers keep theirs, so that it is never us who close first.
  server.keepAliveTimeout = 65 * SECOND;

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  return {
    port: (server.address() as AddressInfo).port,
    stop: async () => {
      stopping.abort();
      for (const response of inHand) if (!response.headersSent) response.setHeader('Connection', 'close');
      const over = new AbortController();
      await Promise.race([finished(inHand), services.clock.sleep(deadline, over.signal)]);
      over.abort();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
};

const finished = async (inHand: ReadonlySet<ServerResponse>): Promise<void> => {
  await Promise.all([...inHand].map((response) => new Promise((resolve) => response.once('close', resolve))));
};
