/** Makes the environment variables of each process, for `npm start` and for tests. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { canaryDeviceId } from '../../contracts/canary.ts';
import type { Principal } from '../../contracts/topics.ts';

/** The addresses of a running system. All members are plain data, so that a test run can send them to its workers. */
export type SystemAddresses = {
  readonly stateDir: string;
  /** `host:port`, comma-separated. */
  readonly kafkaBrokers: string;
  readonly influxUrl: string;
  readonly mqttPort: number;
  /** Port of the gateway's /metrics. If a metrics port is absent, the process takes any free port. */
  readonly metricsPort?: number;
  readonly alarmsMetricsPort?: number;
  readonly canaryMetricsPort?: number;
  readonly deliveryMetricsPort?: number;
  readonly stripsMetricsPort?: number;
  readonly dashboardMetricsPort?: number;
  readonly trendsMetricsPort?: number;
  readonly witnessMetricsPort?: number;
  readonly httpPort: number;
};

/**
 * Variables that reduce the gateway's memory for each connection (docs/decisions/015-memory.md). The first two are for
 * malloc of glibc: Node reserves a block of 64 kB for each TLS connection and uses only a small part. If malloc maps
 * the block separately, unused pages take no memory. The third variable limits V8's semi-space, MB.
 */
export const packedMemory = {
  MALLOC_MMAP_THRESHOLD_: '16384',
  MALLOC_TOP_PAD_: '0',
  NODE_OPTIONS: '--max-semi-space-size=8',
};

/** The example registry of wards and beds, for a new system. */
export const shippedWardsFile = join(import.meta.dirname, '..', 'wards', 'wards.json');

/**
 * Returns the path of a state folder's registry of wards. If the folder has no registry, as in tests and benchmarks,
 * returns the path of the example registry.
 */
function wardsFileOf(stateDir: string): string {
  const ownFile = join(stateDir, 'wards.json');
  return existsSync(ownFile) ? ownFile : shippedWardsFile;
}

/**
 * Returns the environment variables with the settings of one process (process/settings.ts).
 * @param overrides settings to add or to replace, for instance `{ VIGIL_MQTT_PORT: '0' }`
 */
