/** The network between a browser and the dashboard. A test can cut this network. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/**
 * `closed`: every connection ends, and new connections are refused. `silent`: connections stay open, and nothing
 * arrives.
 */
export type Cut = 'closed' | 'silent';

export type Cable = {
  readonly port: number;
  /** Cuts the network. @returns the number of connections that were cut */
  cut(how: Cut): number;
  repair(): void;
  close(): void;
};

/** Listens on a free port, and passes everything on to the port `to` of this machine. */
export async function openCable(to: number): Promise<Cable> {
  const sockets = new Set<Socket>();
  let mode: Cut | 'whole' = 'whole';

  function follow(socket: Socket, other: Socket): void {
    sockets.add(socket);
    socket.on('data', (data) => other.write(data));
    socket.on('error', () => {});
    socket.on('close', () => {
      sockets.delete(socket);
      other.destroy();
    });
    if (mode === 'silent') socket.pause();
  }

  const server = createServer((near) => {
    if (mode === 'closed') return near.destroy();
    const far = connect(to, '127.0.0.1');
    follow(near, far);
    follow(far, near);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  return {
    port: (server.address() as AddressInfo).port,
    cut(how) {
      mode = how;
      const struck = sockets.size;
      for (const socket of sockets) how === 'closed' ? socket.destroy() : socket.pause();
      return struck;
    },
    repair() {
      mode = 'whole';
      for (const socket of sockets) socket.resume();
    },
    close() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}
