import { join } from 'node:path';
import { influxSettings } from '../../process/influx-settings.ts';
import { type Environment, type Manifest, readSettings, type Settings } from '../../process/settings.ts';
import { readAddresses } from '../addresses.ts';
import { copiesSetting } from '../platform/copies.ts';
import { brokersOf } from '../platform/kafka-nodes.ts';
import { startSettings } from '../settings.ts';

const written = 'where `npm start` last ran it for this folder (`addresses.json`), else at the default port';

/** The settings of `npm run vigil`. */
export const vigilSettings = {
  stateDir: {
    kind: 'text',
    env: 'VIGIL_STATE_DIR',
    help: "folder with the operator's certificate, reader key and pseudonym key",
    fallback: join(import.meta.dirname, '..', '..', '.vigil'),
  },
  gatewayStateDir: {
    kind: 'text',
    env: 'VIGIL_GATEWAY_STATE_DIR',
    help: "folder with the gateway's, as which readings are appended; empty: the same",
    fallback: '',
  },
  trendsStateDir: {
    kind: 'text',
    env: 'VIGIL_TRENDS_STATE_DIR',
    help: "folder with the trend writer's, as which trends are rebuilt; empty: the same",
    fallback: '',
  },
  setupStateDir: {
    kind: 'text',
    env: 'VIGIL_SETUP_STATE_DIR',
    help: "folder with InfluxDB's administrator's password, as whom minutes are rebuilt; empty: the same",
    fallback: '',
  },
  influxUrl: {
    ...influxSettings.influxUrl,
    help: `${influxSettings.influxUrl.help}; empty: at VIGIL_INFLUX_PORT, else ${written}`,
    fallback: '',
  },
  influxPort: startSettings.influxPort,
  kafkaBrokers: {
    kind: 'text',
    env: 'VIGIL_KAFKA_BROKERS',
    help: `host:port of Kafka, comma-separated; empty: at VIGIL_KAFKA_PORT, else ${written}`,
    fallback: '',
  },
  kafkaPort: startSettings.kafkaPort,
  kafkaCopies: {
    ...copiesSetting,
    help: 'as for `npm start`: with 3 and VIGIL_KAFKA_PORT, the ports of the other two brokers follow from it',
  },
  anchorsFile: {
    kind: 'text',
    env: 'VIGIL_AUDIT_ANCHORS_FILE',
    help: "the witness's anchors of the audit trail; empty: audit/anchors.ndjson in the folder",
    fallback: '',
  },
  accountsFile: {
    kind: 'text',
    env: 'VIGIL_ACCOUNTS_FILE',
    help: 'the accounts of the dashboard; empty: secrets/accounts.json in the folder',
    fallback: '',
  },
} as const satisfies Manifest;

export type VigilSettings = Settings<typeof vigilSettings> & {
  /** What says where Kafka is: for errors. */
  readonly kafkaFrom: string;
  readonly influxFrom: string;
};

/**
 * Reads the settings of `npm run vigil`. Kafka and InfluxDB are where their own setting says, else at the port that `npm start` takes, else
 * where `npm start` last ran it for this folder, else at the default port.
 * @throws VigilError `settings-invalid`
 */
export function readVigil(env: Environment): VigilSettings {
  const settings = readSettings(vigilSettings, env);
  const isSet = (name: string) => (env[name]?.trim() ?? '') !== '';
  const last = readAddresses(settings.stateDir);
  const place = (name: string, portName: string, given: string, ofPort: string, lastOne: string | undefined) => {
    if (isSet(name)) return { at: given, from: `from ${name}` };
    if (isSet(portName)) return { at: ofPort, from: `from ${portName}` };
    if (lastOne !== undefined) return { at: lastOne, from: 'where npm start last ran it for this state folder' };
    return { at: ofPort, from: `the default: neither ${name} nor ${portName} is set` };
  };
  const brokers = brokersOf({ ...settings, kafkaControllerPort: 0 });
  const kafka = place('VIGIL_KAFKA_BROKERS', 'VIGIL_KAFKA_PORT', settings.kafkaBrokers, brokers, last?.kafkaBrokers);
  const url = `https://127.0.0.1:${settings.influxPort}`;
  const influx = place('VIGIL_INFLUX_URL', 'VIGIL_INFLUX_PORT', settings.influxUrl, url, last?.influxUrl);
  return {
    ...settings,
    kafkaBrokers: kafka.at,
    kafkaFrom: kafka.from,
    influxUrl: influx.at,
    influxFrom: influx.from,
  };
}

/** The gateway's rules for a redrive; they are set here as for the gateway. */
export const ruleSettings = ['VIGIL_READING_AHEAD_MAX_MS', 'VIGIL_READING_LATE_MAX_MS'] as const;
