/** InfluxDB's configuration as text: HTTPS with a login on loopback, every other listener off. Pure. */

export type InfluxConfig = {
  readonly port: number;
  /** The backup service's port; it has no login, so it stays on loopback and is used by nobody. */
  readonly rpcPort: number;
  readonly home: string;
  readonly certFile: string;
  readonly keyFile: string;
};

export function influxToml(config: InfluxConfig): string {
  const folder = (name: string) => JSON.stringify(`${config.home}/${name}`);
  return `reporting-disabled = true
bind-address = "127.0.0.1:${config.rpcPort}"

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
  bind-address = "127.0.0.1:${config.port}"
  auth-enabled = true
  https-enabled = true
  https-certificate = ${JSON.stringify(config.certFile)}
  https-private-key = ${JSON.stringify(config.keyFile)}
  log-enabled = false
  write-tracing = false
  pprof-enabled = false
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
