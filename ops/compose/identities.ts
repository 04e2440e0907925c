/**
 * Who gets which file: each service of compose has a volume of its own, laid out as a state folder, that holds what it needs and
 * nothing else. Pure.
 *
 * The authority's folder, where all of it is made, is mounted by the init service alone.
 */
import { canaryDeviceId } from '../../contracts/canary.ts';
import type { Service } from '../../contracts/topics.ts';

/** Volumes of docker-compose.yml that hold an identity; the folder's name below `VIGIL_COMPOSE_DIR`. */
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

/** The folders of a state folder that are handed out; what else is in a volume is its service's own. */
export const sharedFolders = ['certs', 'secrets'] as const;

/** A file of the volume, joined from these of the state folder, in this order. */
export type Share = { readonly to: string; readonly from: readonly string[] };

const same = (folder: (typeof sharedFolders)[number], ...names: string[]): Share[] =>
  names.map((name) => ({ to: `${folder}/${name}`, from: [`${folder}/${name}`] }));

/** A Kafka client's certificate, its reader key, and what all of them share. */
function kafkaClient(service: Service): Share[] {
  return [
    ...same('certs', 'ca.pem', 'ca.crl', `${service}.pem`, `${service}.key`),
    ...same('secrets', 'readers.json', `reader-${service}.jwk`, 'pseudonym.key'),
  ];
}

/**
 * The files of one holder.
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
        // By the names it gives and takes permissions.
        ...same('certs', 'ca.pem', 'ca.crl', 'admin.pem', 'admin.key', 'principals.json'),
        ...same('secrets', 'influx-admin.password', 'influx-trends.password', 'influx-dashboard.password'),
        // By it the set-up sees whether Kafka's data belong to these keys: it has none of them itself.
        ...same('secrets', 'fingerprints.json'),
        // And by it, whether a device that was revoked counts again.
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
