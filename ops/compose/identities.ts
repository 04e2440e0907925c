/**
 * Says which holder gets which file. Each service of Compose has its own volume. The volume has only the files that the
 * service needs. Like a state folder, the volume has the folders `certs` and `secrets`. Pure.
 *
 * The service init makes all files. Only init mounts the authority's folder.
 */
import { canaryDeviceId } from '../../contracts/canary.ts';
import type { Service } from '../../contracts/topics.ts';

/**
 * The holders of certificates and secrets. Each holder has a folder of this name below `VIGIL_COMPOSE_DIR`, where init
 * mounts its volume.
 */
export const holders = [
  'kafka',
  'influxdb',
  'setup',
  'gateway',
  'alarms',
  'trends',
  'delivery',
  'strips',
  'dashboard',
  'operator',
  'witness',
  'canary',
  'simulators',
] as const;
export type Holder = (typeof holders)[number];

/** The folders in a volume that init writes. Everything else in the volume belongs to its service. */
export const sharedFolders = ['certs', 'secrets'] as const;

/** A file `to` of a volume. Its content is the files `from` of the authority's folder, joined in this order. */
export type Share = { readonly to: string; readonly from: readonly string[] };

const sharedUnderSameName = (folder: (typeof sharedFolders)[number], ...names: string[]): Share[] =>
  names.map((name) => ({ to: `${folder}/${name}`, from: [`${folder}/${name}`] }));

/**
 * Returns the files of a Kafka client that seals or opens records: its certificate, its reader key, and the files that
 * all such clients need.
 */
function kafkaClient(service: Service): Share[] {
  return [
    ...sharedUnderSameName('certs', 'ca.pem', 'ca.crl', `${service}.pem`, `${service}.key`),
    ...sharedUnderSameName('secrets', 'readers.json', `reader-${service}.jwk`, 'pseudonym.key'),
  ];
}

/**
 * Returns the files of one holder.
 * @param devices the ids of the simulated devices
 */
export function sharesOf(holder: Holder, devices: readonly string[]): Share[] {
  switch (holder) {
    case 'kafka':
      // Kafka reads its key and its certificate from one PEM file, in this order.
      return [
        ...sharedUnderSameName('certs', 'ca.pem'),
        { to: 'certs/broker.pem', from: ['certs/kafka.key', 'certs/kafka.pem'] },
      ];
    case 'influxdb':
      return sharedUnderSameName('certs', 'influxdb.pem', 'influxdb.key');
    case 'setup':
      return [
        // The set-up changes the permissions of the names in principals.json.
        ...sharedUnderSameName('certs', 'ca.pem', 'ca.crl', 'admin.pem', 'admin.key', 'principals.json'),
        ...sharedUnderSameName(
          'secrets',
          'influx-admin.password',
          'influx-trends.password',
          'influx-dashboard.password',
        ),
        // The set-up gets the fingerprints of the keys, and not the keys. With the fingerprints it checks whether
        // Kafka's data were written with these keys.
        ...sharedUnderSameName('secrets', 'fingerprints.json'),
        // The set-up checks by the register whether a revoked device would be accepted again.
        ...sharedUnderSameName('certs', 'devices.jsonl'),
      ];
    case 'gateway':
      return [
        ...kafkaClient('gateway'),
        ...sharedUnderSameName('certs', 'mqtt-server.pem', 'mqtt-server.key', 'device-ca.pem', 'device-ca.crl'),
      ];
    case 'alarms':
      return kafkaClient('alarms');
    case 'trends':
      return [...kafkaClient('trends'), ...sharedUnderSameName('secrets', 'influx-trends.password')];
    case 'delivery':
      return [...kafkaClient('delivery'), ...sharedUnderSameName('secrets', 'push.jwk')];
    case 'strips':
      return kafkaClient('strips');
    case 'dashboard':
      return [
        ...kafkaClient('dashboard'),
        ...sharedUnderSameName('certs', 'web-server.pem', 'web-server.key'),
        ...sharedUnderSameName(
          'secrets',
          'influx-dashboard.password',
          'session.key',
          'push-public.key',
          'audit-dashboard.jwk',
          'audit-keys.json',
        ),
      ];
    case 'operator':
      return [...kafkaClient('operator'), ...sharedUnderSameName('secrets', 'audit-operator.jwk', 'audit-keys.json')];
    case 'witness':
      return [
        ...sharedUnderSameName('certs', 'ca.pem', 'ca.crl', 'witness.pem', 'witness.key'),
        ...sharedUnderSameName('secrets', 'audit-witness.jwk', 'audit-keys.json'),
      ];
    case 'canary':
      return sharedUnderSameName('certs', 'ca.pem', `devices/${canaryDeviceId}.pem`, `devices/${canaryDeviceId}.key`);
    case 'simulators':
      return [
        ...sharedUnderSameName('certs', 'ca.pem'),
        ...devices.flatMap((device) => sharedUnderSameName('certs', `devices/${device}.pem`, `devices/${device}.key`)),
      ];
  }
}