// biome-ignore lint/complexity/noExcessiveLinesPerFunction: one table with the settings of each service.
export function serviceEnv(
  addresses: SystemAddresses,
  service: Principal | 'simulators' | 'canary',
  overrides: Readonly<Record<string, string>> = {},
): Record<string, string> {
  const certs = join(addresses.stateDir, 'certs');
  const secrets = join(addresses.stateDir, 'secrets');
  const common = {
    PATH: process.env.PATH ?? '',
    VIGIL_LOG_LEVEL: 'info',
    VIGIL_STATE_DIR: addresses.stateDir,
  };
  const influx = {
    VIGIL_INFLUX_URL: addresses.influxUrl,
    VIGIL_INFLUX_CA_FILE: join(certs, 'ca.pem'),
    VIGIL_INFLUX_SERVER_NAME: 'influxdb',
    VIGIL_INFLUX_USER: service,
    VIGIL_INFLUX_PASSWORD_FILE: join(secrets, `influx-${service}.password`),
    VIGIL_INFLUX_DATABASE: 'vigil',
  };
  switch (service) {
    case 'gateway':
      return {
        ...common,
        ...kafkaEnv(addresses, service),
        ...packedMemory,
        ...metricsEnv(addresses.metricsPort),
        VIGIL_MQTT_HOST: '127.0.0.1',
        VIGIL_MQTT_PORT: String(addresses.mqttPort),
        VIGIL_MQTT_CERT_FILE: join(certs, 'mqtt-server.pem'),
        VIGIL_MQTT_KEY_FILE: join(certs, 'mqtt-server.key'),
        VIGIL_MQTT_CLIENT_CA_FILE: join(certs, 'device-ca.pem'),
        VIGIL_MQTT_CRL_FILE: join(certs, 'device-ca.crl'),
        ...overrides,
      };
    case 'alarms':
      return {
        ...common,
        ...kafkaEnv(addresses, service),
        ...metricsEnv(addresses.alarmsMetricsPort),
        VIGIL_ALARMS_MEMBER_FILE: join(addresses.stateDir, 'alarms.member'),
        ...overrides,
      };
    case 'operator':
      return { ...common, ...kafkaEnv(addresses, service), ...auditEnv(addresses, service), ...overrides };
    case 'witness':
      return {
        ...common,
        ...kafkaClientEnv(addresses, service),
        ...auditEnv(addresses, service),
        ...metricsEnv(addresses.witnessMetricsPort),
        ...overrides,
      };
    case 'trends':
      return {
        ...common,
        ...kafkaEnv(addresses, service),
        ...influx,
        ...metricsEnv(addresses.trendsMetricsPort),
        ...overrides,
      };
    case 'delivery':
      return {
        ...common,
        ...kafkaEnv(addresses, service),
        ...metricsEnv(addresses.deliveryMetricsPort),
        VIGIL_WARDS_FILE: wardsFileOf(addresses.stateDir),
        VIGIL_DELIVERY_MEMBER_FILE: join(addresses.stateDir, 'delivery.member'),
        VIGIL_PUSH_KEYS_FILE: join(secrets, 'push.jwk'),
        ...overrides,
      };
    case 'strips':
      return {
        ...common,
        ...kafkaEnv(addresses, service),
        ...metricsEnv(addresses.stripsMetricsPort),
        ...overrides,
      };
    case 'dashboard':
      return {
        ...common,
        ...kafkaEnv(addresses, service),
        ...influx,
        ...auditEnv(addresses, service),
        ...metricsEnv(addresses.dashboardMetricsPort),
        VIGIL_HTTP_HOST: '127.0.0.1',
        VIGIL_HTTP_PORT: String(addresses.httpPort),
        VIGIL_HTTP_CERT_FILE: join(certs, 'web-server.pem'),
        VIGIL_HTTP_KEY_FILE: join(certs, 'web-server.key'),
        VIGIL_PUBLIC_ORIGIN: `https://localhost:${addresses.httpPort},https://127.0.0.1:${addresses.httpPort}`,
        VIGIL_WARDS_FILE: wardsFileOf(addresses.stateDir),
        VIGIL_ACCOUNTS_FILE: join(secrets, 'accounts.json'),
        VIGIL_SESSION_KEY_FILE: join(secrets, 'session.key'),
        VIGIL_PUSH_PUBLIC_KEY_FILE: join(secrets, 'push-public.key'),
        ...overrides,
      };
    case 'canary':
      return {
        ...common,
        ...metricsEnv(addresses.canaryMetricsPort),
        VIGIL_MQTT_URL: `mqtts://127.0.0.1:${addresses.mqttPort}`,
        VIGIL_MQTT_CA_FILE: join(certs, 'ca.pem'),
        VIGIL_CANARY_CERT_FILE: join(certs, 'devices', `${canaryDeviceId}.pem`),
        VIGIL_CANARY_KEY_FILE: join(certs, 'devices', `${canaryDeviceId}.key`),
        ...overrides,
      };
    case 'simulators':
      return {
        ...common,
        VIGIL_MQTT_URL: `mqtts://127.0.0.1:${addresses.mqttPort}`,
        VIGIL_MQTT_CA_FILE: join(certs, 'ca.pem'),
        VIGIL_DEVICE_CERTS_DIR: join(certs, 'devices'),
        ...overrides,
      };
  }
}

/** @param port the port of /metrics and /healthz; 0 for any free port */
const metricsEnv = (port = 0) => ({ VIGIL_METRICS_HOST: '127.0.0.1', VIGIL_METRICS_PORT: String(port) });

/** Returns the path of the witness's anchors in a state folder. */
export const anchorsFileOf = (stateDir: string) => join(stateDir, 'audit', 'anchors.ndjson');

/** Returns the environment variables of a process that writes or verifies the audit trail. */
function auditEnv({ stateDir }: SystemAddresses, service: Principal): Record<string, string> {
  const secrets = join(stateDir, 'secrets');
  return {
    VIGIL_AUDIT_KEY_FILE: join(secrets, `audit-${service}.jwk`),
    VIGIL_AUDIT_KEYS_FILE: join(secrets, 'audit-keys.json'),
    VIGIL_AUDIT_ANCHORS_FILE: anchorsFileOf(stateDir),
  };
}

function kafkaClientEnv(addresses: SystemAddresses, service: Principal): Record<string, string> {
  const certs = join(addresses.stateDir, 'certs');
  return {
    VIGIL_KAFKA_BROKERS: addresses.kafkaBrokers,
    VIGIL_KAFKA_CA_FILE: join(certs, 'ca.pem'),
    VIGIL_KAFKA_SERVER_NAME: 'kafka',
    VIGIL_SERVICES_CRL_FILE: join(certs, 'ca.crl'),
    VIGIL_KAFKA_CERT_FILE: join(certs, `${service}.pem`),
    VIGIL_KAFKA_KEY_FILE: join(certs, `${service}.key`),
  };
}

function kafkaEnv(addresses: SystemAddresses, service: Principal): Record<string, string> {
  const secrets = join(addresses.stateDir, 'secrets');
  return {
    ...kafkaClientEnv(addresses, service),
    VIGIL_READERS_FILE: join(secrets, 'readers.json'),
    VIGIL_READER_KEY_FILE: join(secrets, `reader-${service}.jwk`),
    VIGIL_PSEUDONYM_KEY_FILE: join(secrets, 'pseudonym.key'),
  };
}
