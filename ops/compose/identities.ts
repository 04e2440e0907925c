/**
 * Which holder gets which file. Each service of compose has its own volume, laid out as a state folder, with only the files that it needs.
 * Pure.
 *
 * Only the init service mounts the authority's folder, where all files are made.
 */
import { canaryDeviceId } from '../../contracts/canary.ts';
import type { Service } from '../../contracts/topics.ts';

/** Volumes of docker-compose.yml that contain an identity: the names of the folders below `VIGIL_COMPOSE_DIR`. */
export const holders = [
  'kafka',
  'influxdb',
  'setup',
  'gateway',
  'alarms',
  'trends',
  'dashboard',
  'operator',
  'witness',
  'canary',
  'simulators',
] as const;
export type Holder = (typeof holders)[number];

/** The folders of a state folder that are handed out. Everything else in a volume belongs to its service. */
export const sharedFolders = ['certs', 'secrets'] as const;

/** A file of the volume, joined from these files of the state folder, in this order. */
export type Share = { readonly to: string; readonly from: readonly string[] };

const same = (folder: (typeof sharedFolders)[number], ...names: string[]): Share[] =>
  names.map((name) => ({ to: `${folder}/${name}`, from: [`${folder}/${name}`] }));

/** Returns a Kafka client's certificate and its reader key, and the files that all clients share. */
function kafkaClient(service: Service): Share[] {
  return [
    ...same('certs', 'ca.pem', 'ca.crl', `${service}.pem`, `${service}.key`),
    ...same('secrets', 'readers.json', `reader-${service}.jwk`, 'pseudonym.key'),
  ];
}

/**
 * Returns the files of one holder.
 * @param devices the devices that the simulators play
 */
export function sharesOf(holder: Holder, devices: readonly string[]): Share[] {
  switch (holder) {
    case 'kafka':
      // Kafka takes a PEM key store as one file: the key, then the certificate.
      return [...same('certs', 'ca.pem'), { to: 'certs/broker.pem', from: ['certs/kafka.key', 'certs/kafka.pem'] }];
    case 'influxdb':
      return same('certs', 'influxdb.pem', 'influxdb.key');
    case 'setup':
      return [
        // For the names to which it gives permissions, and from which it takes them.
        ...same('certs', 'ca.pem', 'ca.crl', 'admin.pem', 'admin.key', 'principals.json'),
        ...same('secrets', 'influx-admin.password', 'influx-trends.password', 'influx-dashboard.password'),
        // The set-up has no keys itself. From this file it sees whether Kafka's data belong to these keys.
        ...same('secrets', 'fingerprints.json'),
        // From this file it sees whether a revoked device would be accepted again.
        ...same('certs', 'devices.jsonl'),
      ];
    case 'gateway':
      return [
        ...kafkaClient('gateway'),
        ...same('certs', 'mqtt-server.pem', 'mqtt-server.key', 'device-ca.pem', 'device-ca.crl'),
      ];
    case 'alarms':
      return kafkaClient('alarms');
    case 'trends':
      return [...kafkaClient('trends'), ...same('secrets', 'influx-trends.password')];
    case 'dashboard':
      return [
        ...kafkaClient('dashboard'),
        ...same('certs', 'web-server.pem', 'web-server.key'),
        ...same('secrets', 'influx-dashboard.password', 'session.key', 'audit-dashboard.jwk', 'audit-keys.json'),
      ];
    case 'operator':
      return [...kafkaClient('operator'), ...same('secrets', 'audit-operator.jwk', 'audit-keys.json')];
    case 'witness':
      return [
        ...same('certs', 'ca.pem', 'ca.crl', 'witness.pem', 'witness.key'),
        ...same('secrets', 'audit-witness.jwk', 'audit-keys.json'),
      ];
    case 'canary':
      return same('certs', 'ca.pem', `devices/${canaryDeviceId}.pem`, `devices/${canaryDeviceId}.key`);
    case 'simulators':
      return [
        ...same('certs', 'ca.pem'),
        ...devices.flatMap((device) => same('certs', `devices/${device}.pem`, `devices/${device}.key`)),
      ];
  }
}
