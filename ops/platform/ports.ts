import { randomInt } from 'node:crypto';
import { createServer, type Server } from 'node:net';
import { VigilError } from '../../contracts/errors.ts';

const host = '127.0.0.1';

export type NamedPort = { readonly setting: string; readonly port: number };

/**
 * Checks that every port is free now.
 * @throws VigilError `port-taken` with each port that is in use and its setting, or `settings-invalid` if two settings
 * have the same port
 */
export async function requireFreePorts(ports: readonly NamedPort[]): Promise<void> {
  for (const [index, { setting, port }] of ports.entries()) {
    const samePort = ports.slice(0, index).find((earlier) => earlier.port === port);
    if (samePort) {
      throw new VigilError(
        'settings-invalid',
        `${samePort.setting} and ${setting} have the same port, ${port}: change one of the two settings.`,
      );
    }
  }
  const faults: string[] = [];
  for (const { setting, port } of ports) {
    if (!(await isFree(port))) faults.push(`port ${port} is in use (for another port set ${setting})`);
  }
  if (faults.length > 0) throw new VigilError('port-taken', `Cannot start: ${faults.join('; ')}.`);
}

/**
 * Ports below the ephemeral ports. Systems give ephemeral ports to outgoing connections, which could use a port that
 * was checked as free.
 */
const range = { from: 10_000, to: 32_000 } as const;
const triesMax = 1_000;

/**
 * Returns `count` different free ports, chosen at random so that two processes rarely get the same port.
 * @throws VigilError `port-taken` if not enough free ports are found
 */
export async function freePorts(count: number): Promise<number[]> {
  const servers = new Map<number, Server>();
  for (let tries = 0; servers.size < count && tries < triesMax; tries += 1) {
    const port = randomInt(range.from, range.to);
    // Fails if the port is in use, also by an earlier server of this loop.
    const server = await listen(port).catch(() => undefined);
    if (server) servers.set(port, server);
  }
  await Promise.all([...servers.values()].map(close));
  if (servers.size < count) throw new VigilError('port-taken', `No ${count} free ports were found on ${host}.`);
  return [...servers.keys()];
}

/** Returns a free port for each process with metrics. The names are those of the settings of `npm start`. */
export async function freeMetricsPorts() {
  const [gateway = 0, alarms = 0, canary = 0, dashboard = 0, trends = 0, witness = 0, delivery = 0, strips = 0] =
    await freePorts(8);
  return {
    metricsPort: gateway,
    alarmsMetricsPort: alarms,
    canaryMetricsPort: canary,
    dashboardMetricsPort: dashboard,
    trendsMetricsPort: trends,
    witnessMetricsPort: witness,
    deliveryMetricsPort: delivery,
    stripsMetricsPort: strips,
  };
}

/**
 * Returns the first of `count` consecutive free ports, chosen at random.
 * @throws VigilError `port-taken` if no such ports are found
 */
export async function freePortRow(count: number): Promise<number> {
  for (let tries = 0; tries < triesMax; tries += 1) {
    const first = randomInt(range.from, range.to - count);
    const row = await Promise.all(Array.from({ length: count }, (_, index) => isFree(first + index)));
    if (row.every((free) => free)) return first;
  }
  throw new VigilError('port-taken', `No ${count} consecutive free ports were found on ${host}.`);
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
