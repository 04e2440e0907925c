/** Starts InfluxDB 1.x with its database, retention policies and logins. */
import { readFileSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { ensurePrivateDirectory, writeAtomic } from '../../certs/files.ts';
import { VigilError } from '../../contracts/errors.ts';
import { type Child, startChild } from './child.ts';
import { httpBehindGate, influxToml, loopbackAddress, unreachableAddress } from './influx-config.ts';
import { openInfluxGate } from './influx-gate.ts';
import { ensureDatabase } from './influx-setup.ts';
import type { Software } from './software.ts';

export type InfluxOptions = {
  readonly software: Pick<Software, 'influxd'>;
  /** The folder with `certs/` and `secrets/`. InfluxDB writes into its folders `influxdb/` and `logs/`. */
  readonly stateDir: string;
  readonly port: number;
  /** Aborts a start in progress. */
  readonly signal?: AbortSignal;
};

export type Influx = {
  readonly child: Child;
  /** `https://127.0.0.1:<port>`. */
  readonly url: string;
  close(): Promise<void>;
};

/** Name of the socket in InfluxDB's own folder, which is also its working folder. */
const socketName = 'http.sock';
/** Maximum length of the path of a socket on macOS. Linux allows 107 bytes. */
const socketPathBytesMax = 103;

/** Whether no other user of this machine can connect to InfluxDB's backup service. */
export const isBackupServiceUnreachable = process.platform === 'linux';
const backupAddress = isBackupServiceUnreachable ? unreachableAddress : loopbackAddress;

/**
 * Starts InfluxDB and creates its database `vigil`. The retention policies are `raw` (7 days, default) and `minutes`
 * (400 days). The logins are `admin`, `trends` (may write) and `dashboard` (may read).
 * @throws VigilError `start-failed`
 */
export async function startInflux(options: InfluxOptions): Promise<Influx> {
  const home = join(options.stateDir, 'influxdb');
  const certs = join(options.stateDir, 'certs');
  ensurePrivateDirectory(home);
  const configFile = join(home, 'influxdb.conf');
  const socketPath = shortestPath(join(home, socketName));
  rmSync(join(home, socketName), { force: true });
  const http = httpBehindGate(backupAddress, socketName);
  writeAtomic(configFile, influxToml({ home, backupAddress, http }), 0o600);
  const child = startChild({
    name: 'influxdb',
    command: options.software.influxd,
    args: ['run', '-config', configFile],
    // InfluxDB gets no other variables, because a variable INFLUXDB_* would override the configuration.
    env: { PATH: process.env.PATH, HOME: home },
    cwd: home,
    signal: options.signal,
    logFile: join(options.stateDir, 'logs', 'influxdb.log'),
    isReady: (line) => line.includes('Listening on HTTP') || line.includes('Listening for signals'),
  });
  const { port } = options;
  try {
    await child.ready;
    const password = (user: string) =>
      readFileSync(join(options.stateDir, 'secrets', `influx-${user}.password`), 'utf8').trim();
    // Creates the administrator before the gate opens, because everybody who can connect may create the first
    // administrator.
    await ensureDatabase({
      url: 'http://localhost',
      socketPath,
      adminPassword: password('admin'),
      signal: options.signal,
      users: [
        { name: 'trends', password: password('trends'), privilege: 'WRITE' },
        { name: 'dashboard', password: password('dashboard'), privilege: 'READ' },
      ],
    });
    const gate = await openInfluxGate({
      port,
      certFile: join(certs, 'influxdb.pem'),
      keyFile: join(certs, 'influxdb.key'),
      socketPath,
    });
    void child.exited.then(gate.close);
  } catch (error) {
    await child.stop();
    throw error;
  }
  return { child, url: `https://127.0.0.1:${port}`, close: () => child.stop() };
}

/**
 * Returns the shorter of the absolute and the relative path of the socket, because systems limit the length.
 * @throws VigilError `settings-invalid` if the shorter path is still too long
 */
function shortestPath(path: string): string {
  const relativePath = relative(process.cwd(), path);
  const shorter = relativePath.length < path.length ? relativePath : path;
  const bytes = Buffer.byteLength(shorter);
  if (bytes <= socketPathBytesMax) return shorter;
  throw new VigilError(
    'settings-invalid',
    `The path of InfluxDB's socket, ${path}, is too long (${bytes} bytes, allowed are ${socketPathBytesMax}): set VIGIL_STATE_DIR to a folder with a shorter path.`,
  );
}
