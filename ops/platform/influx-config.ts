/** InfluxDB's configuration as text. Pure. */

export type InfluxConfig = {
  readonly home: string;
  /** Address of the backup service. It has no login and cannot be turned off, and nobody uses it. */
  readonly backupAddress: string;
  /** Settings of HTTP, which depend on what is in front of it. */
  readonly http: Readonly<Record<string, string | boolean>>;
};

/**
 * Linux lets a program listen on a multicast address but lets nobody connect to one, so a listener there is closed to all. Other systems
 * refuse such a listener. There the backup service gets any free port of loopback, which local users can find.
 */
export const closedAddress = '224.0.0.1:0';
export const openAddress = '127.0.0.1:0';

/** For `npm start`: HTTP on a socket of the file system, behind influx-gate.ts. TCP cannot be turned off, so it gets the closed address. */
export function httpBehindGate(backupAddress: string, socket: string) {
  return {
    'bind-address': backupAddress,
    'https-enabled': false,
    'unix-socket-enabled': true,
    'bind-socket': socket,
    'unix-socket-permissions': '0600',
    // Version 1.6 would open the profiles to everybody.
    'pprof-enabled': false,
  };
}

/**
 * For compose: HTTPS, and a login for everything. Version 1.8 demands a login for `/debug/vars` and `/debug/requests` only if the profiles
 * are on and demand one, and for `/metrics` only if `/ping` does.
 */
export function httpByItself(port: number, certFile: string, keyFile: string) {
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
