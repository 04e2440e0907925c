/** Writes InfluxDB's configuration file as text. Pure. */

export type InfluxConfig = {
  readonly home: string;
  /**
   * Address of InfluxDB's backup service, which Vigil does not use. The service has no login and cannot be turned off.
   */
  readonly backupAddress: string;
  /** Settings of the section `[http]`, made by `httpBehindGate` or `httpsWithLogin`. */
  readonly http: Readonly<Record<string, string | boolean>>;
};

/**
 * On Linux a program can listen on a multicast address, but nobody can connect to such an address. So nobody can reach
 * the backup service. Other systems do not allow a program to listen there. On these systems the backup service gets a
 * free port of loopback, and users of the machine can connect to it.
 */
export const unreachableAddress = '224.0.0.1:0';
export const loopbackAddress = '127.0.0.1:0';

/**
 * Returns the settings for `npm start`: HTTP on a socket of the file system, behind the gate in influx-gate.ts.
 * InfluxDB always listens on TCP too, so TCP gets the same address as the backup service.
 */
export function httpBehindGate(backupAddress: string, socket: string) {
  return {
    'bind-address': backupAddress,
    'https-enabled': false,
    'unix-socket-enabled': true,
    'bind-socket': socket,
    'unix-socket-permissions': '0600',
    // In version 1.6 everybody could read the profiles (pprof).
    'pprof-enabled': false,
  };
}

/**
 * Returns the settings for Compose: HTTPS with a login for every path. Version 1.8 demands a login for `/debug/vars`
 * and `/debug/requests` only if `pprof-enabled` and `pprof-auth-enabled` are on, and for `/metrics` only if
 * `ping-auth-enabled` is on.
 */
export function httpsWithLogin(port: number, certFile: string, keyFile: string) {
  return {
    'bind-address': `:${port}`,
    'https-enabled': true,
    'https-certificate': certFile,
    'https-private-key': keyFile,
    'pprof-enabled': true,
    'pprof-auth-enabled': true,
    'ping-auth-enabled': true,
  };
}

export function influxToml(config: InfluxConfig): string {
  const folder = (name: string) => JSON.stringify(`${config.home}/${name}`);
  const http = Object.entries(config.http)
    .map(([name, value]) => `  ${name} = ${JSON.stringify(value)}`)
    .join('\n');
  return `reporting-disabled = true
bind-address = "${config.backupAddress}"

[meta]
  dir = ${folder('meta')}
  logging-enabled = false

[data]
  dir = ${folder('data')}
  wal-dir = ${folder('wal')}
  index-version = "tsi1"
  query-log-enabled = false
  cache-max-memory-size = "256m"

[coordinator]
  query-timeout = "30s"
  max-concurrent-queries = 64

[retention]
  enabled = true
  check-interval = "30m"

[monitor]
  store-enabled = false

[http]
  enabled = true
  auth-enabled = true
${http}
  log-enabled = false
  write-tracing = false
  max-body-size = 33554432

[ifql]
  enabled = false

[logging]
  level = "info"
  suppress-logo = true

[subscriber]
  enabled = false

[[graphite]]
  enabled = false

[[collectd]]
  enabled = false

[[opentsdb]]
  enabled = false

[[udp]]
  enabled = false

[continuous_queries]
  enabled = true
  log-enabled = false
  run-interval = "5s"

[tls]
  min-version = "tls1.2"
`;
}
