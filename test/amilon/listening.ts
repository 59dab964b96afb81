import { once } from 'node:events';
import type { AddressInfo, Server, Socket } from 'node:net';

/** Starts a server on a free loopback port; `stop` breaks what is still connected, and may be called again. */
export const listening = async (server: Server): Promise<{ url: string; stop: () => Promise<void> }> => {
  const open = new Set<Socket>();
  server.on('connection', (socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${String(port)}`,
    stop: async () => {
      if (!server.listening) return;
      const closed = once(server, 'close');
      server.close();
      for (const socket of open) socket.destroy();
      await closed;
    },
  };
};
