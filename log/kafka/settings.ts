import { serverNameSetting } from '../../process/server-name.ts';
import type { Manifest } from '../../process/settings.ts';
import { clockSettings } from '../../process/system-clock.ts';

/** The settings of every process that uses Kafka. */
export const kafkaClientSettings = {
  brokers: {
    kind: 'list',
    env: 'VIGIL_KAFKA_BROKERS',
    help: 'Kafka brokers, host:port, comma-separated',
    fallback: ['127.0.0.1:9092'],
  },
  kafkaCaFile: { kind: 'file', env: 'VIGIL_KAFKA_CA_FILE', help: 'CA of the Kafka brokers, PEM' },
  servicesCrlFile: {
    kind: 'file',
    env: 'VIGIL_SERVICES_CRL_FILE',
    help: "CRL of the services' CA: servers with a revoked certificate are refused; if absent, revocation is not checked",
    fallback: '',
  },
  kafkaServerName: serverNameSetting('VIGIL_KAFKA_SERVER_NAME', 'kafka'),
  kafkaCertFile: {
    kind: 'file',
    env: 'VIGIL_KAFKA_CERT_FILE',
    help: "this process's client certificate for Kafka, PEM",
  },
  kafkaKeyFile: {
    kind: 'secret-file',
    env: 'VIGIL_KAFKA_KEY_FILE',
    help: 'private key of the client certificate for Kafka, PEM, mode 0600',
  },
  ...clockSettings,
} as const satisfies Manifest;

/** The settings of every process that seals or opens records. */
export const kafkaSettings = {
  ...kafkaClientSettings,
  readersFile: {
    kind: 'file',
    env: 'VIGIL_READERS_FILE',
    help: 'public keys of all services that read sealed records, JWK set',
  },
  readerKeyFile: {
    kind: 'secret',
    env: 'VIGIL_READER_KEY_FILE',
    help: "this service's own key for sealed records, private JWK, mode 0600",
  },
  pseudonymKey: {
    kind: 'secret',
    env: 'VIGIL_PSEUDONYM_KEY_FILE',
    help: 'file with the key of device and actor pseudonyms, base64url, mode 0600',
  },
} as const satisfies Manifest;
