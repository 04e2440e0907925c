import { join } from 'node:path';
import { webhookAddressSettings } from '../../process/channel-settings.ts';
import { deliverySettings } from '../../process/delivery-policy-file.ts';
import { influxSettings } from '../../process/influx-settings.ts';
import { type Environment, type Manifest, readSettings, type Settings } from '../../process/settings.ts';
import { readAddresses } from '../addresses.ts';
import { copiesSetting } from '../platform/copies.ts';
import { brokersOf } from '../platform/kafka-nodes.ts';
import { startSettings } from '../settings.ts';

const lastStart = 'the address of the last `npm start` with this state folder (`addresses.json`), or the default port';

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
    help: "folder with the gateway's certificate and keys, with which a redrive appends readings; empty: VIGIL_STATE_DIR",
    fallback: '',
  },
  trendsStateDir: {
    kind: 'text',
    env: 'VIGIL_TRENDS_STATE_DIR',
    help: "folder with the trend writer's certificate and keys, with which trends are rebuilt; empty: VIGIL_STATE_DIR",
    fallback: '',
  },
  setupStateDir: {
    kind: 'text',
    env: 'VIGIL_SETUP_STATE_DIR',
    help: "folder with the password of InfluxDB's administrator, with which minute values are rebuilt; empty: VIGIL_STATE_DIR",
    fallback: '',
  },
  influxUrl: {
    ...influxSettings.influxUrl,
    help: `${influxSettings.influxUrl.help}; empty: VIGIL_INFLUX_PORT on this machine; if that is not set either, ${lastStart}`,
    fallback: '',
  },
  influxPort: startSettings.influxPort,
  kafkaBrokers: {
    kind: 'text',
    env: 'VIGIL_KAFKA_BROKERS',
    help: `host:port of Kafka, comma-separated; empty: VIGIL_KAFKA_PORT on this machine; if that is not set either, ${lastStart}`,
    fallback: '',
  },
  kafkaPort: startSettings.kafkaPort,
  kafkaCopies: {
    ...copiesSetting,
    help: 'as for `npm start`; with 3, the other two brokers have the ports VIGIL_KAFKA_PORT + 2 and + 4',
  },
  anchorsFile: {
    kind: 'text',
    env: 'VIGIL_AUDIT_ANCHORS_FILE',
    help: "file of the witness's anchors of the audit trail; empty: audit/anchors.ndjson in VIGIL_STATE_DIR",
    fallback: '',
  },
  accountsFile: {
    kind: 'text',
    env: 'VIGIL_ACCOUNTS_FILE',
    help: "file of the dashboard's accounts; empty: secrets/accounts.json in VIGIL_STATE_DIR",
    fallback: '',
  },
  ...deliverySettings,
  ...webhookAddressSettings,
} as const satisfies Manifest;

export type VigilSettings = Settings<typeof vigilSettings> & {
  /** Says where Kafka's address comes from, for errors. */
  readonly kafkaFrom: string;
  /** Says where InfluxDB's address comes from, for errors. */
  readonly influxFrom: string;
};

/**
 * Reads the settings of `npm run vigil`. For the addresses of Kafka and InfluxDB, the first source with a value counts:
 * the setting of the address, the setting of the port, the file of the last `npm start`, the default port.
 * @throws VigilError `settings-invalid`
 */
export function readVigil(env: Environment): VigilSettings {
  const settings = readSettings(vigilSettings, env);
  const isSet = (name: string) => (env[name]?.trim() ?? '') !== '';
  const last = readAddresses(settings.stateDir);
  const choose = (name: string, portName: string, byName: string, byPort: string, lastUsed: string | undefined) => {
    if (isSet(name)) return { address: byName, from: `from ${name}` };
    if (isSet(portName)) return { address: byPort, from: `from ${portName}` };
    if (lastUsed !== undefined) return { address: lastUsed, from: 'from the last npm start with this state folder' };
    return { address: byPort, from: `the default: neither ${name} nor ${portName} is set` };
  };
  const brokers = brokersOf({ ...settings, kafkaControllerPort: 0 });
  const kafka = choose('VIGIL_KAFKA_BROKERS', 'VIGIL_KAFKA_PORT', settings.kafkaBrokers, brokers, last?.kafkaBrokers);
  const url = `https://127.0.0.1:${settings.influxPort}`;
  const influx = choose('VIGIL_INFLUX_URL', 'VIGIL_INFLUX_PORT', settings.influxUrl, url, last?.influxUrl);
  return {
    ...settings,
    kafkaBrokers: kafka.address,
    kafkaFrom: kafka.from,
    influxUrl: influx.address,
    influxFrom: influx.from,
  };
}

/**
 * Settings of the gateway that decide which readings a redrive accepts. They must have the same values as for the
 * gateway.
 */
export const ruleSettings = ['VIGIL_READING_AHEAD_MAX_MS', 'VIGIL_READING_LATE_MAX_MS'] as const;
