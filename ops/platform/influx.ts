/** One real InfluxDB 1.x, started, with its database, retention policies and logins. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { privateDirectory, writeAtomic } from '../../certs/files.ts';
import { type Child, startChild } from './child.ts';
import { influxToml } from './influxConfig.ts';
import { ensureDatabase } from './influxSetup.ts';
import type { Software } from './software.ts';

export type InfluxOptions = {
  readonly software: Pick<Software, 'influxd'>;
  /** Holds `certs/` and `secrets/`; gets `influxdb/` and `logs/`. */
  readonly stateDir: string;
  readonly port: number;
  readonly rpcPort: number;
  /** Ends a start that is under way. */
  readonly signal?: AbortSignal;
};

export type Influx = {
  readonly child: Child;
  /** `https://127.0.0.1:<port>`. */
  readonly url: string;
  close(): Promise<void>;
};

/**
 * Starts InfluxDB and makes its database `vigil` with retention policies `raw` (7 days, default) and `minutes` (400 days) and
 * the logins `admin`, `trends` (may write) and `dashboard` (may read).
 * @throws VigilError `start-failed`
 */
export async function startInflux(options: InfluxOptions): Promise<Influx> {
  const home = join(options.stateDir, 'influxdb');
  const certs = join(options.stateDir, 'certs');
  privateDirectory(home);
  const configFile = join(home, 'influxdb.conf');
  const { port, rpcPort } = options;
  const certFile = join(certs, 'influxdb.pem');
  const keyFile = join(certs, 'influxdb.key');
  writeAtomic(configFile, influxToml({ port, rpcPort, home, certFile, keyFile }), 0o600);
  const child = startChild({
    name: 'influxdb',
    command: options.software.influxd,
    args: ['run', '-config', configFile],
    // An INFLUXDB_* variable of the caller's would override the configuration.
    env: { PATH: process.env.PATH, HOME: home },
    cwd: home,
    signal: options.signal,
    logFile: join(options.stateDir, 'logs', 'influxdb.log'),
    isReady: (line) => line.includes('Listening on HTTP') || line.includes('Listening for signals'),
  });
  const url = `https://127.0.0.1:${port}`;
  try {
    await child.ready;
    const password = (user: string) =>
      readFileSync(join(options.stateDir, 'secrets', `influx-${user}.password`), 'utf8').trim();
    await ensureDatabase({
      url,
      ca: readFileSync(join(certs, 'ca.pem'), 'utf8'),
      adminPassword: password('admin'),
      signal: options.signal,
      users: [
        { name: 'trends', password: password('trends'), privilege: 'WRITE' },
        { name: 'dashboard', password: password('dashboard'), privilege: 'READ' },
      ],
    });
  } catch (error) {
    await child.stop();
    throw error;
  }
  return { child, url, close: () => child.stop() };
}
