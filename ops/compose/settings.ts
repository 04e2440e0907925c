import { join } from 'node:path';
import type { Manifest } from '../../process/settings.ts';
import { copiesSetting } from '../platform/copies.ts';
import { defaultSoftwareDir } from '../platform/software.ts';

/** `init.ts identities`: makes certificates and secrets and hands them out. */
export const identitiesSettings = {
  stateDir: { kind: 'text', env: 'VIGIL_STATE_DIR', help: 'folder of the authority: certs/ and secrets/' },
  composeDir: { kind: 'text', env: 'VIGIL_COMPOSE_DIR', help: 'folder below which each service has its own folder' },
  serverNames: {
    kind: 'list',
    env: 'VIGIL_SERVER_NAMES',
    help: 'further host names or addresses of this machine, comma-separated; of one server alone: gateway=NAME, dashboard=NAME',
    fallback: [],
  },
  kafkaCopies: copiesSetting,
  devices: {
    kind: 'list',
    env: 'VIGIL_DEVICES',
    help: 'simulated devices that get a certificate, comma-separated',
    fallback: [],
  },
} as const satisfies Manifest;

/** `init.ts platform`: makes topics, access control lists, database and logins. */
export const platformSettings = {
  brokers: {
    kind: 'text',
    env: 'VIGIL_KAFKA_BROKERS',
    help: 'the Kafka brokers, host:port, comma-separated',
    pattern: /^[A-Za-z0-9.-]+:\d{1,5}(,[A-Za-z0-9.-]+:\d{1,5})*$/,
  },
  kafkaCopies: copiesSetting,
  influxUrl: { kind: 'text', env: 'VIGIL_INFLUX_URL', help: 'InfluxDB, https://host:port', pattern: /^https:\/\// },
  stateDir: {
    kind: 'text',
    env: 'VIGIL_STATE_DIR',
    help: "state folder with the administrator's certificate and passwords",
  },
} as const satisfies Manifest;

/** `init.ts demo`: makes demo accounts and admits made-up patients. */
export const demoSettings = {
  brokers: platformSettings.brokers,
  stateDir: { kind: 'text', env: 'VIGIL_STATE_DIR', help: "state folder with the operator's certificate and keys" },
  accountsDir: { kind: 'text', env: 'VIGIL_ACCOUNTS_DIR', help: 'state folder of the accounts' },
  devices: identitiesSettings.devices,
} as const satisfies Manifest;

/** `prove.ts`: where the proof keeps its files, and how the image's build reaches npm. */
export const proveSettings = {
  stateDir: {
    kind: 'text',
    env: 'VIGIL_STATE_DIR',
    help: 'folder for a Docker daemon of our own while the proof runs',
    fallback: join(import.meta.dirname, '..', '..', '.vigil'),
  },
  softwareDir: {
    kind: 'text',
    env: 'VIGIL_SOFTWARE_DIR',
    help: 'folder of the software that start and tests share',
    fallback: defaultSoftwareDir,
  },
  buildCaFile: {
    kind: 'text',
    env: 'VIGIL_BUILD_CA_FILE',
    help: 'CA that npm must trust while the image is built',
    fallback: '',
  },
  extraCaFile: {
    kind: 'text',
    env: 'NODE_EXTRA_CA_CERTS',
    help: 'the same, where that is not set',
    fallback: '',
  },
} as const satisfies Manifest;
