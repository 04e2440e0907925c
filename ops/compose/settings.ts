import type { Manifest } from '../../contracts/settings.ts';

/** `init.ts identities`: makes certificates and secrets and hands them out. */
export const identitiesSettings = {
  stateDir: { kind: 'text', env: 'VIGIL_STATE_DIR', help: 'folder of the authority: certs/ and secrets/' },
  composeDir: { kind: 'text', env: 'VIGIL_COMPOSE_DIR', help: 'folder below which each service has its own folder' },
  serverNames: {
    kind: 'list',
    env: 'VIGIL_SERVER_NAMES',
    help: 'further host names or addresses by which devices and browsers reach this machine, comma-separated',
    fallback: [],
  },
  devices: {
    kind: 'list',
    env: 'VIGIL_DEVICES',
    help: 'simulated devices that get a certificate, comma-separated',
    fallback: [],
  },
} as const satisfies Manifest;

/** `init.ts platform`: makes topics, access control lists, database and logins. */
export const platformSettings = {
  broker: {
    kind: 'text',
    env: 'VIGIL_KAFKA_BROKERS',
    help: 'the Kafka broker, host:port',
    pattern: /^[A-Za-z0-9.-]+:\d{1,5}$/,
  },
  influxUrl: { kind: 'text', env: 'VIGIL_INFLUX_URL', help: 'InfluxDB, https://host:port', pattern: /^https:\/\// },
  identityDir: {
    kind: 'text',
    env: 'VIGIL_IDENTITY_DIR',
    help: "folder with the administrator's certificate and passwords",
  },
} as const satisfies Manifest;
