import { join } from 'node:path';
import type { Manifest } from '../../process/settings.ts';
import { copiesSetting } from '../platform/copies.ts';
import { defaultSoftwareDir } from '../platform/software.ts';

/** The settings of `init.ts identities`, which makes certificates and secrets and copies them to the services. */
export const identitiesSettings = {
  stateDir: { kind: 'text', env: 'VIGIL_STATE_DIR', help: 'folder of the authority: certs/ and secrets/' },
  composeDir: { kind: 'text', env: 'VIGIL_COMPOSE_DIR', help: 'folder below which each service has its own folder' },
  serverNames: {
    kind: 'list',
    env: 'VIGIL_SERVER_NAMES',
    help: 'further host names or addresses of this machine, comma-separated; for only one server: gateway=NAME, dashboard=NAME',
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

/** The settings of `init.ts platform`, which makes topics, access control lists, the database and its logins. */
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

/** The settings of `init.ts demo`, which makes demo accounts and admits made-up patients. */
export const demoSettings = {
  brokers: platformSettings.brokers,
  stateDir: { kind: 'text', env: 'VIGIL_STATE_DIR', help: "state folder with the operator's certificate and keys" },
  accountsDir: { kind: 'text', env: 'VIGIL_ACCOUNTS_DIR', help: 'state folder of the accounts' },
  devices: identitiesSettings.devices,
} as const satisfies Manifest;

/** The settings of `tests/compose/prove.ts`, which runs docker-compose.yml. */
export const proveSettings = {
  stateDir: {
    kind: 'text',
    env: 'VIGIL_STATE_DIR',
    help: 'folder for a separate Docker daemon while the test runs',
    fallback: join(import.meta.dirname, '..', '..', '.vigil'),
  },
  softwareDir: {
    kind: 'text',
    env: 'VIGIL_SOFTWARE_DIR',
    help: 'folder of the software that npm start and the tests use',
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
    help: 'CA that npm must trust, if VIGIL_BUILD_CA_FILE is not set',
    fallback: '',
  },
} as const satisfies Manifest;
