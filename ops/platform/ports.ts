import { createServer, type Server } from 'node:net';
import { VigilError } from '../../contracts/errors.ts';

const host = '127.0.0.1';

export type NamedPort = { readonly setting: string; readonly port: number };

/**
 * Makes sure that every port can be listened on now.
 * @throws VigilError `port-taken` naming each taken port with the setting that changes it, or `settings-invalid` where two
 * settings name the same port
 */
export async function requireFreePorts(ports: readonly NamedPort[]): Promise<void> {
  for (const [index, { setting, port }] of ports.entries()) {
    const other = ports.slice(0, index).find((earlier) => earlier.port === port);
    if (other) {
      throw new VigilError(
        'settings-invalid',
        `${other.setting} and ${setting} are both ${port}: each needs a port of its own.`,
      );
    }
  }
  const taken: string[] = [];
  for (const { setting, port } of ports) {
    if (!(await isFree(port))) taken.push(`port ${port} is taken (another port: ${setting}=<port>)`);
  }
  if (taken.length > 0) throw new VigilError('port-taken', `Cannot start: ${taken.join('; ')}.`);
}

/** As many different ports as asked for that nobody listens on now. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(Array.from({ length: count }, () => listen(0)));
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map(close));
  return ports;
}

export async function isFree(port: number): Promise<boolean> {
  try {
    await close(await listen(port));
    return true;
  } catch {
    return false;
  }
}

function listen(port: number): Promise<Server> {
  const { promise, resolve, reject } = Promise.withResolvers<Server>();
  const server = createServer();
  server.once('error', reject);
  server.listen({ port, host, exclusive: true }, () => resolve(server));
  return promise;
}

function close(server: Server): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  server.close(() => resolve());
  return promise;
}
