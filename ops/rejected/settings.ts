import { join } from 'node:path';
import { influxSettings } from '../../process/influx-settings.ts';
import type { Manifest, Settings } from '../../process/settings.ts';

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
  influxUrl: influxSettings.influxUrl,
  kafkaBrokers: {
    kind: 'text',
    env: 'VIGIL_KAFKA_BROKERS',
    help: 'host:port of Kafka, comma-separated',
    fallback: '127.0.0.1:9092',
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

export type VigilSettings = Settings<typeof vigilSettings>;

/** The gateway's rules for a redrive; they are set here as for the gateway. */
export const ruleSettings = ['VIGIL_READING_AHEAD_MAX_MS', 'VIGIL_READING_LATE_MAX_MS'] as const;
